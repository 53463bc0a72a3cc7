"""Workers of the train pool that die, come late or are cut off: in training, evaluation and publishing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from agent import JobState
from agent.client import Job
from agent.contract import Stage
from tests.faults.cluster import TRAINING_RECOVERY_LIMIT_S, Cluster
from tests.faults.story import Moment
from tests.faults.table import FaultTable

pytestmark = pytest.mark.timeout(300)

STAGES = (Stage.TRAIN, Stage.EVALUATE, Stage.PUBLISH)
ENDS = (JobState.COMPLETED, JobState.REJECTED)


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """Everything but a train worker."""
    with Cluster(tmp_path_factory.mktemp("train") / "cluster") as running:
        running.start_workers("control", "crawl", "parse", "generate")
        yield running


@pytest.mark.slow_fault
def test_a_job_waits_for_a_capable_worker_and_a_cut_link_starts_no_second_training(
    cluster: Cluster, documents: Path, model: str, table: FaultTable
) -> None:
    cluster.heal()
    job = cluster.submit(documents, model)
    waiting = JobState.WAITING_FOR_ACCELERATOR
    cluster.wait_until(lambda: job.record.state is waiting, 60, "a job that waits")
    assert "no live worker serves train.any.8g" in job.record.reason
    worker = cluster.start_worker("train")
    joined_ms = cluster.now_ms()
    start = cluster.wait_for(job, "started", "train")
    table.add(
        "no capable worker, one joins", "train", recoveries_s=[max(0, start.ms - joined_ms) / 1000],
        redone=0, doubled=0, lost=0,
    )  # fmt: skip
    assert (start.ms - joined_ms) / 1000 <= TRAINING_RECOVERY_LIMIT_S

    cluster.wait_until(lambda: len(worker.descendants()) > 1, 60, "a training child")
    for kind in ("normal", "pubsub"):
        cluster.wait_until(lambda: cluster.cut_connections(kind), 10, f"connections of type {kind}")  # noqa: B023
    cluster.wait_until(lambda: job.record.state in ENDS, 120, f"the end of {job.id}")
    story = cluster.story(job)
    table.add("CLIENT KILL while training", "train", redone=story.redone(), doubled=story.doubled(), lost=story.lost())
    assert (story.redone(), story.doubled(), story.lost()) == (0, 0, 0)
    cluster.assert_counts_reconcile(job)
    cluster.assert_drained()


@pytest.mark.slow_fault
def test_a_killed_train_worker_is_replaced_within_the_limit_in_every_stage(
    repeat: int, cluster: Cluster, documents: Path, model: str, table: FaultTable
) -> None:
    cluster.heal()
    trainers = [worker for worker in cluster.workers.values() if worker.pool == "train"]
    # A worker for each job, and the killed ones come back: what is measured is recovery, not the wait for a machine.
    for worker in [cluster.start_worker("train", wait=False) for _ in range(len(trainers), len(STAGES))]:
        worker.ready()
    cluster.supervise()
    for stage in STAGES:
        cluster.order(f"{stage}/*/started=stop*1")
    jobs = [cluster.submit(documents, model) for _ in STAGES]
    hits: dict[Stage, tuple[Job, Moment, int]] = {}

    def all_hit() -> bool:
        for job in jobs:
            for held in cluster.standing_still(job):
                if (stage := Stage(held.unit[0])) not in hits:
                    cluster.worker_of(held).kill()
                    hits[stage] = (job, held, cluster.now_ms())
        return len(hits) == len(STAGES)

    try:
        cluster.wait_until(all_hit, 150, "a held unit in each stage")
        for job in jobs:
            cluster.wait_until(lambda: job.record.state in ENDS, 150, f"the end of {job.id}")  # noqa: B023
    finally:
        cluster.stop_supervising()
    for stage, (job, held, fault_ms) in hits.items():
        story = cluster.story(job)
        hit_units = {other.unit: 1 for hit_job, other, _ in hits.values() if hit_job is job}
        recovery_s = story.recovery_s(held.unit, fault_ms)
        assert recovery_s is not None and recovery_s <= TRAINING_RECOVERY_LIMIT_S, (stage, recovery_s)
        table.add(
            "kill -9 of train worker", stage, recoveries_s=[recovery_s],
            redone=story.redone(hit_units), doubled=story.doubled(), lost=story.lost(),
        )  # fmt: skip
        assert (story.redone(hit_units), story.doubled(), story.lost()) == (0, 0, 0), stage
    for job in jobs:
        cluster.assert_counts_reconcile(job)
    cluster.assert_drained()
