"""The funnel in the order in which things flow. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from agent.contract import Stage
from agent.job.artifacts import Tally

_FLOW = ("documents", "chunks", "examples")
"""Documents become chunks, chunks become examples; a stage that counts several counts them in this order."""


def funnel_lines(funnel: Mapping[Stage, Mapping[str, Tally]]) -> Iterator[tuple[Stage, str, Tally]]:
    """Stage, noun and counts, in the order of stages and then of what is made from what."""
    for stage in Stage:
        tallies = funnel.get(stage, {})
        known = [noun for noun in _FLOW if noun in tallies]
        for noun in [*known, *(noun for noun in tallies if noun not in _FLOW)]:
            yield stage, noun, tallies[noun]
