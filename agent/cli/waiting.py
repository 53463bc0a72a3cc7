"""What a job waits for, in one sentence. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from agent.canvas.planner import make_plan
from agent.cli.liveness import (
    deafness,
    names,
    pool_of_queue,
    queue_health,
    round_overdue,
    serving,
    silent_for_s,
    train_machine,
)
from agent.contract import Pool, Stage
from agent.job.job import JobRecord
from agent.job.states import JobState
from agent.job.workers import WorkerInfo
from agent.ledger.contract import ClusterHealth, JobView, Waiting
from agent.report.words import STAGE_NAMES, accelerator, duration, printable, stage_name

_LONGEST_REASON = 200
"""Characters of a unit's error that still read as part of a sentence."""


def waits_for(view: JobView, health: ClusterHealth, workers: Sequence[WorkerInfo], *, embedded_logs: str = "") -> str:
    """The sentence; '' when the job has its result or something of it runs.

    ``embedded_logs``: the server is this machine's own, which starts its workers itself and keeps their logs in this
    folder; they come and go with `run` and `resume`.
    """
    if view.job.ended:
        return _ended(view.job)
    if not health.server.aof_last_write_ok:
        return "The server refuses every change since it could not write its append-only file: free space on its disk."
    if any(view.stages[stage].running for stage in Stage):
        return _silence(view, health, workers)
    if embedded_logs and not workers:
        return f"Nobody works on it: `finetune resume {view.job.id}` does."
    stage = next((each for each in Stage if view.stages[each].pending), None)
    if stage is not None:
        queue = queue_of(view.job, stage)
        if not serving(workers, queue):
            return _unserved(queue, workers, embedded_logs)
    if not serving(workers, Pool.CONTROL):
        return _unserved(Pool.CONTROL, workers, embedded_logs)
    if overdue := round_overdue(health, workers):
        return f"{_control(workers)} {overdue}, so nothing is handed out: {_restart(serving(workers, Pool.CONTROL))}."
    if stage is None:
        return f"It waits for the next round of {_control(workers)}."
    waiting = view.stages[stage].waiting
    if waiting.retry_in_s is not None:
        return f"{_part(stage, waiting)} is tried again in {_in(waiting.retry_in_s)}, after: {_error(waiting)}."
    return _on_queue(stage, queue, health, serving(workers, queue))


def queue_of(job: JobRecord, stage: Stage) -> str:
    """The queue on which this job's units of a stage are sent."""
    return make_plan(job.spec, job.model).stage(stage).queue


def _ended(job: JobRecord) -> str:
    if job.state is JobState.CANCELLED:
        return f"It was cancelled: `finetune resume {job.id}` goes on with it."
    if job.state is JobState.FAILED:
        where = f" in {stage_name(job.failed_stage)}" if job.failed_stage else ""
        return f"It failed{where} ({_short(job.reason)}): `finetune resume {job.id}` goes on with it."
    return ""


def _silence(view: JobView, health: ClusterHealth, workers: Sequence[WorkerInfo]) -> str:
    """The running unit that missed its beats and is nearest to another worker, if there is one."""
    silent = []
    for stage in Stage:
        waiting = view.stages[stage].waiting
        # More than half of its lease is over: a beat comes after each third.
        if waiting.silent_s is not None and waiting.silent_s > (waiting.lapsing_in_s or 0.0):
            silent.append((waiting.lapsing_in_s or 0.0, stage, waiting))
    if not silent:
        return ""
    left_s, stage, waiting = min(silent, key=lambda each: each[0])
    holder = _holder(waiting, queue_of(view.job, stage), workers)
    found = f"{_part(stage, waiting)} is held by {holder}, which gave no sign for {_in(waiting.silent_s or 0.0)}"
    if not serving(workers, Pool.CONTROL):
        return f"{found}, and without a control worker nobody takes it over: start one with `finetune worker control`."
    if overdue := round_overdue(health, workers):
        return f"{found}, and {_control(workers)} {overdue}: {_restart(serving(workers, Pool.CONTROL))}."
    if left_s > 0:
        return f"{found}: in {_in(left_s)} it goes to another worker."
    return f"{found}: it goes to another worker at the next round of {_control(workers)}."


