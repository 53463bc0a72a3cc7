"""Any order of claims, commits, faults, deaths, cancels and resumes keeps the books of the ledger straight."""

from __future__ import annotations

import time
from collections.abc import Callable
from itertools import count

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
from agent.contract import Stage
from agent.job.states import ENDS, RESUMABLE
from agent.ledger.contract import Claim, Ledger, Progress, UnitId
from agent.ledger.memory import MemoryLedger
from agent.ledger.redis import RedisLedger
from tests.contracts.conftest import Clock
from tests.contracts.jobs import LONG_S, a_worker, follow, output_of, submit

DEAD_S = 0.004
"""The lease of an owner that dies; the step that takes it lasts longer, so that the next step finds it lapsed."""
ATTEMPTS = 2
FOLLOWS = {
    Stage.DISCOVER: Stage.RETRIEVE,
    Stage.RETRIEVE: Stage.PARSE,
    Stage.CURATE: Stage.GENERATE,
    Stage.ASSEMBLE: Stage.TRAIN,
    Stage.TRAIN: Stage.EVALUATE,
    Stage.EVALUATE: Stage.PUBLISH,
}
JOINS = {Stage.CURATE: (Stage.PARSE,), Stage.ASSEMBLE: (Stage.CURATE, Stage.GENERATE)}
"""The stages whose artifacts a join reads."""


