"""The server lost the end of what it knew, or all of it: nothing is corrupted, the job goes on from its artifacts."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from agent.contract import Stage
from agent.errors import UnknownJob
from tests.faults.cluster import Cluster
from tests.faults.conftest import Undisturbed
from tests.faults.table import FaultTable

pytestmark = [pytest.mark.fault, pytest.mark.timeout(240)]

TAIL_SHARE = 0.3
"""Of the append-only file, cut off in the middle of the job's events."""


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    with Cluster(tmp_path_factory.mktemp("lost") / "cluster") as running:
        running.start_workers("control", "crawl", "parse", "generate")
        yield running


def finetune(cluster: Cluster, *words: str) -> subprocess.CompletedProcess[str]:
    """What a person at a terminal would do."""
    environment = {
        **os.environ,
        "FINETUNE_BROKER_URL": cluster.settings.broker_url,
        "FINETUNE_STORE_URL": cluster.settings.store_url,
        "FINETUNE_HOME": str(cluster.settings.home),
    }
    command = [sys.executable, "-m", "agent.cli", *words]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)


def test_a_server_that_lost_everything_is_filled_again_from_the_store(
    repeat: int, cluster: Cluster, documents: Path, model: str, undisturbed: Undisturbed, table: FaultTable
) -> None:
    dataset = undisturbed.dataset(cluster, documents, model)
    cluster.order("parse/*/started=sleep:2")
    job = cluster.submit(documents, model)
    cluster.wait_until(lambda: len(cluster.story(job).of("committed", "parse")) >= 2, 60, "two parsed shards")
    done = {path for paths in job.outputs().values() for path in paths}
    cluster.server.kill()
    shutil.rmtree(cluster.folder / "server" / "appendonlydir")
    cluster.server.start()
    fault_ms = cluster.now_ms()
    with pytest.raises(UnknownJob, match="--from-store"):
        cluster.client.job(job.id).view()

    answer = finetune(cluster, "resume", job.id, "--from-store")
    assert answer.returncode == 0, answer.stdout + answer.stderr
    cluster.cancel_orders()
    cluster.wait_for(job, "committed", "clear", timeout_s=90)
    story = cluster.story(job)
    assert done <= {path for paths in job.outputs().values() for path in paths}, "what was finished is not run again"
    first = next(moment for moment in story.of("started") if moment.ms > fault_ms)
    table.add("server lost everything", "any", recoveries_s=[(first.ms - fault_ms) / 1000], redone=story.redone(),
              doubled=story.doubled(), lost=story.lost())  # fmt: skip
    assert cluster.dataset(job) == dataset
    cluster.assert_counts_reconcile(job)
    assert (story.doubled(), story.lost()) == (0, 0)
    job.cancel()
    cluster.assert_drained()


def test_a_server_that_lost_its_tail_runs_again_what_it_forgot_and_corrupts_nothing(
    repeat: int, cluster: Cluster, documents: Path, model: str, undisturbed: Undisturbed, table: FaultTable
) -> None:
    dataset = undisturbed.dataset(cluster, documents, model)
    log = next((cluster.folder / "server" / "appendonlydir").glob("*.incr.aof"))
    before_bytes = log.stat().st_size
    job = cluster.submit(documents, model)
    cluster.wait_until(lambda: len(cluster.story(job).of("committed", "parse")) >= 3, 60, "three parsed shards")
    known = len(cluster.story(job).of("committed"))
    cluster.server.kill()
    cut = int((log.stat().st_size - before_bytes) * TAIL_SHARE)
    with log.open("r+b") as file:
        file.truncate(log.stat().st_size - cut)
    time.sleep(1)
    cluster.server.start()
    fault_ms = cluster.now_ms()
    assert len(cluster.story(job).of("committed")) < known, "the server has forgotten something"
    cluster.wait_for(job, "committed", "clear", timeout_s=90)
    story = cluster.story(job)
    first = next((moment for moment in story.of("started") if moment.ms > fault_ms), None)
    table.add("server lost its tail", "any", recoveries_s=[(first.ms - fault_ms) / 1000] if first else [],
              redone=0, doubled=story.doubled(), lost=story.lost())  # fmt: skip
    assert cluster.dataset(job) == dataset
    cluster.assert_counts_reconcile(job)
    assert (story.doubled(), story.lost()) == (0, 0)
    assert len(job.outputs()[Stage.PARSE]) == job.view().stages[Stage.PARSE].units
    job.cancel()
    cluster.assert_drained()
