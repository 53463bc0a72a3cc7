"""A real worker: how it tells of a dead child, and how it ends when it is asked to."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from agent.canvas.signatures import send, sending_app
from agent.contract import Pool
from agent.ledger.contract import LedgerEvent
from agent.ledger.redis import RedisLedger
from agent.settings import Settings
from tests.contracts.jobs import submit
from tests.worker_process import WorkerProcess

pytestmark = pytest.mark.timeout(90)
HELD_S = 60
"""The unit sleeps so long and hears nothing meanwhile."""


@pytest.fixture
def settings(redis_url: str, tmp_path: Path) -> Settings:
    return Settings(broker_url=redis_url, store_url=str(tmp_path / "store"), home=tmp_path)


@pytest.fixture
def ledger(settings: Settings) -> RedisLedger:
    return RedisLedger(settings.broker_url, settings.key_prefix)


@pytest.fixture
def worker(settings: Settings, ledger: RedisLedger, tmp_path: Path) -> Iterator[WorkerProcess]:
    """A crawl worker that is in the middle of a job's first unit."""
    environment = {
        "FINETUNE_BROKER_URL": settings.broker_url,
        "FINETUNE_STORE_URL": settings.store_url,
        "FINETUNE_HOME": str(tmp_path),
        "FINETUNE_FAULTS": f"discover/0/started=sleep:{HELD_S}*1",
        "FINETUNE_FAULTS_COUNT": str(tmp_path),
    }
    process = WorkerProcess(Pool.CRAWL, tmp_path, environment, name="crawl-under-test")
    process.start()
    process.ready()
    submit(ledger)
    assert until(lambda: ledger.workers())
    send(sending_app(settings), ledger.hand_out())
    assert until(lambda: told(ledger, "started"))
    yield process
    process.end()


def told(ledger: RedisLedger, kind: str) -> list[LedgerEvent]:
    return [event for event in ledger.events("job") if event.kind == kind]


def until(true: Callable[[], object], within_s: float = 20.0) -> bool:
    deadline_s = time.monotonic() + within_s
    while not true():
        if time.monotonic() > deadline_s:
            return False
        time.sleep(0.05)
    return True


def test_a_dead_pool_child_is_told_long_before_its_lease_ends(worker: WorkerProcess, ledger: RedisLedger) -> None:
    _, pid, _ = told(ledger, "started")[0].text.split("/")
    assert psutil.Process(int(pid)).ppid() == worker.pid
    os.kill(int(pid), signal.SIGKILL)
    assert until(lambda: told(ledger, "lapsed"), within_s=12), "the lease alone would take 15 s"
    assert until(lambda: len(told(ledger, "started")) == 2), "the worker's next child takes it"


def test_a_worker_told_to_stop_hands_back_even_work_that_does_not_listen(
    worker: WorkerProcess, ledger: RedisLedger, settings: Settings
) -> None:
    children = psutil.Process(worker.pid).children(recursive=True)
    # To every process of it, as a service manager may.
    os.killpg(worker.pid, signal.SIGTERM)
    assert until(lambda: not ledger.workers(), within_s=1), "no more work is sent for it"
    assert until(lambda: not worker.alive, within_s=settings.stop_within_s + 2), worker.logs()
    assert not any(child.is_running() and child.status() != "zombie" for child in children)
    assert ledger.view("job").stages["discover"].running == 0
    assert not told(ledger, "lapsed"), "it was handed back, no fault is counted"
    assert ledger.view("job").stages["discover"].pending == 1
