"""A first score of a document's text, 0 to 1: the product of five named parts, each 1 for ordinary prose.

A product, since one defect is enough to spoil a text: words run together are not made good by the absence of symbols.
The parts follow the heuristics that large corpora are filtered with (Rae et al. 2021, appendix A1.1; Raffel et al.
2020, section 2.2), as ramps instead of thresholds, so that a document is not lost to one comma. Code and tables
are left out of the measure: they are judged by no rule of prose.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from agent.job.records import Block, BlockKind

_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_SENTENCE_END = re.compile(r"[.!?。！？](?:[\"”’)\]]|\s|$)")
_MATHEMATICS = re.compile(r"\${1,2}[^$]{1,400}\${1,2}|\\\(.{1,400}?\\\)|`[^`\n]{1,200}`", re.DOTALL)


class Parts(NamedTuple):
    """The parts of the score, each 0 to 1."""

    word_length: float
    """Mean letters a word: 1 between 3.2 and 8; scattered letters fall below, words run together above."""
    alphabetic: float
    """Share of letters among visible characters: 1 from 0.7 on; number tables and base64 fall below."""
    fresh_lines: float
    """Share of lines not said before: 1 from 0.8 on; menus and build-up slides fall below."""
    symbols: float
    """Share of visible characters that are neither letters, digits nor common punctuation: 1 up to 0.06."""
    sentences: float
    """Sentence ends for each hundred words: 1 from 2 on; lists of links and names fall below."""

    @property
    def score(self) -> float:
        """The product, rounded to four places."""
        product = self.word_length * self.alphabetic * self.fresh_lines * self.symbols * self.sentences
        return round(product, 4)


def quality(blocks: Sequence[Block]) -> Parts:
    """The parts for a document's prose (headings, paragraphs, lists, quotes); all 0 when it has no word."""
    lines = [
        line.strip()
        for block in blocks
        if block.kind not in (BlockKind.CODE, BlockKind.TABLE)
        for line in block.text.splitlines()
    ]
    text = _MATHEMATICS.sub(" ", "\n".join(lines))
    words = _WORD.findall(text)
    visible = sum(1 for character in text if not character.isspace())
    if not words or not visible:
        return Parts(0.0, 0.0, 0.0, 0.0, 0.0)
    length = sum(map(len, words)) / len(words)
    letters = sum(1 for character in text if character.isalpha())
    plain = sum(1 for character in text if character.isalnum() or character in _COMMON_PUNCTUATION)
    long_lines = [line.casefold() for line in lines if len(line) > _MIN_COUNTED_LINE]
    fresh = len(set(long_lines)) / len(long_lines) if long_lines else 1.0
    ends = len(_SENTENCE_END.findall(text)) / len(words) * 100
    return Parts(
        word_length=min(_ramp(length, 2.0, 3.2), 1 - _ramp(length, 8.0, 14.0)),
        alphabetic=_ramp(letters / visible, 0.4, 0.7),
        fresh_lines=_ramp(fresh, 0.2, 0.8),
        symbols=1 - _ramp(1 - plain / visible, 0.06, 0.25),
        sentences=_NO_SENTENCES + (1 - _NO_SENTENCES) * _ramp(ends, 0.2, 2.0),
    )


_COMMON_PUNCTUATION = set(".,;:!?'\"()-–—’‘“”/%&…")
_NO_SENTENCES = 0.2
"""Left to a text without sentences: below the default threshold alone, and above none for those who lower it."""

_MIN_COUNTED_LINE = 15
"""Shorter lines ("Example:") come back in good texts."""


def _ramp(value: float, low: float, high: float) -> float:
    """0 at ``low`` and below, 1 at ``high`` and above, straight between."""
    return min(1.0, max(0.0, (value - low) / (high - low)))
