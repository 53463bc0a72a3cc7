"""A worker that lives but asks for no work is named by the doctor, ends itself, and its next life does the work."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from agent.cli.liveness import DEAF_AFTER_S as NAMED_AFTER_S
from agent.contract import Stage
from agent.job.workers import ANNOUNCE_INTERVAL_S
from tests.faults.cluster import Cluster
from tests.faults.table import FaultTable
from workers.stopping import DEAF_AFTER_S, EXIT_DEAF

pytestmark = [pytest.mark.slow_fault, pytest.mark.timeout(240)]

LAST_POLL_S = 2.0
"""A poll that is under way goes on for a second."""
SLACK_S = 10.0
"""A look every 5 s, on two busy cores."""
DEAFENS = """
from pathlib import Path

from kombu.transport.redis import Channel

polls = Channel._brpop_start
Channel._brpop_start = lambda channel, *args, **options: (
    None if Path({marker!r}).exists() else polls(channel, *args, **options)
)
"""
"""As a transport that has lost the socket it listens on: it never asks again. Read by Python at its start."""


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    with Cluster(tmp_path / "cluster") as running:
        yield running


def names_it(cluster: Cluster, name: str) -> str:
    """What the doctor finds of this worker, '' when it has no complaint."""
    asked = subprocess.run(
        [sys.executable, "-m", "agent.cli", "doctor", "--cluster", "--json"],
        env={
            **os.environ,
            "FINETUNE_BROKER_URL": cluster.settings.broker_url,
            "FINETUNE_STORE_URL": cluster.settings.store_url,
            "FINETUNE_HOME": str(cluster.settings.home),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    checks = [json.loads(line) for line in asked.stdout.splitlines()]
    return next((check["found"] for check in checks if check["name"].startswith(f"worker {name}@")), "")


def test_a_worker_that_stopped_polling_is_named_ends_itself_and_its_unit_is_done_after_the_restart(
    cluster: Cluster, documents: Path, model: str, table: FaultTable, tmp_path: Path
) -> None:
    marker, hook = tmp_path / "deaf", tmp_path / "hook"
    hook.mkdir()
    (hook / "sitecustomize.py").write_text(DEAFENS.format(marker=str(marker)), encoding="utf-8")
    path = os.pathsep.join(filter(None, [str(hook), os.environ.get("PYTHONPATH", "")]))
    cluster.start_worker("control")
    worker = cluster.start_worker("crawl", environment={"PYTHONPATH": path})
    pool = worker.descendants()

    marker.touch()
    deaf_since_s = time.monotonic()
    time.sleep(LAST_POLL_S)
    job = cluster.submit(documents, model)
    wait_s = NAMED_AFTER_S + 2 * ANNOUNCE_INTERVAL_S + SLACK_S
    found = cluster.wait_until(lambda: names_it(cluster, worker.name), wait_s, "the doctor's finding")
    assert "takes nothing" in found
    assert worker.alive and not cluster.story(job).of("started")

    cluster.wait_until(lambda: not worker.alive, DEAF_AFTER_S + SLACK_S, "its end by its own hand")
    took_s = time.monotonic() - deaf_since_s
    assert worker.exit_code == EXIT_DEAF, worker.logs()
    assert took_s <= DEAF_AFTER_S + SLACK_S
    _, alive = psutil.wait_procs(pool, 10)
    assert not alive, "its pool children end with it"

    marker.unlink()
    cluster.supervise()
    done = cluster.wait_for(job, "committed", Stage.DISCOVER, timeout_s=60)
    story = cluster.story(job)
    job.cancel()
    table.add("deaf (seconds to its end)", done.unit[0], recoveries_s=[took_s], redone=story.redone(),
              doubled=story.doubled(), lost=0)  # fmt: skip
    assert (story.redone(), story.doubled()) == (0, 0)
    cluster.assert_drained()
