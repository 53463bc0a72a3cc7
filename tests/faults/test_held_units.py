"""Whoever holds a unit dies or stands still, in each stage before training: another takes over, nothing is doubled.

One run breaks seven jobs at once, one unit of each stage, so that the recoveries overlap.
"""

from __future__ import annotations

import os
import signal
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from agent.canvas.planner import LEASE_S
from agent.client import Job
from agent.contract import Stage
from agent.store import ArtifactReader
from agent.store.artifact import MANIFEST_FILE
from tests.faults.cluster import RECOVERY_LIMIT_S, Cluster
from tests.faults.conftest import Undisturbed
from tests.faults.story import Moment
from tests.faults.table import FaultTable

pytestmark = [pytest.mark.fault, pytest.mark.timeout(240)]

STAGES = tuple(list(Stage)[: list(Stage).index(Stage.TRAIN)])


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """One worker more than a pool has stages, since it loses one in each."""
    with Cluster(tmp_path_factory.mktemp("held") / "cluster") as running:
        running.start_workers("control", *["crawl", "parse", "generate"] * 3, "crawl")
        yield running


@dataclass(frozen=True)
class Hit:
    """A unit whose holder was broken."""

    job: Job
    held: Moment
    fault_ms: int


def kill_child(cluster: Cluster, held: Moment) -> None:
    os.kill(held.process_id, signal.SIGKILL)


def kill_worker(cluster: Cluster, held: Moment) -> None:
    cluster.worker_of(held).kill()


def stop_worker(cluster: Cluster, held: Moment) -> None:
    cluster.worker_of(held).signal(signal.SIGSTOP)


def broken(
    cluster: Cluster, documents: Path, model: str, place: str, fault: Callable[[Cluster, Moment], None]
) -> tuple[list[Job], dict[Stage, Hit]]:
    """A job for each stage, and of each stage the unit that was held at this place when its holder was broken."""
    for stage in STAGES:
        cluster.order(f"{stage}/*/{place}=stop*1")
    jobs = [cluster.submit(documents, model) for _ in STAGES]
    hits: dict[Stage, Hit] = {}

    def all_hit() -> bool:
        for job in jobs:
            for held in cluster.standing_still(job):
                stage = Stage(held.unit[0])
                if stage not in hits:
                    hits[stage] = Hit(job, held, cluster.now_ms())
                    fault(cluster, held)
        return len(hits) == len(STAGES)

    cluster.wait_until(all_hit, 60, "a held unit in each stage")
    return jobs, hits


def check(
    cluster: Cluster, table: FaultTable, fault: str, jobs: list[Job], hits: dict[Stage, Hit], dataset: dict[str, str]
) -> None:
    """Everything that must hold after the jobs went on to their datasets."""
    for job in jobs:
        cluster.wait_for(job, "committed", "clear", timeout_s=90)
    for stage, hit in hits.items():
        story = cluster.story(hit.job)
        recovery_s = story.recovery_s(hit.held.unit, hit.fault_ms)
        hit_units = {other.held.unit: 1 for other in hits.values() if other.job is hit.job}
        table.add(
            fault, stage, recoveries_s=[recovery_s] if recovery_s else [],
            redone=story.redone(hit_units), doubled=story.doubled(), lost=story.lost(),
        )  # fmt: skip
        assert recovery_s is not None and recovery_s <= RECOVERY_LIMIT_S, (stage, recovery_s)
        assert (story.redone(hit_units), story.doubled(), story.lost()) == (0, 0, 0), stage
    for job in jobs:
        assert cluster.dataset(job) == dataset
        cluster.assert_counts_reconcile(job)
        job.cancel()
    cluster.assert_drained()


@pytest.mark.parametrize("fault", [kill_child, kill_worker], ids=["pool-child", "worker"])
def test_a_killed_holder_is_replaced_within_the_limit_in_every_stage(
    fault: Callable[[Cluster, Moment], None],
    repeat: int,
    cluster: Cluster,
    documents: Path,
    model: str,
    undisturbed: Undisturbed,
    table: FaultTable,
) -> None:
    dataset = _undisturbed(cluster, documents, model, undisturbed)
    jobs, hits = broken(cluster, documents, model, "started", fault)
    name = "kill -9 of pool child" if fault is kill_child else "kill -9 of worker"
    check(cluster, table, name, jobs, hits, dataset)


