"""Phrases in the form in which they are compared: the stems of their words, in order."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

Form = tuple[str, ...]

_WORD = re.compile(r"[^\W_]+[#+]*")
"""Letters and digits of any script; signs at the end belong to names such as Q# and C++."""

_REMEMBERED_WORDS = 50_000


def form(text: str) -> Form:
    """The stems of the words of ``text``: equal for "Error-correcting codes" and "error correcting code".

    Stems are those of the Snowball stemmer for English (Porter 2); words of other languages pass nearly unchanged.
    """
    return tuple(stem(word) for word in words(text))


def words(text: str) -> list[str]:
    """The words of ``text``, small letters, in Unicode's compatible form (NFKC)."""
    found: list[str] = _WORD.findall(unicodedata.normalize("NFKC", text).lower())
    return found


def count(phrase: Form, within: Sequence[str]) -> int:
    """How often the phrase stands in a text, both given as stems."""
    length = len(phrase)
    if not length:
        return 0
    return sum(tuple(within[at : at + length]) == phrase for at in _places(phrase[0], within))


def _places(first: str, within: Sequence[str]) -> list[int]:
    return [at for at, word in enumerate(within) if word == first]


@lru_cache(maxsize=_REMEMBERED_WORDS)
def stem(word: str) -> str:
    """The word without its endings."""
    return str(_stemmer().stemWord(word))


@lru_cache(maxsize=1)
def _stemmer():  # type: ignore[no-untyped-def]
    import snowballstemmer

    return snowballstemmer.stemmer("english")
