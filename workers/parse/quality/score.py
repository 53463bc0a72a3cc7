"""How good a document's text is, 0 to 1: the product of named parts, each 1 for ordinary prose, and what is wrong.

A product, since one defect is enough to spoil a text: words run together are not made good by the absence of symbols.
Each part is a ramp over one measure (`parts.py`), instead of a threshold, so that a document is not lost to one comma.
Code, tables and formulas are judged by no rule of prose. What is found is text that shows in its form that nobody wrote
it, that it broke on the way, or that it says little. Fluent prose of a language model is not told from a person's, and
whether a text is true or about the subject is not asked here.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from agent.job.records import Block
from workers.parse.quality.measures import measures
from workers.parse.quality.parts import PARTS, REASONS, THIN

_ENOUGH_ALONE = 0.7
"""Parts of one reason whose product is below need no other to reject a document."""
_SHOWN_PARTS = 3


class Quality(NamedTuple):
    """The score, its parts, and what speaks most against the document."""

    score: float
    """The product of the parts, rounded to four places."""
    parts: dict[str, float]
    """Part -> 0 to 1; parts that the language or the script leaves nothing to say about are absent."""
    reason: str
    """``corrupted``, ``machine_generated``, ``thin`` or ``low_quality``, '' at 1."""
    detail: str
    """The worst parts in words, with what was measured, those of the reason first; '' at 1."""


def quality(blocks: Sequence[Block], language: str) -> Quality:
    """What a document's blocks are worth; ``language`` is its ISO 639-1 code, '' when undecided.

    A text without a word scores 0 as ``thin``.
    """
    measured = measures(blocks, language)
    if not measured:
        return Quality(0.0, {}, THIN, "no words of prose")
    parts = {part.name: round(part.value(measured[part.name]), 4) for part in PARTS if part.name in measured}
    reason = _reason(parts)
    return Quality(round(math.prod(parts.values()), 4), parts, reason, _detail(parts, measured, reason))


def _reason(parts: Mapping[str, float]) -> str:
    """The first cause that is enough alone, or else the one that lowers the score most."""
    products = {
        reason: math.prod(parts.get(part.name, 1.0) for part in PARTS if part.reason == reason) for reason in REASONS
    }
    alone = [reason for reason in REASONS if products[reason] < _ENOUGH_ALONE]
    worst = alone[0] if alone else min(REASONS, key=lambda reason: products[reason])
    return worst if products[worst] < 1 else ""


def _detail(parts: Mapping[str, float], measured: Mapping[str, float], reason: str) -> str:
    lowered = sorted(
        (part for part in PARTS if parts.get(part.name, 1.0) < 1),
        key=lambda part: (part.reason != reason, parts[part.name]),
    )
    return "; ".join(
        f"{part.words.format(measured[part.name])} ({part.name} {parts[part.name]:.2f})"
        for part in lowered[:_SHOWN_PARTS]
    )