class Books(RuleBasedStateMachine):
    """Keeps its own books of who holds what, and compares them with the ledger's after every step."""

    claims = Bundle("claims")

    def __init__(self) -> None:
        super().__init__()
        self.ledger, self.pause = self.open()
        self.owners = (f"owner-{number}" for number in count())
        self.units = {submit(self.ledger, failure={"work_attempts": ATTEMPTS, "machine_attempts": ATTEMPTS})}
        self.epochs: set[tuple[UnitId, int]] = set()
        self.holders: dict[UnitId, Claim] = {}
        self.dead: set[UnitId] = set()
        self.finished: dict[UnitId, Claim] = {}
        self.lost: set[UnitId] = set()
        self.work_faults: dict[UnitId, int] = {}
        self.machine_faults: dict[UnitId, int] = {}
        self.ledger.register(a_worker("crawl", 2), LONG_S)

    def open(self) -> tuple[Ledger, Callable[[float], None]]:
        """An empty ledger, and how time passes on it."""
        raise NotImplementedError

    @property
    def stopped(self) -> bool:
        standing = self.ledger.standing("job")
        return standing.cancelled or bool(standing.halted_reason)

    @property
    def free(self) -> list[UnitId]:
        return sorted(self.units - {*self.finished, *self.lost, *self.holders}, key=str)

    def of(self, stage: Stage, units: set[UnitId]) -> list[UnitId]:
        return sorted((unit for unit in units if unit.stage == stage), key=lambda unit: unit.shard)

    # -- what can happen ----------------------------------------------------------------------------------------

    @rule(target=claims, data=st.data(), dies=st.sampled_from([False, False, True]))
    def ask_for(self, data: st.DataObject, dies: bool) -> MultipleResults[Claim]:
        """Somebody asks for any unit, as a late or doubled message makes a worker do."""
        unit = data.draw(st.sampled_from(sorted(self.units, key=str)))
        stopped = self.stopped
        answer = self.ledger.claim(unit, next(self.owners), DEAD_S if dies else LONG_S)
        if not isinstance(answer, Claim):
            if unit in self.finished or unit in self.lost:
                assert answer == "done"
            elif unit in self.holders and unit not in self.dead:
                assert answer == "held"
            else:
                assert answer == ("stopped" if stopped else "lapsed")
                assert stopped or unit in self.dead
            return multiple()
        assert not stopped and unit not in {*self.finished, *self.lost, *self.holders}
        assert (unit, answer.epoch) not in self.epochs, "no epoch is given out twice"
        if sources := JOINS.get(Stage(unit.stage)):
            done = set(self.finished)
            assert answer.inputs == tuple(output_of(each) for source in sources for each in self.of(source, done))
        self.epochs.add((unit, answer.epoch))
        self.holders[unit] = answer
        if dies:
            self.dead.add(unit)
            self.pause(DEAD_S * 2)
        return multiple(answer)

    @precondition(lambda self: self.free and not self.stopped)
    @rule(target=claims, data=st.data(), width=st.integers(0, 3))
    def work_through(self, data: st.DataObject, width: int) -> Claim:
        """A worker does one unit as it should."""
        unit = data.draw(st.sampled_from(self.free))
        claim = self.ledger.claim(unit, next(self.owners), LONG_S)
        assert isinstance(claim, Claim) and (unit, claim.epoch) not in self.epochs
        self.epochs.add((unit, claim.epoch))
        self.holders[unit] = claim
        self.commit(claim, width)
        return claim

    @rule(claim=claims)
    def beat(self, claim: Claim) -> None:
        answer = self.ledger.beat(claim, LONG_S, Progress(1, 2))
        if self.holders.get(claim.unit) != claim:
            assert answer == "superseded"
        else:
            assert answer == ("stopped" if self.stopped else "ok")
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
            self.units |= {UnitId("job", plan.stage, plan.shard) for plan in successors}
        else:
            assert accepted == (self.finished.get(unit) == claim), "only its own commit may be repeated"

    @rule(claim=claims, final=st.sampled_from([False, False, False, True]))
    def fail(self, claim: Claim, final: bool) -> None:
        answer = self.ledger.fail(claim, "broken", final=final)
        if not self.let_go(claim):
            assert answer == "superseded"
            return
        self.work_faults[claim.unit] = self.work_faults.get(claim.unit, 0) + 1
        is_last = final or self.work_faults[claim.unit] == ATTEMPTS
        assert answer == ("aside" if is_last else "queued")
        if is_last:
            self.lost.add(claim.unit)

    @rule(claim=claims)
    def hand_back(self, claim: Claim) -> None:
        assert self.ledger.hand_back(claim) == self.let_go(claim)

    @rule()
    def reconcile(self) -> None:
        assert set(self.ledger.reconcile()) == {f"job:{unit.stage}:{unit.shard}" for unit in self.dead}
        for unit in list(self.dead):
            self.let_go(self.holders[unit])
            self.machine_faults[unit] = self.machine_faults.get(unit, 0) + 1
            if self.machine_faults[unit] == ATTEMPTS:
                self.lost.add(unit)

    @rule()
    def hand_out(self) -> None:
        stopped = self.stopped
        sent = {due.unit for due in self.ledger.hand_out()}
        assert not (stopped and sent)
        assert sent <= self.units - {*self.finished, *self.lost, *self.holders}

    @precondition(lambda self: not self.stopped)
    @rule()
    def cancel(self) -> None:
        self.ledger.cancel("job")

    @precondition(lambda self: self.stopped or self.lost)
    @rule()
    def resume(self) -> None:
        queued = self.units - {*self.finished, *self.holders}
        assert self.ledger.resume("job") == len(queued)
        for unit in self.lost:
            self.work_faults[unit] = self.machine_faults[unit] = 0
        self.lost.clear()

    def let_go(self, claim: Claim) -> bool:
        """Whether the claim held its unit; now it does not."""
        if self.holders.get(claim.unit) != claim:
            return False
        del self.holders[claim.unit]
        self.dead.discard(claim.unit)
        return True

    # -- what must hold after every step ------------------------------------------------------------------------

    @invariant()
    def a_join_comes_only_once_nothing_before_it_is_pending(self) -> None:
        for stage in JOINS:
            join = UnitId("job", stage, "0")
            if join not in self.units and self.ledger.view("job").stages[stage].units:
                before = {
                    unit for unit in self.units if list(Stage).index(Stage(unit.stage)) < list(Stage).index(stage)
                }
                assert before <= {*self.finished, *self.lost}
                self.units.add(join)

    @invariant()
    def the_ledger_counts_what_happened(self) -> None:
        view, standing, outputs = self.ledger.view("job"), self.ledger.standing("job"), self.ledger.outputs("job")
        for stage in Stage:
            shown, stands = view.stages[stage], standing.stages[stage]
            assert shown.units == shown.pending + shown.done + shown.set_aside == len(self.of(stage, self.units))
            assert shown.running == stands.running == len(self.of(stage, set(self.holders)))
            assert shown.pending == stands.pending
            assert list(outputs[stage]) == [output_of(unit) for unit in self.of(stage, set(self.finished))]
            assert set(shown.faults) == {unit.shard for unit in self.of(stage, self.lost)}

    @invariant()
    def no_job_is_forgotten(self) -> None:
        standing = self.ledger.standing("job")
        if not any(counts.pending for counts in standing.stages.values()):
            assert self.stopped or standing.verdict == "published"

    @invariant()
    def the_state_of_the_job_never_leaves_a_final_end(self) -> None:
        before = self.ledger.job("job").state
        after = advance(self.ledger, "job").state
        assert after == before or before not in ENDS - RESUMABLE


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

    walks = settings(max_examples=20, stateful_step_count=40, deadline=None, database=None, derandomize=True)
    run_state_machine_as_test(OnServer, settings=walks)
