"""The tokens of all documents of one language as numbers, with a table of their figures.

Documents share most of their words, so that nearly every token was looked at before: what is left to do for a document
is to look up its tokens and to add rows of the table.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from workers.parse.quality.tokens import Token, look

FIGURES = Token._fields[1:]
MAX_TOKENS = 100_000
"""A lexicon with more is begun anew, so that it stays below some 30 MB."""
_LEXICONS = 8
_FIRST_ROWS = 4096


class Lexicon:
    """Grows with each document; not to be shared between threads."""

    def __init__(self, language: str) -> None:
        import numpy as np

        self._language = language
        self._numbers: dict[str, int] = {}
        self._words: dict[str, int] = {"": -1}
        self._figures = np.zeros((_FIRST_ROWS, len(FIGURES)), dtype=np.float32)
        self._word_of = np.zeros(_FIRST_ROWS, dtype=np.int64)

    def __len__(self) -> int:
        return len(self._numbers)

    def numbers(self, tokens: Sequence[str]) -> Any:
        """The number of each token, in order."""
        import numpy as np

        for token in sorted(set(tokens).difference(self._numbers)):
            self._enter(token)
        return np.fromiter(map(self._numbers.__getitem__, tokens), dtype=np.int64, count=len(tokens))

    def figures(self, numbers: Any) -> Any:
        """One row of `FIGURES` for each number."""
        return self._figures[numbers]

    def words(self, numbers: Any) -> Any:
        """The word of each number as a number of its own, the same for all ways to write it; -1 for none."""
        return self._word_of[numbers]

    def _enter(self, token: str) -> None:
        import numpy as np

        number = len(self._numbers)
        if number == len(self._word_of):
            self._figures = np.concatenate([self._figures, np.zeros_like(self._figures)])
            self._word_of = np.concatenate([self._word_of, np.zeros_like(self._word_of)])
        looked = look(token, self._language)
        self._figures[number] = looked[1:]
        self._word_of[number] = self._words.setdefault(looked.word, len(self._words) - 1)
        self._numbers[token] = number


def lexicon(language: str) -> Lexicon:
    """The lexicon of a language, a new one where the old one has grown too large."""
    kept = _lexicon(language)
    if len(kept) > MAX_TOKENS:
        _lexicon.cache_clear()
        kept = _lexicon(language)
    return kept


@lru_cache(maxsize=_LEXICONS)
def _lexicon(language: str) -> Lexicon:
    return Lexicon(language)
