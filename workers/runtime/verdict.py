"""Decides what an error means for the unit that raised it. Pure."""

from __future__ import annotations

import errno
from dataclasses import dataclass

from agent.errors import (
    ArtifactCorrupt,
    EndpointAway,
    FinetuneError,
    NotEnoughData,
    ProcessKilled,
    StoreFull,
    StoreUnavailable,
    UsageError,
)

FIRST_BACKOFF_S = 2.0
LONGEST_BACKOFF_S = 60.0
_MACHINE_ERRORS = {errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EROFS, errno.ENOMEM, errno.EMFILE, errno.ENFILE}
"""Of this machine's own disk and memory: the same work can succeed elsewhere, or here when the machine is well."""
_FULL = {errno.ENOSPC, errno.EDQUOT}


@dataclass(frozen=True)
class Verdict:
    """Whether to try again, after how long, and the line that people will read."""

    final: bool
    machine: bool
    """Counted against the 20 faults of machines instead of the 3 of the work: with the waits between, a quarter of an
    hour, in which a server of language models loads its model again."""
    backoff_s: float
    reason: str


def judge(error: Exception, earlier_tries: int) -> Verdict:
    """Final for what another try cannot change; otherwise a wait that doubles with each try."""
    final = isinstance(error, (UsageError, NotEnoughData, ArtifactCorrupt))
    wait = min(LONGEST_BACKOFF_S, FIRST_BACKOFF_S * 2 ** min(earlier_tries, 10))
    if isinstance(error, StoreFull) or _errno(error) in _FULL:
        # Space comes back when people act, not by itself within seconds.
        wait = LONGEST_BACKOFF_S
    if isinstance(error, ProcessKilled):
        # As with a worker that died, the next one goes on at once; waiting would mend nothing.
        wait = FIRST_BACKOFF_S
    machine = isinstance(error, (StoreUnavailable, ProcessKilled, EndpointAway)) or _errno(error) in _MACHINE_ERRORS
    return Verdict(final, machine, wait, _line(error))


def _errno(error: Exception) -> int | None:
    return error.errno if isinstance(error, OSError) else None


def _line(error: Exception) -> str:
    text = str(error) if isinstance(error, FinetuneError) else f"{type(error).__name__}: {error}"
    return " ".join(text.split())[:1000]