@pytest.mark.slow_fault
def test_a_worker_that_stood_still_beyond_its_lease_writes_nothing_that_counts(
    repeat: int, cluster: Cluster, documents: Path, model: str, undisturbed: Undisturbed, table: FaultTable
) -> None:
    cluster.heal()
    dataset = undisturbed.dataset(cluster, documents, model)
    # At the worst place: its artifact is complete, only the commit is missing.
    jobs, hits = broken(cluster, documents, model, "before_commit", stop_worker)
    stopped = {stage: cluster.worker_of(hit.held) for stage, hit in hits.items()}
    check(cluster, table, f"SIGSTOP beyond {LEASE_S:.0f} s, CONT", jobs, hits, dataset)
    for stage, hit in hits.items():
        stopped[stage].signal(signal.SIGCONT)
        said = f"shard='{hit.held.unit[1]}') epoch 1: superseded"
        cluster.wait_until(lambda: said in stopped[stage].logs(), 20, f"the fenced {stage} unit")  # noqa: B023
        assert cluster.story(hit.job).doubled() == 0
        attempt = f"e1-{hit.held.text.rsplit('/', 1)[1]}"
        zombie = f"jobs/{hit.job.id}/{stage}/{hit.held.unit[1]}-{attempt}"
        assert cluster.client.store.exists(f"{zombie}/{MANIFEST_FILE}")
        outputs = [path for paths in hit.job.outputs().values() for path in paths]
        read = [path for output in outputs for path in ArtifactReader(cluster.client.store, output).manifest.inputs]
        assert zombie not in {*outputs, *read}
    cluster.assert_drained()


def test_a_crash_around_the_commit_loses_nothing_and_repeats_no_commit(
    repeat: int, cluster: Cluster, documents: Path, model: str, undisturbed: Undisturbed, table: FaultTable
) -> None:
    """In each stage one process dies between manifest and commit, and one right after its commit."""
    dataset = _undisturbed(cluster, documents, model, undisturbed)
    for stage in STAGES:
        cluster.order(f"{stage}/*/before_commit=kill*1")
        cluster.order(f"{stage}/*/after_commit=kill*1")
    _check_crashes(cluster, table, "crash before commit", [cluster.submit(documents, model) for _ in STAGES], dataset)


@pytest.mark.slow_fault
def test_a_crash_before_the_manifest_leaves_nothing_that_is_read(
    repeat: int, cluster: Cluster, documents: Path, model: str, undisturbed: Undisturbed, table: FaultTable
) -> None:
    dataset = _undisturbed(cluster, documents, model, undisturbed)
    for stage in STAGES:
        cluster.order(f"{stage}/*/before_manifest=kill*1")
    jobs = [cluster.submit(documents, model) for _ in STAGES]
    _check_crashes(cluster, table, "crash before manifest", jobs, dataset)


def _undisturbed(cluster: Cluster, documents: Path, model: str, undisturbed: Undisturbed) -> dict[str, str]:
    cluster.heal()
    return undisturbed.dataset(cluster, documents, model)


def _check_crashes(cluster: Cluster, table: FaultTable, fault: str, jobs: list[Job], dataset: dict[str, str]) -> None:
    """Processes that died at the commit: whom it hit is read from the stories."""
    for job in jobs:
        cluster.wait_for(job, "committed", "clear", timeout_s=90)
    crashed = dict.fromkeys(STAGES, 0)
    for job in jobs:
        story = cluster.story(job)
        lapses = Counter(lapse.unit for lapse in story.of("lapsed"))
        assert (story.redone(lapses), story.doubled(), story.lost()) == (0, 0, 0)
        for lapse in story.of("lapsed"):
            # The dead unit's own work counts as recovery here: its death is not in the stream, its start is.
            start = next(start for start in story.of("started", *lapse.unit) if start.text == lapse.text)
            recovery_s = story.recovery_s(lapse.unit, start.ms)
            assert recovery_s is not None and recovery_s <= RECOVERY_LIMIT_S
            crashed[Stage(lapse.unit[0])] += 1
            table.add(fault, lapse.unit[0], recoveries_s=[recovery_s], redone=0, doubled=0, lost=0)
        for single, following in ((Stage.DISCOVER, Stage.RETRIEVE), (Stage.CURATE, Stage.GENERATE)):
            waited_s = (story.of("started", following)[0].ms - story.of("committed", single)[0].ms) / 1000
            assert waited_s <= RECOVERY_LIMIT_S, "what follows was created by the commit; any worker may send it"
        assert cluster.dataset(job) == dataset
        cluster.assert_counts_reconcile(job)
        job.cancel()
    assert crashed == dict.fromkeys(STAGES, 1)
    cluster.assert_drained()
