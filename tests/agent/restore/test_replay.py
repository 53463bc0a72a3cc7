"""A ledger that lost a job is rebuilt from artifacts, and the job goes on as if nothing had happened."""

from __future__ import annotations

import tempfile
import uuid
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.canvas.advance import advance
from agent.contract import Stage
from agent.job.states import JobState
from agent.ledger.contract import Claim, Ledger, Progress, StageView, UnitId
from agent.ledger.memory import MemoryLedger
from agent.restore import Choice, choose, read_shelf, replay
from agent.store import Store
from agent.store.artifact import MANIFEST_FILE
from tests.agent.restore.conftest import NewLedger
from tests.agent.restore.fake_job import ALL_UNITS, JOB_ID, PLAN, RECORD, outcome, submit, work_to_the_end


def rebuild(ledger: Ledger, store: Store, *, known: bool = False) -> Choice:
    """Enter all that the store has into a ledger."""
    shelf = read_shelf(store, RECORD)
    committed = [path for paths in ledger.outputs(JOB_ID).values() for path in paths] if known else []
    choice = choose(PLAN, shelf.artifacts, committed)
    if not known:
        submit(ledger)
    replay(ledger, JOB_ID, PLAN, choice, shelf.artifacts)
    advance(ledger, JOB_ID)
    return choice


def shown(ledger: Ledger) -> tuple[object, dict[Stage, StageView], object]:
    """What must be the same after a rebuild: everything but the clock and the history of the record."""
    view = ledger.view(JOB_ID)
    stages = {stage: replace(each, started_ms=0, ended_ms=0) for stage, each in view.stages.items()}
    return view.job.spec, stages, ledger.outputs(JOB_ID)


@pytest.mark.parametrize("finished", [0, 1, 3, 6, 8, 10, 12, 14, ALL_UNITS])
def test_a_rebuilt_ledger_shows_what_the_lost_one_showed(
    new_ledger: NewLedger, store: Store, tmp_path: Path, finished: int
) -> None:
    lost, fresh = new_ledger(), new_ledger()
    submit(lost)
    assert len(work_to_the_end(lost, store, tmp_path, most=finished)) == finished
    rebuild(fresh, store)
    assert shown(fresh) == shown(lost)
    # A state follows the units at the next look; the lost ledger may not have been looked at since its last commit.
    assert advance(fresh, JOB_ID).state is advance(lost, JOB_ID).state


def test_only_what_is_missing_is_done_again(new_ledger: NewLedger, store: Store, tmp_path: Path) -> None:
    lost, fresh = new_ledger(), new_ledger()
    submit(lost)
    first = work_to_the_end(lost, store, tmp_path, most=9)
    rebuild(fresh, store)
    rest = work_to_the_end(fresh, store, tmp_path)
    assert not set(first) & set(rest)
    assert len(first) + len(rest) == ALL_UNITS
    assert fresh.job(JOB_ID).state is JobState.COMPLETED


def test_a_finished_job_is_ended_by_its_verdict(new_ledger: NewLedger, store: Store, tmp_path: Path) -> None:
    lost, fresh = new_ledger(), new_ledger()
    submit(lost)
    work_to_the_end(lost, store, tmp_path)
    rebuild(fresh, store)
    assert fresh.job(JOB_ID).state is JobState.COMPLETED
    assert work_to_the_end(fresh, store, tmp_path) == []


def test_a_cancelled_job_goes_on(new_ledger: NewLedger, store: Store, tmp_path: Path) -> None:
    lost, fresh = new_ledger(), new_ledger()
    submit(lost)
    work_to_the_end(lost, store, tmp_path, most=5)
    lost.cancel(JOB_ID)
    rebuild(fresh, store)
    assert len(work_to_the_end(fresh, store, tmp_path)) == ALL_UNITS - 5


def test_a_unit_that_was_given_up_stays_given_up_when_later_stages_did_without_it(
    new_ledger: NewLedger, store: Store, tmp_path: Path
) -> None:
    lost, fresh = new_ledger(), new_ledger()
    submit(lost)
    work_to_the_end(lost, store, tmp_path, broken={("parse", "0001"), ("retrieve", "0002")}, most=9)
    assert lost.view(JOB_ID).stages[Stage.CURATE].done == 1
    rebuild(fresh, store)
    assert list(fresh.view(JOB_ID).stages[Stage.PARSE].faults) == ["0001"]
    assert list(fresh.view(JOB_ID).stages[Stage.RETRIEVE].faults) == ["0002"]
    assert fresh.outputs(JOB_ID) == lost.outputs(JOB_ID)
    work_to_the_end(fresh, store, tmp_path)
    assert fresh.job(JOB_ID).state is JobState.COMPLETED


def test_a_unit_given_up_before_anything_was_made_without_it_is_tried_again(
    new_ledger: NewLedger, store: Store, tmp_path: Path
) -> None:
    lost, fresh = new_ledger(), new_ledger()
    submit(lost)
    work_to_the_end(lost, store, tmp_path, broken={("retrieve", "0002")}, most=5)
    rebuild(fresh, store)
    assert ("retrieve", "0002") in work_to_the_end(fresh, store, tmp_path)


