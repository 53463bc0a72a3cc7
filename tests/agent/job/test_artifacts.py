"""Counts of items add up, and know when they do not."""

from __future__ import annotations

import pytest

from agent.job.artifacts import Tally


@pytest.mark.parametrize(
    ("tally", "reconciles"),
    [
        (Tally(), True),
        (Tally(received=4, kept=1, rejected={"robots": 2}, failed={"http": 1}), True),
        (Tally(received=4, kept=1, rejected={"robots": 2}), False),
        (Tally(received=1, kept=2), False),
    ],
)
def test_a_tally_reconciles_when_every_item_is_accounted_for(tally: Tally, reconciles: bool) -> None:
    assert tally.reconciles is reconciles


def test_tallies_add_up_reason_by_reason() -> None:
    one = Tally(received=3, kept=1, rejected={"robots": 2})
    other = Tally(received=3, kept=1, rejected={"robots": 1}, failed={"http": 1})
    assert one + other == Tally(received=6, kept=2, rejected={"robots": 3}, failed={"http": 1})
