"""A cancelled job stops within one beat wherever it stands, also where the work does not listen; resume goes on."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import psutil
import pytest

from agent import JobState
from agent.canvas.planner import lease_of
from agent.client import Job
from agent.contract import Stage
from agent.store import ArtifactReader
from tests.faults.cluster import Cluster
from tests.faults.conftest import Undisturbed
from tests.faults.story import Moment, Unit
from tests.faults.table import FaultTable
from workers.runtime.heartbeat import BEATS_PER_LEASE, PATIENCE_S

pytestmark = [pytest.mark.fault, pytest.mark.timeout(300)]

BEFORE_TRAINING = tuple(list(Stage)[: list(Stage).index(Stage.TRAIN)])
DEAF = "sleep:120*1"
"""Work that hears nothing for longer than the test lasts."""
SURELY_ASLEEP_MS = 5000
"""No unit of these jobs takes so long by itself."""
SLACK_S = 1.5
"""For two busy cores."""
STEPS = 400


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    with Cluster(tmp_path_factory.mktemp("cancel") / "cluster") as running:
        running.start_workers("control", *["crawl", "parse", "generate"] * 2, "train")
        yield running


def sleeping(cluster: Cluster, jobs: Sequence[Job], stage: Stage) -> tuple[Job, Moment]:
    """The job whose unit of this stage sleeps on order, and that unit's start; waits for it."""

    def found() -> tuple[Job, Moment] | None:
        long_ago_ms = cluster.now_ms() - SURELY_ASLEEP_MS
        held = [(job, start) for job in jobs for start in cluster.story(job).running() if start.unit[0] == stage]
        return next((each for each in held if each[1].ms < long_ago_ms), None)

    return cluster.wait_until(found, 90, f"a sleeping {stage} unit")


def stopped_after_s(cluster: Cluster, job: Job) -> float:
    """Seconds from the cancel until nobody holds a unit of the job any more."""
    began_s = time.monotonic()
    record = job.cancel()
    assert record.state is JobState.CANCELLED
    cluster.wait_until(lambda: not any(view.running for view in job.view().stages.values()), 60, "nobody at work")
    return time.monotonic() - began_s


def limit_s(stage: Stage) -> float:
    return lease_of(stage) / BEATS_PER_LEASE + PATIENCE_S + SLACK_S


def test_a_cancel_stops_every_stage_before_training_and_a_resume_redoes_only_what_is_missing(
    cluster: Cluster, documents: Path, model: str, undisturbed: Undisturbed, table: FaultTable
) -> None:
    dataset = undisturbed.dataset(cluster, documents, model)
    for stage in BEFORE_TRAINING:
        cluster.order(f"{stage}/*/started={DEAF}")
    jobs = [cluster.submit(documents, model) for _ in BEFORE_TRAINING]
    stopped: dict[Stage, tuple[Job, Moment, float, set[Unit]]] = {}
    for stage in BEFORE_TRAINING:
        job, held = sleeping(cluster, jobs, stage)
        done = {moment.unit for moment in cluster.story(job).of("committed")}
        took_s = stopped_after_s(cluster, job)
        assert took_s <= limit_s(stage), (stage, took_s)
        cluster.wait_until(lambda: not psutil.pid_exists(held.process_id), 5, "the end of its process")  # noqa: B023
        stopped[stage] = (job, held, took_s, done)
        jobs.remove(job)
    cluster.cancel_orders()
    for job, *_ in stopped.values():
        job.resume()
    for stage, (job, held, took_s, done) in stopped.items():
        cluster.wait_for(job, "committed", "clear", timeout_s=90)
        job.cancel()
        story = cluster.story(job)
        assert all(story.starts()[unit] == 1 for unit in done), "what was finished is not run again"
        assert cluster.dataset(job) == dataset
        cluster.assert_counts_reconcile(job)
        lost = {unit for unit in story.starts() if unit[0] in BEFORE_TRAINING} - {
            moment.unit for moment in story.of("committed")
        }
        table.add("cancel (seconds to stop)", stage, recoveries_s=[took_s], redone=story.redone({held.unit: 1}),
                  doubled=story.doubled(), lost=len(lost))  # fmt: skip


def test_a_cancel_while_queued_starts_nothing(cluster: Cluster, documents: Path, model: str) -> None:
    for worker in cluster.workers.values():
        if worker.pool == "crawl":
            worker.kill()
    job = cluster.submit(documents, model)
    job.cancel()
    cluster.heal()
    time.sleep(5)
    assert not cluster.story(job).of("started")
    cluster.assert_drained()
    job.resume()
    cluster.wait_for(job, "committed", "discover")
    job.cancel()


@pytest.mark.slow_fault
def test_a_cancel_ends_the_training_child_and_a_resume_goes_on_from_its_checkpoint(
    cluster: Cluster, documents: Path, model: str, table: FaultTable
) -> None:
    job = cluster.submit(
        documents, model, train={"max_steps": STEPS, "checkpoint_steps": 10, "early_stopping_patience": 0}
    )
    start = cluster.wait_for(job, "started", "train", timeout_s=90)

    def steps() -> int:
        live = job.view().stages[Stage.TRAIN].live
        return live[0].done if live else 0

    cluster.wait_until(lambda: steps() >= 20, 90, "twenty steps")
    children = psutil.Process(start.process_id).children(recursive=True)
    assert children, "the training is a process of its own"
    took_s = stopped_after_s(cluster, job)
    assert took_s <= limit_s(Stage.TRAIN), took_s
    _, alive = psutil.wait_procs(children, timeout=7)
    assert not alive, "no process is left behind"
    rows = [("cancel (seconds to stop)", Stage.TRAIN, took_s)]

    for stage in (Stage.EVALUATE, Stage.PUBLISH):
        cluster.order(f"{stage}/*/started={DEAF}")
        job.resume()
        sleeping(cluster, [job], stage)
        took_s = stopped_after_s(cluster, job)
        assert took_s <= limit_s(stage), (stage, took_s)
        rows.append(("cancel (seconds to stop)", stage, took_s))
    cluster.cancel_orders()
    job.resume()
    assert job.wait(timeout_s=120).state in (JobState.COMPLETED, JobState.REJECTED)
    story = cluster.story(job)
    trained = ArtifactReader(cluster.client.store, job.outputs()[Stage.TRAIN][0]).manifest
    assert trained.facts["resumed_at"] >= 20 and trained.facts["steps"] == STEPS
    for name, stage, seconds in rows:
        table.add(name, stage, recoveries_s=[seconds], redone=story.redone({("train", "0"): 1, ("evaluate", "0"): 1,
                  ("publish", "0"): 1}), doubled=story.doubled(), lost=story.lost())  # fmt: skip
    assert (story.doubled(), story.lost()) == (0, 0)
    cluster.assert_drained()
