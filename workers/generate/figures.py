"""What a unit of generation tells of itself: small counts by kind and reason, for those who watch the job."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import Any

from agent.job.records import Record
from workers.generate.backend import Refused
from workers.generate.check import Checked

UNKNOWN_KIND = "unknown"
"""Stands for the kind of what could not be read at all, such as an answer to an order of several kinds."""


class RefusedExample(Record):
    """What became no example, as it stands beside its reason in the file of rejections."""

    kind: str
    prompt: str
    response: str
    quotes: tuple[str, ...] = ()


def as_record(refused: Refused) -> RefusedExample | None:
    """What was written, None where nothing was."""
    if not refused.prompt and not refused.response:
        return None
    kind = refused.kind.value if refused.kind else UNKNOWN_KIND
    return RefusedExample(kind=kind, prompt=refused.prompt, response=refused.response, quotes=refused.quotes)


class UnitFigures:
    """Counts over the chunks of one unit."""

    def __init__(self) -> None:
        self._ordered: Counter[str] = Counter()
        self._proposed: Counter[str] = Counter()
        self._kept: Counter[str] = Counter()
        self._refused: defaultdict[str, Counter[str]] = defaultdict(Counter)

    def add(self, checked: Checked) -> None:
        """Count one chunk."""
        for order in checked.assignment.orders:
            self._ordered[order.kind.value] += order.count
        for example in checked.examples:
            self._kept[example.kind.value] += 1
            self._proposed[example.kind.value] += 1
        for refused in checked.refused:
            kind = refused.kind.value if refused.kind else UNKNOWN_KIND
            self._refused[kind][refused.reason] += 1
            self._proposed[kind] += bool(refused.prompt or refused.response)

    def facts(self) -> dict[str, Any]:
        """``ordered``, ``proposed`` and ``kinds`` (what was kept): kind -> how many; ``refused``: kind -> reason ->
        how many. In alphabetical order, so that two runs write the same."""
        return {
            "ordered": _sorted(self._ordered),
            "proposed": _sorted(self._proposed),
            "kinds": _sorted(self._kept),
            "refused": {kind: _sorted(self._refused[kind]) for kind in sorted(self._refused)},
        }


def _sorted(counts: Counter[str]) -> dict[str, int]:
    return {name: count for name, count in sorted(counts.items()) if count}
