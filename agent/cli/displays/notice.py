"""What happened to a unit, as one sentence. Pure."""

from __future__ import annotations

from agent.job.events import UnitNotice
from agent.report.words import printable, stage_name

_MEANINGS = {
    "retry": "will be tried again",
    "lapsed": "lost its worker and goes to another",
    "set_aside": "was given up",
    "halted": "stopped the job",
}


def notice(event: UnitNotice) -> str:
    """``Read documents, part 0002: will be tried again (OSError: …)``."""
    about = f" ({printable(event.text)})" if event.text else ""
    part = f", part {event.shard}" if event.shard else ""
    return f"{stage_name(event.stage)}{part}: {_MEANINGS.get(event.kind, event.kind)}{about}"
