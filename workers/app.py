"""The Celery application: ``celery -A workers.app worker -Q crawl -n crawl@%h``, or ``finetune worker crawl``."""

from __future__ import annotations

import json
import os
import pkgutil
import socket
from collections.abc import Sequence
from functools import cache
from typing import Any

from celery import Celery
from celery.signals import worker_ready, worker_shutting_down

from agent.canvas.signatures import send
from agent.contract import CAPABILITY_VARIABLE, Pool
from agent.job.workers import WorkerInfo
from agent.ledger.contract import DueUnit, UnitId
from agent.ledger.redis import RedisLedger
from agent.settings import Settings
from agent.store import Store
from agent.store.artifact import producer
from workers.control.reconcile import ReconcileLoop
from workers.runtime.presence import Presence
from workers.runtime.runner import UnitRunner

app = Celery("finetune")
app.config_from_object("workers.celeryconfig")

_TRAIN_PREFIX = f"{Pool.TRAIN}."


@cache
def _ledger(pid: int) -> RedisLedger:
    """One connection pool per process: sockets must not cross a fork."""
    settings = Settings()
    return RedisLedger(settings.broker_url, settings.key_prefix)


def ledger() -> RedisLedger:
    """This process's ledger."""
    return _ledger(os.getpid())


def send_due(due: Sequence[DueUnit]) -> None:
    """Deliver units as messages."""
    send(app, due)


def run_unit(function: str, job_id: str, stage: str, shard: str) -> None:
    """Run one unit in this process; how it ended stands in the ledger, not in a result.

    ``function`` names the stage function as ``module:name``. It is imported under the runner, in the child that needs
    it: the worker's main process stays light, and a package that is missing here fails the unit with its name.
    """
    runner = UnitRunner(ledger(), Store(Settings().store), send_due, worker=f"{socket.gethostname()}/{os.getpid()}")
    runner.run(UnitId(job_id, stage, shard), function)


_background: list[Presence | ReconcileLoop] = []


@worker_ready.connect
def _start_background(sender: Any, **_: Any) -> None:
    queues = tuple(queue.name for queue in sender.task_consumer.queues)
    trains = any(name.startswith(_TRAIN_PREFIX) for name in queues)
    info = WorkerInfo(
        name=sender.hostname,
        pool=sender.hostname.split("@")[0],
        host=socket.gethostname(),
        pid=os.getpid(),
        queues=queues,
        slots=sender.controller.concurrency,
        version=producer(),
        capability=_capability() if trains else {},
    )
    _background.append(Presence(ledger(), info))
    if Pool.CONTROL in queues:
        _background.append(ReconcileLoop(ledger(), send_due))
    for thread in _background:
        thread.start()


def _capability() -> dict[str, Any]:
    if found := os.environ.get(CAPABILITY_VARIABLE):
        return dict(json.loads(found))
    # By name, as stage functions are: the train pool's room is not this module's to import.
    found_here = pkgutil.resolve_name("workers.train.capability:detect_capability")()
    return dict(found_here.model_dump(mode="json"))


@worker_shutting_down.connect
def _stop_background(**_: Any) -> None:
    for thread in _background:
        thread.stop()
