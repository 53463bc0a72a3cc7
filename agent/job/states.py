"""The states of a job and the moves between them, as a table."""

from __future__ import annotations

from enum import StrEnum

from agent.contract import Stage


class JobState(StrEnum):
    """Where a job stands. The four ends are `ENDS`."""

    QUEUED = "queued"
    DISCOVERING = "discovering"
    RETRIEVING = "retrieving"
    PARSING = "parsing"
    CURATING = "curating"
    GENERATING = "generating"
    ASSEMBLING = "assembling"
    CLEARING = "clearing"
    WAITING_FOR_ACCELERATOR = "waiting_for_accelerator"
    TRAINING = "training"
    EVALUATING = "evaluating"
    PUBLISHING = "publishing"
    COMPLETED = "completed"
    REJECTED = "rejected"
    FAILED = "failed"
    CANCELLED = "cancelled"


ENDS = frozenset({JobState.COMPLETED, JobState.REJECTED, JobState.FAILED, JobState.CANCELLED})
RESUMABLE = frozenset({JobState.FAILED, JobState.CANCELLED})

STATE_OF_STAGE: dict[Stage, JobState] = {
    Stage.DISCOVER: JobState.DISCOVERING,
    Stage.RETRIEVE: JobState.RETRIEVING,
    Stage.PARSE: JobState.PARSING,
    Stage.CURATE: JobState.CURATING,
    Stage.GENERATE: JobState.GENERATING,
    Stage.ASSEMBLE: JobState.ASSEMBLING,
    Stage.CLEAR: JobState.CLEARING,
    Stage.TRAIN: JobState.TRAINING,
    Stage.EVALUATE: JobState.EVALUATING,
    Stage.PUBLISH: JobState.PUBLISHING,
}

ON_ACCELERATOR = frozenset({Stage.TRAIN, Stage.EVALUATE, Stage.PUBLISH})
"""Stages that wait for an accelerator; everything before runs on any machine of its pool."""

_ORDER = list(STATE_OF_STAGE.values())


def successors(state: JobState) -> frozenset[JobState]:
    """The states that may follow.

    A running job moves forward along the stages (it may skip some: a short stage can come and go between two looks),
    waits for an accelerator before any of the last three, and may end at any time. An ended job goes back to
    ``queued`` only by resume, and only from failed or cancelled. ``completed`` and ``rejected`` follow publishing,
    or any running state when the last stages were too quick to be seen.
    """
    if state in RESUMABLE:
        return frozenset({JobState.QUEUED})
    if state in ENDS:
        return frozenset()
    waiting = {JobState.WAITING_FOR_ACCELERATOR}
    if state is JobState.QUEUED:
        return frozenset({*_ORDER, *waiting, *ENDS})
    if state is JobState.WAITING_FOR_ACCELERATOR:
        return frozenset({STATE_OF_STAGE[stage] for stage in ON_ACCELERATOR} | ENDS)
    later = set(_ORDER[_ORDER.index(state) + 1 :])
    return frozenset(later | waiting | ENDS)
