"""The words of a phrase that carry meaning, to tell whether two speak of the same thing."""

from __future__ import annotations

from workers.generate.reading.subjects import singular
from workers.generate.reading.words import ARTICLES, PREPOSITIONS, PRONOUNS, VERBS, tokens

STEM_LETTERS = 5
"""So many first letters make "measuring" meet "measurement"."""
_EMPTY = PREPOSITIONS | PRONOUNS | VERBS | ARTICLES | {"of"}


def content(text: str) -> set[str]:
    """Beginnings of the words that carry meaning, without the endings of plurals."""
    return {singular(token)[:STEM_LETTERS] for token in tokens(text) if token not in _EMPTY}
