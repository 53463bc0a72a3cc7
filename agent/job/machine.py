"""The state machine of a job: a pure step, and the reading of a job's units that decides which step is due."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from agent.contract import Stage
from agent.errors import IllegalTransition
from agent.job.job import JobRecord
from agent.job.states import ENDS, ON_ACCELERATOR, RESUMABLE, STATE_OF_STAGE, JobState, successors


@dataclass(frozen=True)
class Move:
    """An event for the machine: the state to enter, and why."""

    to: JobState
    reason: str = ""
    stage: str = ""


def apply(job: JobRecord, move: Move) -> JobRecord:
    """The job after the move, with its version raised by one; the same job when it is there already.

    Raises:
        IllegalTransition: the table in `agent.job.states` does not allow it.
    """
    if move.to is job.state and move.reason == job.reason:
        return job
    if move.to is not job.state and move.to not in successors(job.state):
        raise IllegalTransition(
            f"Job {job.id} is {job.state} and cannot become {move.to}.", next_step=_advice(job.state)
        )
    return job.model_copy(
        update={
            "state": move.to,
            "reason": move.reason,
            "failed_stage": move.stage,
            "version": job.version + 1,
        }
    )


def _advice(state: JobState) -> str:
    if state in RESUMABLE:
        return "Only `finetune resume` moves it on."
    if state in ENDS:
        return "It has ended; submit a new job."
    return "Look at `finetune status`."


@dataclass(frozen=True)
class StageCounts:
    """How the units of one stage stand."""

    pending: int = 0
    running: int = 0
    done: int = 0
    set_aside: int = 0


@dataclass(frozen=True)
class Standing:
    """What the ledger says about a job at one instant."""

    stages: Mapping[Stage, StageCounts]
    cancelled: bool = False
    halted_stage: str = ""
    halted_reason: str = ""
    verdict: str = ""
    accelerator_free: bool = True
    """Whether a live worker serves the queue of the pending accelerator unit."""
    accelerator_need: str = ""


def due_move(standing: Standing) -> Move:
    """The state a job should be in, given how its units stand."""
    # The verdict first: a cancel that comes after the last commit changes nothing any more.
    if standing.verdict in ("published", "found"):
        return Move(JobState.COMPLETED)
    if standing.verdict == "rejected":
        return Move(JobState.REJECTED, "the gate said no")
    if standing.cancelled:
        return Move(JobState.CANCELLED, "cancelled by request")
    if standing.halted_reason:
        return Move(JobState.FAILED, standing.halted_reason, standing.halted_stage)
    for stage in Stage:
        counts = standing.stages.get(stage, StageCounts())
        if not counts.pending:
            continue
        if stage in ON_ACCELERATOR and not counts.running and not standing.accelerator_free:
            return Move(JobState.WAITING_FOR_ACCELERATOR, standing.accelerator_need)
        if stage is Stage.DISCOVER and not counts.running:
            return Move(JobState.QUEUED)
        return Move(STATE_OF_STAGE[stage])
    return Move(JobState.QUEUED)
