"""Any order of claims, commits, faults, deaths, lost messages and cancels keeps the books of the ledger straight."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from itertools import count

import pytest
import redis
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    MultipleResults,
    RuleBasedStateMachine,
    invariant,
    multiple,
    precondition,
    rule,
    run_state_machine_as_test,
)

from agent.canvas.advance import advance
from agent.contract import POOL_OF, Stage
from agent.job.states import ENDS, RESUMABLE
from agent.ledger.contract import SENDS_PER_FREE_SLOT, Claim, Ledger, Progress, UnitId
from agent.ledger.memory import MemoryLedger
from agent.ledger.redis import RedisLedger
from tests.contracts.conftest import Clock
from tests.contracts.jobs import LONG_S, a_worker, follow, output_of, submit

DEAD_S = 0.004
"""The lease of an owner that dies; the step that takes it lasts longer, so that the next step finds it lapsed."""
REARM_S = 0.004
"""A message may go unclaimed for this long, and for twice as long each time it was sent in vain."""
MOST_DOUBLINGS = 6
ATTEMPTS = 2
JOBS = ("job", "other")
SLOTS = {"crawl": 1, "parse": 1}
"""Of the queues that a worker serves; nobody serves the others."""
FOLLOWS = {
    Stage.DISCOVER: Stage.RETRIEVE,
    Stage.RETRIEVE: Stage.PARSE,
    Stage.CURATE: Stage.GENERATE,
    Stage.ASSEMBLE: Stage.CLEAR,
    Stage.CLEAR: Stage.TRAIN,
    Stage.TRAIN: Stage.EVALUATE,
    Stage.EVALUATE: Stage.PUBLISH,
}
JOINS = {Stage.CURATE: (Stage.DISCOVER, Stage.PARSE), Stage.ASSEMBLE: (Stage.CURATE, Stage.GENERATE)}
"""The stages whose artifacts a join reads."""


def name(unit: UnitId) -> str:
    return f"{unit.job_id}:{unit.stage}:{unit.shard}"


class Books(RuleBasedStateMachine):
    """Keeps its own books of who holds what, and compares them with the ledger's after every step."""

    claims = Bundle("claims")

    def __init__(self) -> None:
        super().__init__()
        self.ledger, self.pause = self.open()
        self.owners = (f"process-{number}/token-{number}" for number in count())
        self.jobs: list[str] = []
        self.units: set[UnitId] = set()
        self.epochs: set[tuple[UnitId, int]] = set()
        self.holders: dict[UnitId, Claim] = {}
        self.dead: set[UnitId] = set()
        self.finished: dict[UnitId, Claim] = {}
        self.lost: set[UnitId] = set()
        self.under_way: set[UnitId] = set()
        """Units with a message that nobody has taken yet."""
        self.sends: Counter[UnitId] = Counter()
        """Messages of a unit since it was claimed last."""
        self.work_faults: Counter[UnitId] = Counter()
        self.machine_faults: Counter[UnitId] = Counter()
        for queue, slots in SLOTS.items():
            self.ledger.register(a_worker(queue, slots), LONG_S)
        self.submit_the_next_job()

    def open(self) -> tuple[Ledger, Callable[[float], None]]:
        """An empty ledger, and how time passes on it."""
        raise NotImplementedError

    def stopped(self, job_id: str) -> bool:
        standing = self.ledger.standing(job_id)
        return standing.cancelled or bool(standing.halted_reason)

    @property
    def free(self) -> list[UnitId]:
        return sorted(self.units - {*self.finished, *self.lost, *self.holders}, key=str)

    @property
    def workable(self) -> list[UnitId]:
        """Free units whose job goes on."""
        stopped = {job_id for job_id in self.jobs if self.stopped(job_id)}
        return [unit for unit in self.free if unit.job_id not in stopped]

    @property
    def resumable(self) -> list[str]:
        """Jobs that were stopped, or that lost a unit."""
        return [job_id for job_id in self.jobs if self.stopped(job_id) or job_id in {each.job_id for each in self.lost}]

    def of(self, job_id: str, stage: Stage, units: set[UnitId]) -> list[UnitId]:
        found = (unit for unit in units if (unit.job_id, unit.stage) == (job_id, stage))
        return sorted(found, key=lambda unit: unit.shard)

    # -- what can happen ----------------------------------------------------------------------------------------

    @precondition(lambda self: len(self.jobs) < len(JOBS))
    @rule()
    def submit_the_next_job(self) -> None:
        job_id = JOBS[len(self.jobs)]
        self.units.add(submit(self.ledger, job_id, failure={"work_attempts": ATTEMPTS, "machine_attempts": ATTEMPTS}))
        self.jobs.append(job_id)

    @rule(target=claims, data=st.data(), dies=st.sampled_from([False, False, True]))
    def ask_for(self, data: st.DataObject, dies: bool) -> MultipleResults[Claim]:
        """Somebody asks for any unit, as a late or doubled message makes a worker do."""
        unit = data.draw(st.sampled_from(sorted(self.units, key=str)))
        stopped = self.stopped(unit.job_id)
        answer = self.ledger.claim(unit, next(self.owners), DEAD_S if dies else LONG_S)
        if not isinstance(answer, Claim):
            if unit in self.finished or unit in self.lost:
                assert answer == "done"
            elif unit in self.holders and unit not in self.dead:
                assert answer == "held"
            else:
                assert answer == ("stopped" if stopped else "lapsed")
                assert stopped or unit in self.dead
                self.under_way.discard(unit)
            return multiple()
        assert not stopped
        self.takes(answer)
        if dies:
            self.dead.add(unit)
            self.pause(DEAD_S * 2)
        return multiple(answer)

    @precondition(lambda self: self.workable)
    @rule(target=claims, data=st.data(), widths=st.lists(st.integers(0, 4), min_size=1, max_size=4))
    def work_through(self, data: st.DataObject, widths: list[int]) -> MultipleResults[Claim]:
        """A worker does some units as it should."""
        claims = []
        for width in widths:
            if self.workable:
                claims.append(self.take_any(data))
                self.commit(claims[-1], width)
                self.a_join_comes_only_once_nothing_before_it_is_pending()
        return multiple(*claims)

    @precondition(lambda self: self.workable)
    @rule(target=claims, data=st.data(), machine=st.booleans())
    def break_down(self, data: st.DataObject, machine: bool) -> Claim:
        """A worker takes a unit and fails it."""
        claim = self.take_any(data)
        self.fail(claim, False, machine)
        return claim

    def take_any(self, data: st.DataObject) -> Claim:
        """A claim on a unit that is free."""
        claim = self.ledger.claim(data.draw(st.sampled_from(self.workable)), next(self.owners), LONG_S)
        assert isinstance(claim, Claim)
        self.takes(claim)
        return claim

    def takes(self, claim: Claim) -> None:
        """Enter a claim that was granted."""
        unit = claim.unit
        assert unit not in {*self.finished, *self.lost, *self.holders}
        assert (unit, claim.epoch) not in self.epochs, "no epoch is given out twice"
        if sources := JOINS.get(Stage(unit.stage)):
            done = set(self.finished)
            made = [output_of(each) for source in sources for each in self.of(unit.job_id, source, done)]
            assert list(claim.inputs) == made
        self.epochs.add((unit, claim.epoch))
        self.holders[unit] = claim
        self.under_way.discard(unit)
        self.sends[unit] = 0

    @rule(claim=claims)
    def beat(self, claim: Claim) -> None:
        answer = self.ledger.beat(claim, LONG_S, Progress(1, 2))
        if self.holders.get(claim.unit) != claim:
            assert answer == "superseded"
        else:
            assert answer == ("stopped" if self.stopped(claim.unit.job_id) else "ok")
            self.dead.discard(claim.unit)

    @rule(claim=claims, width=st.integers(0, 3))
    def commit_again_or_late(self, claim: Claim, width: int) -> None:
        self.commit(claim, width)

    def commit(self, claim: Claim, width: int) -> None:
        unit = claim.unit
        target = FOLLOWS.get(Stage(unit.stage))
        fans_out = unit.stage in (Stage.DISCOVER, Stage.CURATE)
        shards = [str(number) for number in range(width)] if fans_out else [unit.shard]
        successors = follow(target, *shards) if target else ()
        verdict = "published" if unit.stage == Stage.PUBLISH else ""
        accepted = self.ledger.commit(claim, output_of(unit), {}, successors, verdict=verdict)
        if self.let_go(claim):
            assert accepted
            self.finished[unit] = claim
            self.units |= {UnitId(unit.job_id, plan.stage, plan.shard) for plan in successors}
        else:
            assert accepted == (self.finished.get(unit) == claim), "only its own commit may be repeated"

    @rule(claim=claims, final=st.sampled_from([False, False, False, True]), machine=st.booleans())
    def fail_again_or_late(self, claim: Claim, final: bool, machine: bool) -> None:
        self.fail(claim, final, machine)

    def fail(self, claim: Claim, final: bool, machine: bool) -> None:
        answer = self.ledger.fail(claim, "broken", final=final, machine=machine)
        if not self.let_go(claim):
            assert answer == "superseded"
            return
        faults = self.machine_faults if machine else self.work_faults
        is_last = self.is_last_fault(claim.unit, faults) or final
        assert answer == ("aside" if is_last else "queued")
        if is_last:
            self.lost.add(claim.unit)

    @rule(claim=claims)
    def hand_back(self, claim: Claim) -> None:
        assert self.ledger.hand_back(claim) == self.let_go(claim)

    @precondition(lambda self: self.holders)
    @rule(data=st.data())
    def dies_in_sight(self, data: st.DataObject) -> None:
        """The parent of a process that holds a unit says that it died."""
        self.report_death(self.holders[data.draw(st.sampled_from(sorted(self.holders, key=str)))])

    @rule(claim=claims)
    def death_told_again_or_late(self, claim: Claim) -> None:
        self.report_death(claim)

    def report_death(self, claim: Claim) -> None:
        holds = self.holders.get(claim.unit) == claim
        assert not self.ledger.report_death(claim.unit, claim.owner.split("/")[0][:-1]), "that is another process"
        assert self.ledger.report_death(claim.unit, claim.owner.split("/")[0]) == holds
        if holds:
            self.lapses(claim.unit)

    @rule()
    def reconcile(self) -> None:
        self.put_back(set(self.ledger.reconcile()))

    @precondition(lambda self: self.under_way)
    @rule()
    def messages_are_lost(self) -> None:
        """Nobody takes what was sent, for as long as it may go unclaimed; the units are sent again."""
        self.pause(max(REARM_S * 2 ** min(self.sends[unit] - 1, MOST_DOUBLINGS) for unit in self.under_way) + 0.002)
        touched = set(self.ledger.reconcile())
        assert touched >= {name(unit) for unit in self.under_way}
        self.put_back(touched)
        assert not self.under_way
        self.hand_out()

    def put_back(self, touched: set[str]) -> None:
        """Enter what a round found lapsed or lost."""
        lapsed = {name(unit) for unit in self.dead}
        assert lapsed <= touched <= lapsed | {name(unit) for unit in self.under_way}
        self.under_way = {unit for unit in self.under_way if name(unit) not in touched}
        for unit in list(self.dead):
            self.lapses(unit)

    @rule()
    def hand_out(self) -> None:
        ready: Counter[str] = Counter(POOL_OF[Stage(unit.stage)] for unit in set(self.workable) - self.under_way)
        sent = self.ledger.hand_out()
        assert {due.unit for due in sent} <= set(self.workable) - self.under_way
        for queue, slots in SLOTS.items():
            here = [due.unit for due in sent if due.queue == queue]
            running = sum(POOL_OF[Stage(unit.stage)] == queue for unit in self.holders)
            waiting = sum(POOL_OF[Stage(unit.stage)] == queue for unit in self.under_way)
            room = max(0, max(0, slots - running) * SENDS_PER_FREE_SLOT - waiting)
            assert len(here) == len(set(here)) == min(room, ready[queue]), "no slot idles while there is work"
        self.under_way |= {due.unit for due in sent}
        self.sends.update(due.unit for due in sent)

    @rule(data=st.data(), thinks_again=st.sampled_from([True, True, False]))
    def cancel(self, data: st.DataObject, thinks_again: bool) -> None:
        """Somebody stops a job, perhaps by mistake."""
        job_id = data.draw(st.sampled_from(self.jobs))
        self.ledger.cancel(job_id)
        if thinks_again:
            self.resume(job_id)

    @precondition(lambda self: self.resumable)
    @rule(data=st.data())
    def go_on(self, data: st.DataObject) -> None:
        self.resume(data.draw(st.sampled_from(self.resumable)))

    def resume(self, job_id: str) -> None:
        lost = {unit for unit in self.lost if unit.job_id == job_id}
        queued = {unit for unit in self.units - {*self.finished, *self.holders} if unit.job_id == job_id}
        assert self.ledger.resume(job_id) == len(queued)
        for unit in lost:
            self.work_faults[unit] = self.machine_faults[unit] = 0
        self.lost -= lost
        self.under_way -= queued

    def let_go(self, claim: Claim) -> bool:
        """Whether the claim held its unit; now it does not."""
        if self.holders.get(claim.unit) != claim:
            return False
        del self.holders[claim.unit]
        self.dead.discard(claim.unit)
        return True

    def lapses(self, unit: UnitId) -> None:
        """The holder is known to be dead."""
        self.let_go(self.holders[unit])
        if self.is_last_fault(unit, self.machine_faults):
            self.lost.add(unit)

    def is_last_fault(self, unit: UnitId, faults: Counter[UnitId]) -> bool:
        faults[unit] += 1
        return faults[unit] == ATTEMPTS

    # -- what must hold after every step ------------------------------------------------------------------------

    @invariant()
    def a_join_comes_only_once_nothing_before_it_is_pending(self) -> None:
        order = list(Stage)
        for job_id in self.jobs:
            for stage in JOINS:
                join = UnitId(job_id, stage, "0")
                if join not in self.units and self.ledger.view(job_id).stages[stage].units:
                    earlier = {
                        unit
                        for unit in self.units
                        if unit.job_id == job_id and order.index(Stage(unit.stage)) < order.index(stage)
                    }
                    assert earlier <= {*self.finished, *self.lost}
                    self.units.add(join)

    @invariant()
    def the_ledger_counts_what_happened(self) -> None:
        for job_id in self.jobs:
            view, standing = self.ledger.view(job_id), self.ledger.standing(job_id)
            outputs = self.ledger.outputs(job_id)
            for stage in Stage:
                shown, stands = view.stages[stage], standing.stages[stage]
                assert shown.units == shown.pending + shown.done + shown.set_aside
                assert shown.units == len(self.of(job_id, stage, self.units))
                assert shown.running == stands.running == len(self.of(job_id, stage, set(self.holders)))
                assert (shown.pending, shown.done, shown.set_aside) == (stands.pending, stands.done, stands.set_aside)
                done = self.of(job_id, stage, set(self.finished))
                assert list(outputs[stage]) == [output_of(unit) for unit in done]
                assert set(shown.faults) == {unit.shard for unit in self.of(job_id, stage, self.lost)}
                owners = {self.holders[unit].owner for unit in self.of(job_id, stage, set(self.holders))}
                assert shown.waiting.owner in (owners or {""})

    @invariant()
    def the_queues_hold_what_happened(self) -> None:
        health = self.ledger.health()
        assert {each.unit for each in health.lapsed} == self.dead
        workable = set(self.workable)
        for queue in health.queues:
            here = {unit for unit in self.units if POOL_OF[Stage(unit.stage)] == queue.queue}
            if queue.queue in SLOTS:
                assert queue.running == len(here & set(self.holders))
                assert queue.sent == len(here & self.under_way)
                assert queue.queued == len((here & workable) - self.under_way)

    @invariant()
    def no_job_is_forgotten(self) -> None:
        for job_id in self.jobs:
            standing = self.ledger.standing(job_id)
            if not any(counts.pending for counts in standing.stages.values()):
                assert self.stopped(job_id) or standing.verdict == "published"

    @invariant()
    def the_state_of_the_job_never_leaves_a_final_end(self) -> None:
        for job_id in self.jobs:
            before = self.ledger.job(job_id).state
            after = advance(self.ledger, job_id).state
            assert after == before or before not in ENDS - RESUMABLE


