"""What each stage took in, let go on and set aside, as the report shows it. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from agent.contract import Stage
from agent.job.artifacts import Failure, Tally
from agent.report.charts import Bar, bar
from agent.report.evidence import RejectedItem
from agent.report.funnel import funnel_lines
from agent.report.words import STAGE_NAMES

MOST_SHOWN = 200
"""Rejected items, and documents, shown of one stage; all of them stand in the artifacts."""


@dataclass(frozen=True)
class FunnelLine:
    """What one stage did with one kind of thing."""

    stage: str
    noun: str
    tally: Tally
    bar: Bar
    stopped: bool = False
    """Whether these are the counts of units that failed before they were through: they need not add up."""


@dataclass(frozen=True)
class RejectedGroup:
    """What a stage set aside: the first items, and how many there were."""

    stage: str
    items: tuple[RejectedItem, ...]
    total: int


def funnel_of(funnel: Mapping[Stage, Mapping[str, Tally]], failures: Sequence[Failure] = ()) -> tuple[FunnelLine, ...]:
    """The stages in order, then what the failed units of the last one had counted; bars of one noun share a scale."""
    stopped: dict[Stage, dict[str, Tally]] = {}
    for failure in failures:
        counts = stopped.setdefault(failure.stage, {})
        for noun, tally in failure.tallies.items():
            counts[noun] = counts.get(noun, Tally()) + tally
    flat = [(*line, False) for line in funnel_lines(funnel)] + [(*line, True) for line in funnel_lines(stopped)]
    widest: dict[str, int] = {}
    for _, noun, tally, _ in flat:
        widest[noun] = max(widest.get(noun, 0), tally.received)
    return tuple(
        FunnelLine(
            STAGE_NAMES[stage],
            noun,
            tally,
            bar(tally.kept, sum(tally.rejected.values()), sum(tally.failed.values()), widest[noun]),
            failed,
        )
        for stage, noun, tally, failed in flat
    )


def rejected_groups(items: Sequence[RejectedItem]) -> tuple[RejectedGroup, ...]:
    """One group a stage, in the order of ``items``."""
    by_stage: dict[Stage, list[RejectedItem]] = {}
    for item in items:
        by_stage.setdefault(item.stage, []).append(item)
    return tuple(
        RejectedGroup(STAGE_NAMES[stage], tuple(group[:MOST_SHOWN]), len(group)) for stage, group in by_stage.items()
    )
