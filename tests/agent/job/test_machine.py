"""One step of the state machine, and which step is due."""

from __future__ import annotations

import pytest

from agent.contract import Stage
from agent.errors import IllegalTransition
from agent.job.job import JobRecord
from agent.job.machine import Move, StageCounts, Standing, apply, due_move
from agent.job.model import ModelFacts
from agent.job.states import STATE_OF_STAGE, JobState, successors
from agent.spec import JobSpec


def a_job(state: JobState, reason: str = "", version: int = 3) -> JobRecord:
    spec = JobSpec(model="tiny", subject="knots", sources=("dir:notes",))
    facts = ModelFacts(name="tiny", origin="folder", location="/tiny", parameters=1, has_chat_template=False)
    return JobRecord(id="j", spec=spec, model=facts, user="ada", state=state, reason=reason, version=version)


@pytest.mark.parametrize("before", JobState)
@pytest.mark.parametrize("after", JobState)
def test_a_move_is_made_where_the_table_allows_it_and_refused_elsewhere(before: JobState, after: JobState) -> None:
    job = a_job(before)
    if after is before:
        assert apply(job, Move(after)) is job
    elif after in successors(before):
        moved = apply(job, Move(after, "because", "train"))
        assert (moved.state, moved.reason, moved.failed_stage, moved.version) == (after, "because", "train", 4)
        assert job.state is before, "the old record stays as it was"
    else:
        with pytest.raises(IllegalTransition, match=f"Job j is {before} and cannot become {after}"):
            apply(job, Move(after))


def test_a_new_reason_for_the_same_state_is_a_change() -> None:
    waiting = a_job(JobState.WAITING_FOR_ACCELERATOR, "no live worker serves train.any.8g")
    moved = apply(waiting, Move(JobState.WAITING_FOR_ACCELERATOR, "no live worker serves train.cuda.8g"))
    assert (moved.version, moved.reason) == (4, "no live worker serves train.cuda.8g")


@pytest.mark.parametrize(
    ("state", "advice"),
    [
        (JobState.FAILED, "finetune resume"),
        (JobState.COMPLETED, "submit a new job"),
        (JobState.TRAINING, "finetune status"),
    ],
)
def test_a_refusal_names_what_can_be_done_instead(state: JobState, advice: str) -> None:
    with pytest.raises(IllegalTransition) as refusal:
        apply(a_job(state), Move(JobState.DISCOVERING))
    assert advice in refusal.value.next_step


def standing(stage: Stage = Stage.PARSE, counts: StageCounts | None = None, **flags: object) -> Standing:
    counts = counts or StageCounts(pending=1, running=1)
    return Standing(stages={stage: counts}, **flags)  # type: ignore[arg-type]


@pytest.mark.parametrize("stage", Stage)
def test_a_running_unit_puts_the_job_into_the_state_of_its_stage(stage: Stage) -> None:
    assert due_move(standing(stage)) == Move(STATE_OF_STAGE[stage])


def test_the_earliest_stage_with_work_left_names_the_state() -> None:
    both = {Stage.PARSE: StageCounts(pending=2, running=2), Stage.RETRIEVE: StageCounts(pending=1)}
    assert due_move(Standing(both)).to is JobState.RETRIEVING


def test_a_job_is_queued_until_somebody_discovers() -> None:
    assert due_move(standing(Stage.DISCOVER, StageCounts(pending=1))).to is JobState.QUEUED


@pytest.mark.parametrize("stage", [Stage.TRAIN, Stage.EVALUATE, Stage.PUBLISH])
def test_accelerator_work_without_a_worker_waits_and_says_for_what(stage: Stage) -> None:
    waiting = standing(stage, StageCounts(pending=1), accelerator_free=False, accelerator_need="no live worker")
    assert due_move(waiting) == Move(JobState.WAITING_FOR_ACCELERATOR, "no live worker")


def test_accelerator_work_with_a_worker_there_or_already_running_does_not_wait() -> None:
    assert due_move(standing(Stage.TRAIN, StageCounts(pending=1), accelerator_free=True)).to is JobState.TRAINING
    running = standing(Stage.TRAIN, StageCounts(pending=1, running=1), accelerator_free=False)
    assert due_move(running).to is JobState.TRAINING


def test_work_before_training_never_waits_for_an_accelerator() -> None:
    assert due_move(standing(Stage.PARSE, StageCounts(pending=1), accelerator_free=False)).to is JobState.PARSING


def test_a_halt_fails_the_job_with_its_stage_and_reason() -> None:
    halted = standing(halted_stage="parse", halted_reason="3 of 5 units were set aside")
    assert due_move(halted) == Move(JobState.FAILED, "3 of 5 units were set aside", "parse")


def test_a_cancel_outweighs_a_halt() -> None:
    assert due_move(standing(cancelled=True, halted_reason="broken")).to is JobState.CANCELLED


@pytest.mark.parametrize(("verdict", "end"), [("published", JobState.COMPLETED), ("rejected", JobState.REJECTED)])
def test_the_verdict_ends_the_job(verdict: str, end: JobState) -> None:
    assert due_move(Standing({Stage.PUBLISH: StageCounts(done=1)}, verdict=verdict)).to is end