def _holder(waiting: Waiting, queue: str, workers: Sequence[WorkerInfo]) -> str:
    """The worker's name where it is certain, else its machine and process."""
    host, pid, *_ = f"{waiting.owner}//".split("/")
    there = [worker for worker in serving(workers, queue) if worker.host == host]
    return there[0].name if len(there) == 1 else f"process {pid} on {host}"


def _unserved(queue: str, workers: Sequence[WorkerInfo], embedded_logs: str) -> str:
    pool = pool_of_queue(queue)
    there = [f"{worker.name} ({accelerator(worker.capability)})" for worker in workers if worker.capability]
    only = f"; there is only {', '.join(there)}" if there and pool == Pool.TRAIN else ""
    if only and embedded_logs:
        return f"No accelerator here is large enough for queue {queue}: it takes {train_machine(queue)}{only}."
    if embedded_logs:
        return f"No worker serves queue {queue} yet: it is being started, see {embedded_logs}/worker-{pool}.log."
    where = f" on {train_machine(queue)}" if pool == Pool.TRAIN else ""
    return f"No worker serves queue {queue}: start one with `finetune worker {pool}`{where}{only}."


def _on_queue(stage: Stage, queue: str, health: ClusterHealth, there: Sequence[WorkerInfo]) -> str:
    """Its queue is served: by whom, and why not for this job."""
    speaking = [worker for worker in there if not silent_for_s(worker, health)]
    if not speaking:
        silent_s = min(silent_for_s(worker, health) for worker in there)
        return (
            f"{STAGE_NAMES[stage]} waits for queue {queue}, whose {_workers(there)} gave no sign for "
            f"{_in(silent_s)}: {_restart(there)}."
        )
    state = queue_health(health, queue)
    if state.running >= state.slots or all(worker.busy >= worker.slots for worker in speaking):
        return f"{STAGE_NAMES[stage]} waits for a free slot on queue {queue}: {_holders(health, there)}."
    if deaf := [worker for worker in speaking if deafness(worker, health)]:
        return (
            f"{STAGE_NAMES[stage]} waits on queue {queue}, but {deaf[0].name} takes nothing, it "
            f"{deafness(deaf[0], health)}: {_restart(deaf)}."
        )
    what = "was handed to" if state.sent else "is about to be handed to"
    return f"{STAGE_NAMES[stage]} {what} queue {queue}, which {_workers(speaking)} {_verb(speaking)}."


def _holders(health: ClusterHealth, there: Sequence[WorkerInfo]) -> str:
    """``both slots of parse@a, parse@b are busy with job other (2 units)``."""
    held: Counter[str] = Counter()
    for queue in {queue for worker in there for queue in worker.queues}:
        held.update(queue_health(health, queue).held)
    slots = sum(worker.slots for worker in there)
    busy = f"the slot of {names(there)} is busy" if slots == 1 else f"all {slots} slots of {names(there)} are busy"
    if not held:
        return busy
    (job_id, units), *others = held.most_common()
    more = f" and {len(others)} other job{'s' if len(others) > 1 else ''}" if others else ""
    return f"{busy} with job {job_id} ({_units(units)}){more}"


def _control(workers: Sequence[WorkerInfo]) -> str:
    return names(serving(workers, Pool.CONTROL))


def _restart(there: Sequence[WorkerInfo]) -> str:
    return f"restart it (process {there[0].pid} on {there[0].host})"


def _workers(there: Sequence[WorkerInfo]) -> str:
    return f"worker{'s' if len(there) > 1 else ''} {names(there)}"


def _verb(there: Sequence[WorkerInfo]) -> str:
    return "serve" if len(there) > 1 else "serves"


def _units(number: int) -> str:
    return f"{number} unit{'s' if number > 1 else ''}"


def _part(stage: Stage, waiting: Waiting) -> str:
    return f"{STAGE_NAMES[stage]}, part {waiting.shard},"


def _in(seconds: float) -> str:
    return duration(max(1.0, round(seconds)) if seconds < 60 else seconds).replace(".0", "")


def _error(waiting: Waiting) -> str:
    return _short(waiting.retry_reason) or "an error without words"


def _short(reason: str) -> str:
    text = " ".join(printable(reason).split()).rstrip(".")
    return text if len(text) <= _LONGEST_REASON else f"{text[:_LONGEST_REASON]}…"
