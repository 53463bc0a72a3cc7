"""How much a chunk says in so many words."""

from __future__ import annotations

from collections.abc import Sequence

from workers.generate.context.prose import Line
from workers.generate.context.tagging import MASK

FACTS_PER_SENTENCE = 2.0
"""Definitions, relations, quantities and names; a sentence that holds so many is as dense as a handbook's."""
_CONTENT = ("NN", "JJ", "VB", "RB", "CD")
_LEAN, _FULL = 0.35, 0.65
"""Content words among all: talk has about a third, dense expository prose two thirds (Ure 1971)."""


def density(lines: Sequence[Line], facts: int) -> float:
    """0 to 1: the mean of the share of different content words and of the facts to a sentence; 0 without sentences."""
    words = [token for line in lines for token in line.tokens if token.text[0].isalnum() or token.text[0] == MASK]
    if not words:
        return 0.0
    content = {token.lower for token in words if token.tag.startswith(_CONTENT) and len(token.text) > 2}
    lexical = (len(content) / len(words) - _LEAN) / (_FULL - _LEAN)
    return round((min(1.0, max(0.0, lexical)) + min(1.0, facts / len(lines) / FACTS_PER_SENTENCE)) / 2, 3)