def test_a_unit_that_succeeded_after_a_resume_does_not_spoil_what_was_made_without_it(
    new_ledger: NewLedger, store: Store, tmp_path: Path
) -> None:
    lost, fresh = new_ledger(), new_ledger()
    submit(lost)
    work_to_the_end(lost, store, tmp_path, broken={("parse", "0001"), ("train", "0")})
    assert advance(lost, JOB_ID).state is JobState.FAILED
    lost.resume(JOB_ID)
    assert ("parse", "0001") in work_to_the_end(lost, store, tmp_path, most=1)
    rebuild(fresh, store)
    assert work_to_the_end(fresh, store, tmp_path) == [("train", "0"), ("evaluate", "0"), ("publish", "0")]


def test_a_ledger_that_lost_its_tail_ends_with_the_same_data_by_either_road(
    new_ledger: NewLedger, store: Store, tmp_path: Path
) -> None:
    whole, behind, adopting = new_ledger(), new_ledger(), new_ledger()
    submit(whole)
    work_to_the_end(whole, store, tmp_path, most=3)
    shelf = read_shelf(store, RECORD)
    for older in (behind, adopting):
        submit(older)
        replay(older, JOB_ID, PLAN, choose(PLAN, shelf.artifacts), shelf.artifacts)
    work_to_the_end(whole, store, tmp_path)

    assert ("parse", "0000") in work_to_the_end(behind, store, tmp_path), "done again, as nobody told the ledger"
    choice = rebuild(adopting, store, known=True)
    assert len(choice.done) == ALL_UNITS
    assert adopting.job(JOB_ID).state is JobState.COMPLETED
    assert outcome(behind, store) == outcome(adopting, store) == outcome(whole, store)


def test_adopting_keeps_what_the_ledger_holds_and_leaves_out_what_contradicts_it(
    new_ledger: NewLedger, store: Store, tmp_path: Path
) -> None:
    first, second = new_ledger(), new_ledger()
    submit(first)
    work_to_the_end(first, store, tmp_path)
    submit(second)
    work_to_the_end(second, store, tmp_path, most=1)
    choice = rebuild(second, store, known=True)
    assert len(choice.done) == 1, "all else was made from the discovery of another attempt"
    work_to_the_end(second, store, tmp_path)
    assert outcome(second, store) == outcome(first, store)


def test_a_claim_from_before_the_loss_is_fenced_off(new_ledger: NewLedger, store: Store, tmp_path: Path) -> None:
    lost, fresh = new_ledger(), new_ledger()
    submit(lost)
    work_to_the_end(lost, store, tmp_path, most=2)
    unit = UnitId(JOB_ID, "retrieve", "0001")
    old = lost.claim(unit, "worker/before", 600)
    assert isinstance(old, Claim)
    rebuild(fresh, store)
    assert fresh.beat(old, 600, Progress()) == "superseded"
    assert not fresh.commit(old, "jobs/job/retrieve/0001-old", {})
    assert fresh.fail(old, "late") == "superseded"
    assert not fresh.hand_back(old)
    assert isinstance(fresh.claim(unit, "worker/after", 600), Claim)


def test_a_unit_that_a_worker_took_meanwhile_is_left_to_it(new_ledger: NewLedger, store: Store, tmp_path: Path) -> None:
    lost, fresh = new_ledger(), new_ledger()
    submit(lost)
    work_to_the_end(lost, store, tmp_path, most=7)
    submit(fresh)
    shelf = read_shelf(store, RECORD)
    chosen = choose(PLAN, shelf.artifacts)
    first = replace(chosen, done=dict(list(chosen.done.items())[:1]))
    replay(fresh, JOB_ID, PLAN, first, shelf.artifacts)
    held = fresh.claim(UnitId(JOB_ID, "retrieve", "0001"), "worker/quick", 600)
    assert isinstance(held, Claim)
    replay(fresh, JOB_ID, PLAN, chosen, shelf.artifacts)
    standing = fresh.standing(JOB_ID).stages
    assert (standing[Stage.RETRIEVE].done, standing[Stage.PARSE].done) == (2, 2)
    assert standing[Stage.CURATE].done == 0, "it was made from another attempt than the one under way"
    assert fresh.beat(held, 600, Progress()) == "ok"


@settings(max_examples=60, deadline=None, derandomize=True, database=None)
@given(data=st.data())
def test_whatever_is_lost_of_the_artifacts_the_job_ends_with_the_same_data(data: st.DataObject) -> None:
    """Two whole runs left their attempts in the store; any part of the manifests is gone."""
    with tempfile.TemporaryDirectory() as scratch:
        store = Store(f"memory://{uuid.uuid4().hex}")
        undisturbed, again, fresh = MemoryLedger(), MemoryLedger(), MemoryLedger()
        submit(undisturbed)
        work_to_the_end(undisturbed, store, Path(scratch))
        submit(again)
        work_to_the_end(again, store, Path(scratch), most=data.draw(st.integers(0, ALL_UNITS)))
        expected = outcome(undisturbed, store)
        for path in sorted(read_shelf(store, RECORD).artifacts):
            if data.draw(st.booleans()):
                store.remove(f"{path}/{MANIFEST_FILE}")
        choice = rebuild(fresh, store)
        rest = work_to_the_end(fresh, store, Path(scratch))
        assert outcome(fresh, store) == expected
        assert fresh.job(JOB_ID).state is JobState.COMPLETED
        assert len(rest) + len(choice.done) == ALL_UNITS