@pytest.fixture(autouse=True)
def messages_that_get_lost_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("agent.ledger.redis", "agent.ledger.memory"):
        monkeypatch.setattr(f"{module}.REARM_S", REARM_S)


def test_the_ledger_in_memory_keeps_its_books_straight() -> None:
    class InMemory(Books):
        def open(self) -> tuple[Ledger, Callable[[float], None]]:
            clock = Clock()
            return MemoryLedger(clock), clock.advance

    walks = settings(max_examples=120, stateful_step_count=40, deadline=None, database=None, derandomize=True)
    run_state_machine_as_test(InMemory, settings=walks)


def test_the_ledger_on_a_server_keeps_its_books_straight(redis_url: str) -> None:
    prefixes = (f"walk-{number}:" for number in count())

    class OnServer(Books):
        def open(self) -> tuple[Ledger, Callable[[float], None]]:
            return RedisLedger(redis_url, prefix=next(prefixes)), time.sleep

        @rule()
        def the_server_forgets_its_scripts(self) -> None:
            """As after a restart, or a SCRIPT FLUSH by another program."""
            with redis.Redis.from_url(redis_url) as client:
                client.script_flush()

    walks = settings(max_examples=30, stateful_step_count=40, deadline=None, database=None, derandomize=True)
    run_state_machine_as_test(OnServer, settings=walks)
