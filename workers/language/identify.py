"""The language of a text by its prose, and how sure that is."""

from __future__ import annotations

import re
from collections import defaultdict
from functools import cache
from typing import Any, NamedTuple

MIN_CONFIDENCE = 0.5
"""Below this normalised probability a language counts as undecided. Of 84 sentences of 25 to 75 characters in 42
languages 83 are above it and right (at 0.7 only 75 were decided); of 878 documents and pages in English and French none
is taken for another language, and what lies below are lists of names and codes."""

LEAST_CHARACTERS = 40
"""Shorter texts say too little; see above."""

_PIECE_CHARACTERS = 500
_PIECES = 12
"""A document is judged by so many pieces, evenly chosen, each with a vote as long as it is: front matter may be in
another language than the text, and in mixed documents the longer part counts."""

NO_LANGUAGE = re.compile(
    r"\${1,2}[^$\n]{1,2000}\${1,2}|`[^`\n]{1,2000}`|https?://\S{1,2000}|<[A-Z]{2,8}>|\\[a-zA-Z]{1,40}|[^\W\d_]*+[\d_]\w*"
)
"""Formulas, code, addresses, masks and names of variables within prose."""


class Language(NamedTuple):
    """An ISO 639-1 code ('' when undecided) and how sure it is, 0 to 1."""

    code: str
    confidence: float


UNDECIDED = Language("", 0.0)


def identify(text: str) -> Language:
    """The language of most of the text, by py3langid (https://github.com/adbar/py3langid).

    Of the libraries compared it is the most exact on short text but for lingua, which is as exact and takes 27 times
    as long and 1.4 GB; fastText's small model errs three times as often.
    """
    pieces = _pieces(text)
    votes: dict[str, float] = defaultdict(float)
    sure: dict[str, float] = defaultdict(float)
    for piece in pieces:
        code, confidence = classified(piece)
        votes[code] += len(piece)
        sure[code] += len(piece) * confidence
    if not votes:
        return UNDECIDED
    code = max(votes, key=lambda code: (sure[code], code))
    confidence = sure[code] / votes[code]
    if confidence < MIN_CONFIDENCE:  # many short lines, none sure: together they may be
        code, confidence = classified("\n".join(pieces))
    return Language(code if confidence >= MIN_CONFIDENCE else "", round(confidence, 4))


def classified(text: str) -> tuple[str, float]:
    """The language of one piece and how sure it is, whatever the piece holds."""
    code, confidence = _identifier().classify(text)
    return (str(code) if len(code) == 2 else "", float(confidence))


@cache
def _identifier() -> Any:
    from workers.language.identifier import load

    return load()


def _pieces(text: str) -> list[str]:
    """Evenly chosen pieces of the text that have letters, without formulas and code."""
    step = max(_PIECE_CHARACTERS, len(text) // _PIECES)
    pieces = [text[start : start + _PIECE_CHARACTERS] for start in range(0, len(text), step)]
    if len(pieces) > 1 and len(pieces[-1]) < LEAST_CHARACTERS:
        pieces.pop()
    return [piece for piece in (NO_LANGUAGE.sub(" ", piece) for piece in pieces) if any(map(str.isalpha, piece))]
