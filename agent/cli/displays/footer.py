"""The line below the stages: the state of the whole job and its one estimate. Pure."""

from __future__ import annotations

from agent.job.states import JobState
from agent.report.words import duration, printable, spoken


def footer(state: JobState | None, reason: str, eta_s: float | None) -> str:
    """``training, about 3 min 10 s left``; the reason instead of the estimate where there is one."""
    if state is None:
        return ""
    parts = [spoken(state)]
    if reason:
        parts.append(printable(reason))
    elif eta_s is not None:
        parts.append(f"about {duration(eta_s)} left")
    return ", ".join(parts)
