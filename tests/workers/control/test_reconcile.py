"""The control worker's round."""

from __future__ import annotations

import time

from agent.canvas.planner import make_plan
from agent.errors import BrokerUnavailable
from agent.job.job import JobRecord
from agent.job.model import ModelFacts
from agent.job.states import JobState
from agent.job.workers import WorkerInfo
from agent.ledger.contract import Claim, DueUnit, UnitId
from agent.ledger.memory import MemoryLedger
from agent.spec import JobSpec
from workers.control.reconcile import ReconcileLoop, reconcile

MODEL = ModelFacts(name="tiny", origin="folder", location="/tiny", parameters=1000, has_chat_template=True)
FIRST = UnitId("job", "discover", "0")


class Clock:
    """Time that passes when told."""

    def __init__(self) -> None:
        self.now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


def ledger_with_a_job(clock: Clock) -> MemoryLedger:
    ledger = MemoryLedger(clock=clock)
    spec = JobSpec(model="tiny", subject="quantum computing", sources=["dir:."])
    ledger.submit(JobRecord(id="job", spec=spec, model=MODEL, user="someone"), make_plan(spec, MODEL))
    crawl = WorkerInfo(name="c", pool="crawl", host="h", pid=1, queues=("crawl",), slots=1, version="")
    ledger.register(crawl, 1e6)
    return ledger


def test_a_submitted_job_is_handed_to_the_crawl_pool_once() -> None:
    ledger, sent = ledger_with_a_job(Clock()), list[DueUnit]()
    assert reconcile(ledger, sent.extend) == 1
    assert reconcile(ledger, sent.extend) == 0
    assert sent == [DueUnit(FIRST, "crawl")]


def test_a_lost_message_is_sent_again() -> None:
    clock = Clock()
    ledger, sent = ledger_with_a_job(clock), list[DueUnit]()
    reconcile(ledger, sent.extend)
    clock.now += 60
    reconcile(ledger, sent.extend)
    assert sent == [DueUnit(FIRST, "crawl")] * 2


def test_a_unit_whose_worker_died_is_sent_again_and_the_dead_one_is_fenced_off() -> None:
    clock = Clock()
    ledger, sent = ledger_with_a_job(clock), list[DueUnit]()
    reconcile(ledger, sent.extend)
    claim = ledger.claim(FIRST, "dead", 15)
    assert isinstance(claim, Claim)
    clock.now += 16
    reconcile(ledger, sent.extend)
    assert len(sent) == 2
    assert not ledger.commit(claim, "jobs/job/discover/0-e1", {})


def test_two_control_workers_at_once_send_nothing_twice() -> None:
    ledger, sent = ledger_with_a_job(Clock()), list[DueUnit]()
    for _ in range(2):
        reconcile(ledger, sent.extend)
    assert len(sent) == 1


def test_a_jobs_state_follows_its_units_even_when_the_worker_died_before_saying_so() -> None:
    ledger = ledger_with_a_job(Clock())
    claim = ledger.claim(FIRST, "w", 15)
    assert isinstance(claim, Claim)
    reconcile(ledger, lambda _: None)
    assert ledger.job("job").state is JobState.DISCOVERING


def test_the_loop_survives_a_round_that_fails() -> None:
    class Flaky(MemoryLedger):
        rounds = 0

        def reconcile(self, most: int = 500, *, grace_s: float = 0.0) -> list[str]:
            self.rounds += 1
            if self.rounds == 1:
                raise BrokerUnavailable("away")
            if self.rounds == 2:
                raise RuntimeError("a fault of ours")
            return super().reconcile(most, grace_s=grace_s)

    ledger = Flaky()
    loop = ReconcileLoop(ledger, lambda _: None, interval_s=0.01)
    loop.start()
    deadline = time.monotonic() + 5
    while ledger.rounds < 4 and time.monotonic() < deadline:
        time.sleep(0.01)
    loop.stop()
    loop.join(2)
    assert ledger.rounds >= 4
