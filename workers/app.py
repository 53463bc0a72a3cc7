"""The Celery application: ``celery -A workers.app worker -Q crawl -n crawl@%h``, or ``finetune worker crawl``."""

from __future__ import annotations

import json
import logging
import os
import pkgutil
import signal
import socket
import threading
import time
from collections.abc import Sequence
from functools import cache
from typing import Any

from billiard.exceptions import WorkerLostError
from celery import Celery, Task
from celery.signals import worker_process_init, worker_ready, worker_shutting_down
from celery.worker import state
from celery.worker.request import Request

from agent.canvas.agreement import agreed_settings
from agent.canvas.signatures import send
from agent.contract import CAPABILITY_VARIABLE, Pool, UnitMessage
from agent.errors import BrokerUnavailable
from agent.job.workers import WorkerInfo
from agent.ledger.contract import DueUnit, UnitId
from agent.ledger.redis import RedisLedger
from agent.settings import Settings
from agent.store import Store
from agent.store.artifact import producer
from workers.control.reconcile import ReconcileLoop
from workers.receiving import install as install_receiving
from workers.runtime.leaving import is_leaving, leave
from workers.runtime.presence import Presence
from workers.runtime.runner import UnitRunner
from workers.runtime.scratch import sweep_scratch
from workers.stopping import EXIT_OVERDUE, Deadline, PollWatch, seconds_since_poll

log = logging.getLogger(__name__)

LEAVE_MARGIN_S = 2.0
"""Of the time a worker has to stop, what its main process needs after its units have ended."""


class UnitRequest(Request):  # type: ignore[misc]  # Celery has no types
    """Runs in the main process; tells the ledger at once of a pool child that died with its unit."""

    def on_failure(self, exc_info: Any, send_failed_event: bool = True, return_ok: bool = False) -> None:
        """As Celery does; then the unit of a dead child lapses now instead of at the end of its lease."""
        try:
            super().on_failure(exc_info, send_failed_event, return_ok)
        finally:
            # Also when the link broke in the acknowledgement above.
            self._report_death(exc_info)

    def _report_death(self, exc_info: Any) -> None:
        cause = exc_info.exception
        cause = getattr(cause, "exc", cause)
        if isinstance(cause, (WorkerLostError, SystemExit)) and self.worker_pid and {*_MESSAGE} <= {*self.kwargs}:
            unit = UnitId(*(str(self.kwargs[name]) for name in _MESSAGE))
            try:
                if ledger().report_death(unit, _process(self.worker_pid)):
                    send_due(ledger().hand_out())
            except BrokerUnavailable as error:
                log.warning("%s lapses by itself: %s", unit, error)


class UnitTask(Task):  # type: ignore[misc]  # Celery has no types
    """A task that runs units."""

    Request = UnitRequest


_MESSAGE = tuple(UnitMessage.__annotations__)

install_receiving()
app = Celery("finetune", task_cls=UnitTask)
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
    _runner(os.getpid()).run(UnitId(job_id, stage, shard), function)


@cache
def _runner(pid: int) -> UnitRunner:
    settings = Settings()
    return UnitRunner(
        _ledger(pid), Store(settings.store), send_due, worker=_process(pid),
        leaving=is_leaving, leave_within_s=settings.stop_within_s - LEAVE_MARGIN_S, end_process=_end_process,
    )  # fmt: skip


def _process(pid: int) -> str:
    """How claims name this machine's process."""
    return f"{socket.gethostname()}/{pid}"


def _end_process() -> None:
    os._exit(EXIT_OVERDUE)


_background: list[Presence | ReconcileLoop | PollWatch] = []


@worker_ready.connect
def _start_background(sender: Any, **_: Any) -> None:
    queues = tuple(queue.name for queue in sender.task_consumer.queues)
    trains = any(name.startswith(_TRAIN_PREFIX) for name in queues)
    settings = {**app.conf, "worker_prefetch_multiplier": sender.prefetch_multiplier}
    info = WorkerInfo(
        name=sender.hostname,
        # Not by its name, which people choose.
        pool=Pool.TRAIN.value if trains else queues[0],
        host=socket.gethostname(),
        pid=os.getpid(),
        queues=queues,
        slots=sender.controller.concurrency,
        version=producer(),
        settings=agreed_settings(Settings(), settings),
        started_at_ms=_clock_ms(),
        capability=_capability() if trains else {},
    )

    def described_now() -> WorkerInfo:
        now = {
            "busy": len(state.active_requests),
            "polled_s_ago": seconds_since_poll(sender),
            "clock_ms": _clock_ms(),
        }
        return info.model_copy(update=now)

    _background.append(Presence(ledger(), described_now))
    if Pool.CONTROL in queues:
        _background.append(ReconcileLoop(ledger(), send_due))
    _background.append(PollWatch(lambda: seconds_since_poll(sender), lambda: not state.active_requests, ledger().ping))
    sweep_scratch()
    for thread in _background:
        thread.start()


def _clock_ms() -> int:
    return int(time.time() * 1000)


def _capability() -> dict[str, Any]:
    if found := os.environ.get(CAPABILITY_VARIABLE):
        return dict(json.loads(found))
    # By name, as stage functions are: the train pool's room is not this module's to import.
    found_here = pkgutil.resolve_name("workers.train.capability:detect_capability")()
    return dict(found_here.model_dump(mode="json"))


@worker_process_init.connect
def _leave_with_the_worker(**_: Any) -> None:
    """Some systems send SIGTERM to every process of a service at once; a pool child is told by its main process."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)


@worker_shutting_down.connect
def _stop(**_: Any) -> None:
    """On SIGTERM Celery takes no more work and waits for its children; they see the flag and hand back what they hold.

    Not Celery's soft shutdown: that sleeps its whole time before anybody is told (5.7, `wait_for_soft_shutdown`).
    """
    if is_leaving():
        return
    leave()
    Deadline(Settings().stop_within_s).start()
    # We are in a signal handler: what speaks to the server must not run here.
    threading.Thread(target=_stop_background, daemon=True).start()


def _stop_background() -> None:
    for thread in _background:
        thread.stop()
