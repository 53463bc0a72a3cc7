"""What a job waits for, in one sentence. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from agent.canvas.planner import make_plan
from agent.contract import POOL_OF, Pool, Stage
from agent.job.job import JobRecord
from agent.job.workers import WorkerInfo
from agent.ledger.contract import JobView
from agent.report.words import STAGE_NAMES


def waits_for(view: JobView, workers: Sequence[WorkerInfo], *, embedded: bool = False) -> str:
    """The sentence; '' when the job has ended or something of it runs.

    ``embedded``: the server is this machine's own, whose workers come and go with `run` and `resume`.
    """
    if view.job.ended or any(view.stages[stage].running for stage in Stage):
        return ""
    if embedded:
        return "" if workers else f"Nobody works on it: `finetune resume {view.job.id}` does."
    stage = next((each for each in Stage if view.stages[each].pending), None)
    if stage is None:
        return (
            "It waits for a control worker to look at it." if _serves(workers, Pool.CONTROL) else _start(Pool.CONTROL)
        )
    queue = queue_of(view.job, stage)
    serving = [worker for worker in workers if queue in worker.queues]
    if not serving:
        return _start(POOL_OF[stage], queue)
    if not _serves(workers, Pool.CONTROL):
        return _start(Pool.CONTROL)
    number = f"{len(serving)} worker" + ("s" if len(serving) > 1 else "")
    return f"{STAGE_NAMES[stage]} waits for a free slot on queue {queue} ({number})."


def queue_of(job: JobRecord, stage: Stage) -> str:
    """The queue on which this job's units of a stage are sent."""
    return make_plan(job.spec, job.model).stage(stage).queue


def _serves(workers: Sequence[WorkerInfo], queue: str) -> bool:
    return any(queue in worker.queues for worker in workers)


def _start(pool: Pool, queue: str = "") -> str:
    where = ""
    if pool is Pool.TRAIN:
        _, backend, memory = queue.split(".")
        device = "a machine" if backend == "any" else f"a machine with {backend}"
        where = f" on {device} with {memory.removesuffix('g')} GB of memory for training"
    return f"No worker serves queue {queue or pool}: start one with `finetune worker {pool}`{where}."
