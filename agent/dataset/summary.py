"""What a dataset holds, counted in one pass: by split, kind, difficulty and topic, and what was set aside."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from agent.dataset.alerts import Alert
from agent.dataset.forecast import Forecast
from agent.dataset.places import Standing
from agent.job.artifacts import Tally


@dataclass
class Counts:
    """Rows by what they are: each name -> split -> rows."""

    splits: Counter[str] = field(default_factory=Counter)
    kinds: defaultdict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    difficulties: defaultdict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    """Of rows that ask something."""
    topics: defaultdict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    documents: set[str] = field(default_factory=set)

    def add(self, line: Mapping[str, Any]) -> None:
        """Count a row or an example, as it was read from JSON."""
        split = line["split"]
        self.splits[split] += 1
        self.kinds[line["kind"]][split] += 1
        self.topics[line["topic"]][split] += 1
        self.documents.add(line["document_id"])
        if line["kind"] != "plain":
            self.difficulties[line["difficulty"]][split] += 1

    @property
    def rows(self) -> int:
        """All of them."""
        return self.splits.total()


@dataclass(frozen=True)
class Summary:
    """A job's dataset at one moment."""

    job_id: str
    standing: Standing
    counts: Counts
    units: tuple[int, int]
    """Units of generation that are done, of how many."""
    set_aside: Mapping[str, Mapping[str, int]]
    """Stage -> reason -> examples."""
    alerts: tuple[Alert, ...]
    forecast: Forecast | None


def set_aside(tallies: Iterable[tuple[str, Tally]]) -> dict[str, dict[str, int]]:
    """Reasons by stage, the most frequent first, of tallies of examples with their stage."""
    found: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for stage, tally in tallies:
        found[stage].update(tally.rejected)
        found[stage].update(tally.failed)
    return {stage: dict(reasons.most_common()) for stage, reasons in found.items() if reasons}
