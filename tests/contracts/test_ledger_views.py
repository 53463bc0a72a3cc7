"""Ledger contract: what is shown of a job agrees with what happened to it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from agent.canvas.advance import advance
from agent.contract import Stage
from agent.job.artifacts import Tally
from agent.job.machine import StageCounts
from agent.job.states import JobState
from agent.ledger.contract import MOST_FAULTS_SHOWN, Ledger, Progress, UnitId
from tests.contracts.jobs import TRAIN_QUEUE, a_worker, finish, follow, output_of, spread, submit, take

Pause = Callable[[float], None]


def state(ledger: Ledger) -> JobState:
    """The state after a look of the control worker."""
    return advance(ledger, "job").state


def test_the_state_follows_the_units_from_stage_to_stage(ledger: Ledger) -> None:
    def run(unit: UnitId, *following: str, verdict: str = "") -> JobState:
        """The state while the unit runs; then it ends."""
        claim = take(ledger, unit)
        while_running = state(ledger)
        successors = [plan for stage in following for plan in follow(stage, "0")]
        ledger.commit(claim, output_of(unit), {}, successors, verdict=verdict)
        return while_running

    discover = submit(ledger)
    assert state(ledger) is JobState.QUEUED
    assert run(discover, "retrieve") is JobState.DISCOVERING
    assert run(UnitId("job", "retrieve", "0"), "parse") is JobState.RETRIEVING
    assert run(UnitId("job", "parse", "0")) is JobState.PARSING
    assert run(UnitId("job", "curate", "0"), "generate") is JobState.CURATING
    assert run(UnitId("job", "generate", "0")) is JobState.GENERATING
    assert run(UnitId("job", "assemble", "0"), "clear") is JobState.ASSEMBLING
    assert run(UnitId("job", "clear", "0"), "train") is JobState.CLEARING

    assert state(ledger) is JobState.WAITING_FOR_ACCELERATOR
    assert ledger.job("job").reason == f"no live worker serves {TRAIN_QUEUE}"
    ledger.register(a_worker(TRAIN_QUEUE, 1), 60)
    assert state(ledger) is JobState.TRAINING
    assert run(UnitId("job", "train", "0"), "evaluate") is JobState.TRAINING
    assert run(UnitId("job", "evaluate", "0"), "publish") is JobState.EVALUATING
    assert run(UnitId("job", "publish", "0"), verdict="rejected") is JobState.PUBLISHING
    assert state(ledger) is JobState.REJECTED


def test_a_job_whose_first_unit_is_tried_again_is_still_discovering(ledger: Ledger) -> None:
    discover = submit(ledger)
    claim = take(ledger, discover)
    assert state(ledger) is JobState.DISCOVERING
    ledger.fail(claim, "no_answer")
    assert state(ledger) is JobState.DISCOVERING
    finish(ledger, discover, *follow("retrieve", "0000"))
    assert state(ledger) is JobState.RETRIEVING


def test_a_running_training_needs_no_second_free_worker(ledger: Ledger) -> None:
    finish(ledger, submit(ledger), *follow("train", "0"))
    finish(ledger, UnitId("job", "curate", "0"))
    finish(ledger, UnitId("job", "assemble", "0"))
    take(ledger, UnitId("job", "train", "0"))
    assert state(ledger) is JobState.TRAINING


def test_a_cancelled_and_a_halted_job_end_so_and_resume_through_the_queue(ledger: Ledger) -> None:
    claim = take(ledger, submit(ledger))
    state(ledger)
    ledger.cancel("job")
    assert state(ledger) is JobState.CANCELLED
    ledger.hand_back(claim)
    ledger.resume("job")
    assert state(ledger) is JobState.QUEUED
    ledger.fail(take(ledger, claim.unit), "broken", final=True)
    assert state(ledger) is JobState.FAILED
    assert (ledger.job("job").failed_stage, ledger.job("job").reason) == ("discover", "broken")


def test_standing_and_view_count_the_same_units(ledger: Ledger) -> None:
    running, done, lost, *_ = spread(ledger, 5)
    take(ledger, running)
    finish(ledger, done, *follow("parse", "0001"))
    ledger.fail(take(ledger, lost), "no_answer", final=True)
    standing, view = ledger.standing("job").stages, ledger.view("job").stages
    assert standing[Stage.RETRIEVE] == StageCounts(pending=3, running=1, done=1, set_aside=1)
    assert standing[Stage.PARSE] == StageCounts(pending=1)
    for stage in Stage:
        shown = view[stage]
        assert standing[stage] == StageCounts(shown.pending, shown.running, shown.done, shown.set_aside)
        assert shown.units == shown.pending + shown.done + shown.set_aside


def test_tallies_of_a_stage_are_the_sums_of_its_units_by_noun_and_reason(ledger: Ledger) -> None:
    first, second, third = spread(ledger, 3)
    finish(ledger, first, tallies={"documents": Tally(received=5, kept=3, rejected={"robots": 1}, failed={"http": 1})})
    finish(ledger, second, tallies={"documents": Tally(received=4, kept=1, rejected={"robots": 2, "licence": 1})})
    finish(ledger, third, tallies={"chunks": Tally(received=1, kept=1), "documents": Tally()})
    tallies = ledger.view("job").stages[Stage.RETRIEVE].tallies
    assert tallies == {
        "chunks": Tally(received=1, kept=1),
        "documents": Tally(received=9, kept=4, rejected={"licence": 1, "robots": 3}, failed={"http": 1}),
    }
    assert all(tally.reconciles for tally in tallies.values())


def test_items_count_from_the_plan_or_else_from_the_commit(ledger: Ledger) -> None:
    discover = take(ledger, submit(ledger))
    successors = (*follow("retrieve", "planned", items=25), *follow("retrieve", "unplanned"))
    ledger.commit(discover, "out", {}, successors, items_done=40)
    view = ledger.view("job").stages
    assert (view[Stage.DISCOVER].items, view[Stage.DISCOVER].items_done) == (40, 40)
    assert (view[Stage.RETRIEVE].items, view[Stage.RETRIEVE].items_done) == (25, 0)
    for shard, done in (("planned", 24), ("unplanned", 3)):
        ledger.commit(take(ledger, UnitId("job", "retrieve", shard)), "out", {}, (), items_done=done)
    view = ledger.view("job").stages
    assert (view[Stage.RETRIEVE].items, view[Stage.RETRIEVE].items_done) == (28, 28)


def test_running_units_show_their_last_beat_until_they_end(ledger: Ledger) -> None:
    first, second = spread(ledger, 2)
    claims = take(ledger, first), take(ledger, second)
    ledger.beat(claims[0], 60, Progress(1, 25))
    ledger.beat(claims[1], 60, Progress(7, None, {"loss": 1.25, "phase": "warm"}))
    ledger.beat(claims[0], 60, Progress(2, 25))
    live = ledger.view("job").stages[Stage.RETRIEVE].live
    assert list(live) == [Progress(2, 25), Progress(7, None, {"loss": 1.25, "phase": "warm"})]
    ledger.commit(claims[0], "out", {})
    ledger.hand_back(claims[1])
    assert list(ledger.view("job").stages[Stage.RETRIEVE].live) == []


def test_a_view_of_many_units_set_aside_names_the_first_and_counts_all(ledger: Ledger) -> None:
    *lost, _ = spread(ledger, MOST_FAULTS_SHOWN + 6)
    for unit in reversed(lost):
        ledger.fail(take(ledger, unit), f"no_answer of {unit.shard}", final=True)
    shown = ledger.view("job").stages[Stage.RETRIEVE]
    assert shown.set_aside == MOST_FAULTS_SHOWN + 5
    assert shown.faults == {unit.shard: f"no_answer of {unit.shard}" for unit in lost[:MOST_FAULTS_SHOWN]}


def test_outputs_of_finished_units_are_listed_in_the_order_of_their_shards(ledger: Ledger) -> None:
    units = spread(ledger, 3)
    for unit in reversed(units[:2]):
        finish(ledger, unit)
    assert ledger.outputs("job")[Stage.RETRIEVE] == tuple(output_of(unit) for unit in units[:2])


def test_a_stage_shows_when_it_began_and_ended_on_the_clock_of_the_ledger(ledger: Ledger, pause: Pause) -> None:
    unit = submit(ledger)
    pause(0.05)
    running = ledger.view("job")
    assert running.stages[Stage.DISCOVER].ended_ms == 0
    assert running.stages[Stage.PARSE].started_ms == 0
    assert running.now_ms - running.stages[Stage.DISCOVER].started_ms >= 50
    finish(ledger, unit)
    ended = ledger.view("job")
    assert running.now_ms <= ended.stages[Stage.DISCOVER].ended_ms <= ended.now_ms


def test_events_tell_what_happened_in_order_and_continue_after_an_id(ledger: Ledger) -> None:
    first = take(ledger, submit(ledger))
    ledger.fail(first, "no_answer")
    told = ledger.events("job")
    assert [(event.kind, event.stage, event.shard) for event in told] == [
        ("submitted", "discover", ""),
        ("started", "discover", "0"),
        ("retry", "discover", "0"),
    ]
    assert told[-1].text == "no_answer"
    assert ledger.events("job", after=told[0].id) == told[1:]
    assert ledger.events("job", after=told[-1].id) == []
    finish(ledger, first.unit)
    advance(ledger, "job")
    assert [(event.kind, event.stage) for event in ledger.events("job", after=told[-1].id)] == [
        ("started", "discover"),
        ("committed", "discover"),
        ("state", "curating"),
    ]


def test_every_turn_of_a_job_is_an_event(ledger: Ledger, pause: Pause) -> None:
    unit = submit(ledger, failure={"machine_attempts": 2})
    for _ in range(2):
        take(ledger, unit, 0.2)
        pause(0.25)
        ledger.reconcile()
    ledger.resume("job")
    ledger.cancel("job")
    kinds = [event.kind for event in ledger.events("job")]
    assert kinds == ["submitted", "started", "lapsed", "started", "set_aside", "halted", "resumed", "cancel"]


def test_events_of_jobs_do_not_mix(ledger: Ledger) -> None:
    submit(ledger, "one")
    submit(ledger, "two")
    ledger.cancel("one")
    assert [event.kind for event in ledger.events("two")] == ["submitted"]


def test_a_reader_that_waits_for_events_is_woken_by_the_first(ledger: Ledger) -> None:
    submit(ledger)
    last = ledger.events("job")[-1].id
    began = time.monotonic()
    timer = threading.Timer(0.1, ledger.cancel, ("job",))
    timer.start()
    told = ledger.events("job", after=last, block_s=10)
    assert [event.kind for event in told] == ["cancel"]
    assert 0.05 < time.monotonic() - began < 5
    timer.join()


def test_a_reader_that_waits_in_vain_gets_nothing(ledger: Ledger) -> None:
    submit(ledger)
    last = ledger.events("job")[-1].id
    began = time.monotonic()
    assert ledger.events("job", after=last, block_s=0.1) == []
    assert time.monotonic() - began >= 0.09
