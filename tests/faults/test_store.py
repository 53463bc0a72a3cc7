"""The store is full, read-only, slow or away for a while: said clearly, tried again, and nothing half is ever read."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from agent.client import Job
from tests.faults.cluster import Cluster
from tests.faults.conftest import Undisturbed
from tests.faults.table import FaultTable

pytestmark = [pytest.mark.fault, pytest.mark.timeout(240)]

STORE_BYTES = 64 << 20


def mounted(*words: str) -> bool:
    return subprocess.run(["mount", *words], capture_output=True, check=False).returncode == 0


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """A cluster whose store is a file system of its own."""
    folder = tmp_path_factory.mktemp("store") / "cluster"
    with Cluster(folder) as running:
        store = folder / "store"
        store.mkdir()
        if not mounted("-t", "tmpfs", "-o", f"size={STORE_BYTES}", "tmpfs", str(store)):
            pytest.skip("mounting a file system needs more rights")
        try:
            running.start_workers("control", "crawl", "parse", "generate")
            yield running
        finally:
            for worker in running.workers.values():
                worker.end()
            subprocess.run(["umount", "-l", str(store)], check=True)


def retried(cluster: Cluster, job: Job, words: str) -> str:
    """The line that people read of the first retry that speaks of these words."""

    def found() -> str | None:
        return next((each.text for each in cluster.story(job).of("retry") if words in each.text), None)

    return cluster.wait_until(found, 60, f"a retry because of {words!r}")


def check(cluster: Cluster, job: Job, table: FaultTable, fault: str, mended_ms: int, dataset: dict[str, str]) -> None:
    cluster.wait_for(job, "committed", "clear", timeout_s=150)
    story = cluster.story(job)
    hit = {moment.unit: len(story.of("retry", *moment.unit)) for moment in story.of("retry")}
    recoveries = [each for unit in hit if (each := story.recovery_s(unit, mended_ms)) is not None]
    table.add(fault, "any", recoveries_s=recoveries, redone=story.redone(hit), doubled=story.doubled(),
              lost=story.lost())  # fmt: skip
    assert (story.redone(hit), story.doubled(), story.lost()) == (0, 0, 0)
    assert cluster.dataset(job) == dataset
    cluster.assert_counts_reconcile(job)
    job.cancel()
    cluster.assert_drained()


def test_a_store_that_cannot_be_written_for_a_while_costs_only_time(
    cluster: Cluster, documents: Path, model: str, undisturbed: Undisturbed, table: FaultTable
) -> None:
    dataset = undisturbed.dataset(cluster, documents, model)
    store = str(cluster.folder / "store")
    job = cluster.submit(documents, model)
    cluster.wait_for(job, "committed", "retrieve")
    # A disk on which a file is just being written cannot be made read-only: try between two writes.
    cluster.wait_until(lambda: mounted("-o", "remount,ro", store), 10, "a read-only store")
    try:
        said = retried(cluster, job, "Read-only file system")
        assert "Cannot write" in said and "FINETUNE_STORE_URL" in said
        time.sleep(5)
    finally:
        assert mounted("-o", "remount,rw", store)
    check(cluster, job, table, "store read-only", cluster.now_ms(), dataset)


@pytest.mark.slow_fault
def test_a_full_store_says_so_and_the_job_goes_on_when_there_is_space(
    cluster: Cluster, documents: Path, model: str, undisturbed: Undisturbed, table: FaultTable
) -> None:
    dataset = undisturbed.dataset(cluster, documents, model)
    job = cluster.submit(documents, model)
    cluster.wait_for(job, "committed", "retrieve")
    filler = cluster.folder / "store" / "filler"
    with suppress(OSError), filler.open("wb") as file:
        while True:
            file.write(os.urandom(1 << 16))
    try:
        assert "No space left in the store" in retried(cluster, job, "No space left")
        view = job.view()
        assert not view.job.ended
    finally:
        filler.unlink()
    check(cluster, job, table, "store full", cluster.now_ms(), dataset)


@pytest.mark.slow_fault
def test_a_slow_store_that_fails_now_and_then_loses_nobody_his_lease(
    cluster: Cluster, documents: Path, model: str, undisturbed: Undisturbed, table: FaultTable
) -> None:
    dataset = undisturbed.dataset(cluster, documents, model)
    cluster.order("store/write=errno:EIO*3")
    cluster.order("store/write=sleep:0.2")
    job = cluster.submit(documents, model)
    said = retried(cluster, job, "Input/output error")
    assert "Cannot write" in said
    check(cluster, job, table, "store slow, EIO 3 times", cluster.now_ms(), dataset)
    assert not cluster.story(job).of("lapsed")
    cluster.cancel_orders()


def test_an_artifact_whose_manifest_was_never_written_is_not_read_by_anybody(
    cluster: Cluster, documents: Path, model: str, undisturbed: Undisturbed, table: FaultTable
) -> None:
    dataset = undisturbed.dataset(cluster, documents, model)
    cluster.order("*/before_manifest=errno:EIO*1")
    job = cluster.submit(documents, model)
    said = cluster.wait_until(lambda: cluster.story(job).of("retry"), 60, "the retry")[0]
    halves = list((cluster.folder / "store" / "jobs" / job.id / said.unit[0]).glob(f"{said.unit[1]}-e1-*"))
    assert halves and not any((half / "manifest.json").exists() for half in halves)
    check(cluster, job, table, "crash before the manifest", cluster.now_ms(), dataset)
