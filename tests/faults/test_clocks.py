"""Workers whose clocks are a day off: only the server's clock counts."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.cluster import RECOVERY_LIMIT_S, Cluster
from tests.faults.conftest import Undisturbed
from tests.faults.table import FaultTable

pytestmark = [pytest.mark.slow_fault, pytest.mark.timeout(180)]

DAY_S = 86_400
SHIFT = """
import time
_time, _time_ns = time.time, time.time_ns
time.time = lambda: _time() + {seconds}
time.time_ns = lambda: _time_ns() + {seconds} * 1_000_000_000
"""


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    """Of each pool one worker a day ahead and one a day behind."""
    with Cluster(tmp_path / "cluster") as running:
        for name, seconds in (("ahead", DAY_S), ("behind", -DAY_S)):
            folder = tmp_path / name
            folder.mkdir()
            (folder / "sitecustomize.py").write_text(SHIFT.format(seconds=seconds), encoding="utf-8")
            path = os.pathsep.join([str(folder), str(Path.cwd()), os.environ.get("PYTHONPATH", "")])
            for pool in ("control", "crawl", "parse", "generate"):
                running.start_worker(pool, f"{pool}-{name}", environment={"PYTHONPATH": path}, wait=False)
        for worker in running.workers.values():
            worker.ready()
        yield running


def test_clocks_a_day_ahead_and_behind_change_nothing(
    cluster: Cluster, documents: Path, model: str, undisturbed: Undisturbed, table: FaultTable
) -> None:
    cluster.order("parse/*/started=stop*1")
    cluster.order("generate/*/started=sleep:8*1")
    job = cluster.submit(documents, model)
    held = cluster.held(job, "parse")
    cluster.worker_of(held).kill()
    fault_ms = cluster.now_ms()
    cluster.wait_for(job, "committed", "clear", timeout_s=90)
    story = cluster.story(job)
    recovery_s = story.recovery_s(held.unit, fault_ms)
    assert recovery_s is not None and recovery_s <= RECOVERY_LIMIT_S
    hits = {held.unit: 1}
    table.add(
        "clocks +/- one day, worker killed", "parse", recoveries_s=[recovery_s],
        redone=story.redone(hits), doubled=story.doubled(), lost=story.lost(),
    )  # fmt: skip
    assert (story.redone(hits), story.doubled(), story.lost()) == (0, 0, 0)
    dataset = cluster.dataset(job)
    cluster.assert_counts_reconcile(job)
    job.cancel()
    cluster.assert_drained()
    cluster.heal()
    assert dataset == undisturbed.dataset(cluster, documents, model)
