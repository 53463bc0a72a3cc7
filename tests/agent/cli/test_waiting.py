"""The sentence that says what a job waits for."""

from __future__ import annotations

from dataclasses import replace

import pytest

from agent.cli.waiting import queue_of, waits_for
from agent.contract import Pool, Stage
from agent.job.states import JobState
from agent.job.workers import WorkerInfo
from agent.ledger.contract import JobView, StageView
from tests.agent.report.sample import MODEL, job_record


def _view(pending: Stage, running: int = 0, state: JobState = JobState.QUEUED) -> JobView:
    stages = {stage: StageView(stage=stage) for stage in Stage}
    stages[pending] = replace(stages[pending], units=2, pending=2, running=running)
    return JobView(job_record(state), stages, 0)


def _worker(*queues: str) -> WorkerInfo:
    return WorkerInfo(name="w@h", pool="p", host="h", pid=1, queues=queues, slots=1, version="v")


CONTROL = _worker(Pool.CONTROL)


def test_an_empty_queue_names_the_command_that_serves_it() -> None:
    expected = "No worker serves queue crawl: start one with `finetune worker crawl`."
    assert waits_for(_view(Stage.DISCOVER), [CONTROL]) == expected


def test_training_names_the_machine_it_needs() -> None:
    sentence = waits_for(_view(Stage.TRAIN), [CONTROL, _worker("crawl")])
    assert sentence == (
        "No worker serves queue train.any.8g: start one with `finetune worker train` "
        "on a machine with 8 GB of memory for training."
    )
    assert queue_of(job_record(JobState.QUEUED), Stage.TRAIN) == "train.any.8g"
    assert MODEL.parameters < 1e9


def test_without_a_control_worker_nobody_hands_out_work() -> None:
    assert "finetune worker control" in waits_for(_view(Stage.DISCOVER), [_worker("crawl")])


def test_a_served_queue_means_waiting_for_a_slot() -> None:
    sentence = waits_for(_view(Stage.PARSE), [CONTROL, _worker("parse"), _worker("parse")])
    assert sentence == "Read documents waits for a free slot on queue parse (2 workers)."


@pytest.mark.parametrize("state", [JobState.COMPLETED, JobState.FAILED])
def test_an_ended_job_waits_for_nothing(state: JobState) -> None:
    assert waits_for(_view(Stage.PARSE, state=state), []) == ""


def test_on_the_embedded_server_a_job_without_workers_is_to_be_resumed() -> None:
    view = _view(Stage.PARSE)
    sentence = f"Nobody works on it: `finetune resume {view.job.id}` does."
    assert waits_for(view, [], embedded=True) == sentence
    assert waits_for(view, [CONTROL], embedded=True) == ""


def test_a_job_at_work_waits_for_nothing() -> None:
    assert waits_for(_view(Stage.PARSE, running=1), []) == ""
