"""Ledger contract: who is there to work."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from agent.ledger.contract import Ledger
from tests.contracts.jobs import a_worker

Pause = Callable[[float], None]


def names(ledger: Ledger) -> list[str]:
    return [worker.name for worker in ledger.workers()]


def test_workers_are_listed_by_name_with_what_they_said(ledger: Ledger) -> None:
    assert ledger.workers() == []
    described = a_worker("parse", 2, "b").model_copy(update={"capability": {"backend": "cpu", "memory_gb": 7.5}})
    ledger.register(described, 60)
    ledger.register(a_worker("crawl", 1, "a"), 60)
    listed = ledger.workers()
    assert listed == [
        each.model_copy(update={"announced_ms": announced.announced_ms})
        for each, announced in zip([a_worker("crawl", 1, "a"), described], listed, strict=True)
    ]


def test_a_silent_worker_vanishes_and_one_that_speaks_again_stays(ledger: Ledger, pause: Pause) -> None:
    for name in ("silent", "speaking"):
        ledger.register(a_worker("crawl", 1, name), 0.6)
    pause(0.35)
    ledger.register(a_worker("crawl", 1, "speaking"), 0.6)
    pause(0.35)
    assert names(ledger) == ["speaking"]
    ledger.register(a_worker("crawl", 1, "silent"), 0.6)
    assert names(ledger) == ["silent", "speaking"]


def test_a_worker_that_stops_is_forgotten_at_once_even_if_told_twice(ledger: Ledger) -> None:
    ledger.register(a_worker("crawl", 1, "one"), 60)
    ledger.unregister("one")
    ledger.unregister("one")
    assert names(ledger) == []


def test_an_announcement_carries_the_time_of_the_ledger(ledger: Ledger, pause: Pause) -> None:
    ledger.register(a_worker("crawl", 1, "a"), 60)
    earlier = ledger.workers()[0].announced_ms
    pause(0.3)
    ledger.register(a_worker("crawl", 1, "a"), 60)
    assert ledger.workers()[0].announced_ms - earlier == pytest.approx(300, abs=200)
