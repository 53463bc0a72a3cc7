"""What work is told while it runs, and what becomes of work that does not listen."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from agent.errors import JobCancelled, Superseded, WorkerLeaving
from agent.ledger.contract import Claim
from agent.ledger.memory import MemoryLedger
from tests.contracts.jobs import submit, take
from workers.runtime import heartbeat
from workers.runtime.heartbeat import Heartbeat

LEASE_S = 0.9
"""Beaten every 0.3 s."""


@pytest.fixture
def ledger() -> MemoryLedger:
    return MemoryLedger()


@pytest.fixture
def claim(ledger: MemoryLedger) -> Claim:
    return take(ledger, submit(ledger), LEASE_S)


def until(true: Callable[[], object], within_s: float = 3.0) -> bool:
    deadline_s = time.monotonic() + within_s
    while not true():
        if time.monotonic() > deadline_s:
            return False
        time.sleep(0.02)
    return True


def raised(heart: Heartbeat, error: type[Exception]) -> bool:
    try:
        heart.guard()
    except error:
        return True
    return False


def test_a_unit_in_hand_is_held_far_beyond_its_lease(ledger: MemoryLedger, claim: Claim) -> None:
    with Heartbeat(ledger, claim, LEASE_S):
        time.sleep(2 * LEASE_S)
        assert ledger.reconcile() == []


def test_a_cancelled_job_stops_its_work_within_one_beat(ledger: MemoryLedger, claim: Claim) -> None:
    with Heartbeat(ledger, claim, LEASE_S) as heart:
        ledger.cancel("job")
        assert until(lambda: raised(heart, JobCancelled), within_s=LEASE_S / 3 + 0.5)


def test_work_of_a_worker_that_leaves_is_told_at_once(ledger: MemoryLedger, claim: Claim) -> None:
    asked = False
    with Heartbeat(ledger, claim, 60, leaving=lambda: asked) as heart:
        heart.guard()
        asked = True
        assert until(lambda: raised(heart, WorkerLeaving), within_s=1)


def test_work_that_does_not_listen_is_handed_back_and_its_process_ended(ledger: MemoryLedger, claim: Claim) -> None:
    ended: list[str] = []
    with Heartbeat(
        ledger, claim, 60, leaving=lambda: True, leave_within_s=0.5, end_process=lambda: ended.append("ended")
    ) as heart:
        assert until(lambda: ended)
        assert raised(heart, Superseded), "what the work still does counts no more"
    assert isinstance(ledger.claim(claim.unit, "another/1", 60), Claim)


def test_work_that_ignores_a_cancel_is_not_waited_for(
    ledger: MemoryLedger, claim: Claim, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(heartbeat, "PATIENCE_S", 0.5)
    ended: list[str] = []
    with Heartbeat(ledger, claim, LEASE_S, end_process=lambda: ended.append("ended")):
        ledger.cancel("job")
        assert until(lambda: ended)
    assert ledger.resume("job") == 1


def test_work_that_makes_no_progress_is_failed_with_its_reason(ledger: MemoryLedger, claim: Claim) -> None:
    ended: list[str] = []
    with Heartbeat(ledger, claim, 60, stall_s=0.6, end_process=lambda: ended.append("ended")) as heart:
        for done in range(4):
            time.sleep(0.3)
            heart.tick(done)
        assert not ended, "progress keeps it alive"
        assert until(lambda: ended)
    told = [event.text for event in ledger.events("job") if event.kind == "retry"]
    assert told == ["it made no progress for 1 s and was ended"]
