"""What a job tells those who watch it."""

from __future__ import annotations

from dataclasses import dataclass

from agent.job.progress import StageProgress
from agent.job.states import JobState


@dataclass(frozen=True)
class StateChanged:
    """The job entered another state."""

    state: JobState
    reason: str = ""


@dataclass(frozen=True)
class ProgressChanged:
    """A stage moved on."""

    progress: StageProgress
    job_eta_s: float | None
    """Seconds left for the whole job; None when that cannot be said."""


@dataclass(frozen=True)
class UnitNotice:
    """Something out of the ordinary happened to a unit."""

    kind: str
    """retry: it failed and will be tried again; lapsed: its worker died; set_aside: it was given up."""
    stage: str
    shard: str
    text: str


JobEvent = StateChanged | ProgressChanged | UnitNotice
