"""Clusters written by hand: what the ledger and the workers would say."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from agent.contract import Pool
from agent.job.workers import WorkerInfo
from agent.ledger.contract import ClusterHealth, QueueHealth

NOW_MS = 1_800_000_000_000
VERSION = "finetune-agent 0.1.0"
SETTINGS = {
    "key_prefix": "ft:", "store": "/mnt/ft", "visibility_timeout_s": "86400", "serializer": "json",
}  # fmt: skip
TRAIN_QUEUE = "train.any.8g"


def a_worker(*queues: str, ago_s: float = 1.0, name: str = "", **said: Any) -> WorkerInfo:
    """A seasoned worker with one free slot that announced itself a second ago."""
    announced_ms = NOW_MS - int(ago_s * 1000)
    about = {
        "name": name or f"{queues[0].split('.')[0]}@h", "pool": queues[0].split(".")[0], "host": "h", "pid": 7,
        "queues": queues, "slots": 1, "version": VERSION, "polled_s_ago": 0.5, "announced_ms": announced_ms,
        "clock_ms": announced_ms, "started_at_ms": announced_ms - 600_000,
        "settings": {**SETTINGS, "prefetch": "1", "acks_late": "True"},
    }  # fmt: skip
    return WorkerInfo.model_validate(about | said)


CRAWL, PARSE, GENERATE = (a_worker(pool) for pool in (Pool.CRAWL, Pool.PARSE, Pool.GENERATE))
CONTROL, TRAIN = a_worker(Pool.CONTROL), a_worker(TRAIN_QUEUE)
FLEET = (CRAWL, PARSE, GENERATE, TRAIN, CONTROL)
"""One worker per pool."""


def health_of(workers: Iterable[WorkerInfo], *queues: QueueHealth, **facts: Any) -> ClusterHealth:
    """A cluster with these workers whose last round was a second ago; ``queues`` are those with units."""
    listed = list(workers)
    known = {queue.queue: queue for queue in queues}
    served = {name for worker in listed for name in worker.queues}
    said = []
    for name in sorted(served | known.keys()):
        serving = [worker for worker in listed if name in worker.queues]
        slots, who = sum(worker.slots for worker in serving), tuple(worker.name for worker in serving)
        said.append(replace(known.get(name, QueueHealth(name)), slots=slots, workers=who))
    return ClusterHealth(**({"now_ms": NOW_MS, "queues": tuple(said), "reconciled_s_ago": 1.0} | facts))
