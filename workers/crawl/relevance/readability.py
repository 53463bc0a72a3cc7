"""Part ``readability``: whether a text is made of sentences that can be read.

By LIX (Björnsson 1968), the mean length of sentences plus the share of long words: it needs no syllables, so it serves
other languages than English too, and no word lists that a library would have to download.
"""

from __future__ import annotations

import re

FULL_LIX, NO_LIX = 45.0, 90.0
"""Text books and encyclopedias lie at 40 to 55, papers at 55 to 65; above 90 there are hardly sentences, as in an
index."""

_LONG_LETTERS = 6
"""A word with more letters is a long one, by the definition of LIX."""

_WORD = re.compile(r"[^\W\d_]+")
_END = re.compile(r"[.!?:](?=\s|$)")


def readability(text: str) -> float:
    """1 for prose up to the difficulty of a text book, falling to 0 for runs of words without sentences."""
    words = _WORD.findall(text)
    if not words:
        return 0.0
    sentences = max(1, len(_END.findall(text)))
    long = sum(len(word) > _LONG_LETTERS for word in words)
    lix = len(words) / sentences + 100 * long / len(words)
    return min(1.0, max(0.0, (NO_LIX - lix) / (NO_LIX - FULL_LIX)))
