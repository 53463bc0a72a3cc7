"""Floors under the alerts on batches of examples: faults are found, and ordinary batches raise none."""

from __future__ import annotations

import pytest

from tests.bench.bench_alerts import FAULTS, Unit, false_alarms, found_share, limits, made_units
from tests.bench.dedup_corpus import DATA

DOCUMENTS = 120
ORDERS = 10
FALSE_ALARMS = 0.15
"""Share of jobs without a fault that raise an alert, each another order of the same units: 0.00 when pinned; 0.0 of 100
orders over 400 documents by `bench_alerts`."""

pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="the recorded material is not beside this checkout")


@pytest.fixture(scope="module")
def units() -> list[Unit]:
    return made_units(DOCUMENTS)


def test_ordinary_batches_in_any_order_raise_hardly_an_alert(units: list[Unit]) -> None:
    assert false_alarms([unit.batch() for unit in units], ORDERS, limits) <= FALSE_ALARMS


@pytest.mark.parametrize("fault", FAULTS)
def test_every_planted_fault_is_found(units: list[Unit], fault: str) -> None:
    assert found_share(units, FAULTS[fault], 1) == 1.0
