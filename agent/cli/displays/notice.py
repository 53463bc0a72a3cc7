"""What happened to a unit, as one sentence, and whether two sentences tell the same. Pure."""

from __future__ import annotations

import re

from agent.job.events import DataAlert, DataForecast, UnitNotice
from agent.report.words import printable, stage_name

_DURATION = re.compile(r"\b(?:\d+ h )?(?:\d+ min )?[\d.]+ (?:s|min)\b")
REASON_CHARS = 200
"""Of a reason in a notice: it stands whole where the job's end is told."""
_MEANINGS = {
    "retry": "will be tried again",
    "lapsed": "lost its worker and goes to another",
    "set_aside": "was given up",
    "halted": "stopped the job",
}


BUDGET_SPENT = (
    "The budget for language models is spent: no further request is sent. What was answered is kept; "
    "`finetune status` tells the figures and what to do."
)


def notice(event: UnitNotice | DataAlert | DataForecast) -> str:
    """``Read documents, part 0002: will be tried again (OSError: …)``; for the dataset what was seen, and what to
    do."""
    if isinstance(event, DataAlert):
        return f"Examples: {printable(event.text)}; {printable(event.advice)}."
    if isinstance(event, DataForecast):
        return " ".join(("Forecast:", *event.sentences))
    if event.kind == "budget_spent":
        return BUDGET_SPENT
    about = f" ({_cut(printable(event.text))})" if event.text else ""
    part = f", part {event.shard}" if event.shard else ""
    return f"{stage_name(event.stage)}{part}: {_MEANINGS.get(event.kind, event.kind)}{about}"


def _cut(reason: str) -> str:
    return reason if len(reason) <= REASON_CHARS else f"{reason[:REASON_CHARS].rstrip()} …"


def says_the_same(sentence: str, other: str) -> bool:
    """Whether two sentences differ in nothing but durations: a log need not count seconds."""
    return _DURATION.sub("", sentence) == _DURATION.sub("", other)
