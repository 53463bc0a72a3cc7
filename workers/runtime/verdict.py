"""Decides what an error means for the unit that raised it. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from agent.errors import ArtifactCorrupt, FinetuneError, NotEnoughData, StoreFull, UsageError

FIRST_BACKOFF_S = 2.0
LONGEST_BACKOFF_S = 60.0


@dataclass(frozen=True)
class Verdict:
    """Whether to try again, after how long, and the line that people will read."""

    final: bool
    backoff_s: float
    reason: str


def judge(error: Exception, earlier_tries: int) -> Verdict:
    """Final for what another try cannot change; otherwise a wait that doubles with each try."""
    final = isinstance(error, (UsageError, NotEnoughData, ArtifactCorrupt))
    wait = min(LONGEST_BACKOFF_S, FIRST_BACKOFF_S * 2**earlier_tries)
    if isinstance(error, StoreFull):
        # Space comes back when people act, not by itself within seconds.
        wait = LONGEST_BACKOFF_S
    return Verdict(final, wait, _line(error))


def _line(error: Exception) -> str:
    text = str(error) if isinstance(error, FinetuneError) else f"{type(error).__name__}: {error}"
    return " ".join(text.split())[:1000]
