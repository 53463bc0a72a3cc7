"""Turns due units into Celery messages. The only file of the client library that speaks Celery."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from agent.canvas.transport import broker_settings
from agent.contract import RECONCILE_TASK, Pool, UnitMessage, task_name
from agent.ledger.contract import DueUnit
from agent.settings import Settings

if TYPE_CHECKING:
    from celery import Celery, Signature

NUDGE_EXPIRES_S = 10
"""A nudge is worth nothing once the control worker has made its own round (every 2 s)."""


def sending_app(settings: Settings) -> Celery:
    """A Celery application that can send and nothing else."""
    from celery import Celery

    app = Celery("finetune", set_as_current=False)
    app.conf.update(broker_settings(settings.broker_url, settings.key_prefix))
    return app


def unit_signature(app: Celery, due: DueUnit) -> Signature:
    """The message for one unit: a hint that it is due, on the queue of a pool that can run it."""
    message = UnitMessage(job_id=due.unit.job_id, stage=due.unit.stage, shard=due.unit.shard)
    return app.signature(task_name(due.unit.stage), kwargs=dict(message), queue=due.queue, immutable=True)


def send(app: Celery, due: Sequence[DueUnit]) -> None:
    """Send all, over one connection."""
    if not due:
        return
    with app.producer_or_acquire() as producer:
        for unit in due:
            unit_signature(app, unit).apply_async(producer=producer)


def nudge(app: Celery) -> None:
    """Ask a control worker to look at the ledger now."""
    app.send_task(RECONCILE_TASK, queue=Pool.CONTROL.value, expires=NUDGE_EXPIRES_S)
