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
    """retry: it failed and will be tried again; lapsed: its worker died; set_aside: it was given up; budget_spent: the
    job's language models are asked no more."""
    stage: str
    shard: str
    text: str


@dataclass(frozen=True)
class DataAlert:
    """The examples made so far give cause to look at them; `agent.dataset.alerts` says when."""

    name: str
    text: str
    """What was seen, with its figure."""
    advice: str
    """What to do about it."""


@dataclass(frozen=True)
class DataForecast:
    """The dataset is built: what training on it will likely come to."""

    outlook: str
    """too_little | style_only | enough | by_heart."""
    sentences: tuple[str, ...]
    """What will likely happen and what to do, the main thing first."""


JobEvent = StateChanged | ProgressChanged | UnitNotice | DataAlert | DataForecast
