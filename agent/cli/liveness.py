"""Who of the workers listens, who only seems to, and whether the control worker makes its rounds. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from agent.contract import Pool
from agent.job.workers import ANNOUNCE_INTERVAL_S, WorkerInfo
from agent.ledger.contract import ClusterHealth, QueueHealth
from agent.report.words import duration

SILENT_AFTER_S = 1.5 * ANNOUNCE_INTERVAL_S
"""One announcement is overdue by half its interval: a busy machine is not that late."""
DEAF_AFTER_S = 15.0
"""A worker with a free slot asks for messages every second and takes one at once."""
LATE_ROUND_S = 10.0
"""A control worker makes a round every two seconds; five are missing then."""
_TRAIN_QUEUES = f"{Pool.TRAIN}."


def pool_of_queue(queue: str) -> str:
    """The pool that serves a queue."""
    return Pool.TRAIN if queue.startswith(_TRAIN_QUEUES) else queue


def serving(workers: Iterable[WorkerInfo], queue: str) -> list[WorkerInfo]:
    """The workers that serve a queue."""
    return [worker for worker in workers if queue in worker.queues]


def queue_health(health: ClusterHealth, queue: str) -> QueueHealth:
    """How a queue stands; an empty one when the ledger has nothing to say of it."""
    return next((each for each in health.queues if each.queue == queue), QueueHealth(queue))


def silent_for_s(worker: WorkerInfo, health: ClusterHealth) -> float:
    """Since the worker's last announcement, by the server's clock; 0 unless one is overdue."""
    age_s = (health.now_ms - worker.announced_ms) / 1000.0
    return age_s if age_s > SILENT_AFTER_S else 0.0


def deafness(worker: WorkerInfo, health: ClusterHealth) -> str:
    """How a worker with a free slot shows that it takes no work: ``has not asked for work for 40 s``, or ''.

    A silent worker is not called deaf: more is wrong with it.
    """
    if worker.busy >= worker.slots or silent_for_s(worker, health):
        return ""
    if worker.polled_s_ago is not None and worker.polled_s_ago > DEAF_AFTER_S:
        # When it announced itself; it may be longer by now.
        return f"has not asked for work for {duration(worker.polled_s_ago)}"
    queues = (queue_health(health, queue) for queue in worker.queues)
    waiting = [queue for queue in queues if (queue.oldest_sent_s or 0.0) > DEAF_AFTER_S and queue.running < queue.slots]
    if not waiting:
        return ""
    oldest = max(waiting, key=lambda queue: queue.oldest_sent_s or 0.0)
    return f"leaves a unit on queue {oldest.queue} for {duration(oldest.oldest_sent_s or 0.0)}"


def round_overdue(health: ClusterHealth, workers: Sequence[WorkerInfo]) -> str:
    """``made no round for 33 s`` when control workers are there and none makes rounds; else ''."""
    control = serving(workers, Pool.CONTROL)
    # One that has just started may not have made its first round.
    seasoned = [worker for worker in control if worker.clock_ms - worker.started_at_ms > LATE_ROUND_S * 1000]
    if not seasoned:
        return ""
    if health.reconciled_s_ago is None:
        return "never made a round"
    return f"made no round for {duration(health.reconciled_s_ago)}" if health.reconciled_s_ago > LATE_ROUND_S else ""


def names(workers: Iterable[WorkerInfo]) -> str:
    """Their names, in order, with commas."""
    return ", ".join(sorted(worker.name for worker in workers))


def train_machine(queue: str) -> str:
    """What a train queue asks of a machine: ``a machine with cuda and 24 GB of memory for training``."""
    _, backend, memory = queue.split(".")
    device = "a machine with" if backend == "any" else f"a machine with {backend} and"
    return f"{device} {memory.removesuffix('g')} GB of memory for training"
