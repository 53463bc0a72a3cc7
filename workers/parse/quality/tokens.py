"""What can be told of a single token."""

from __future__ import annotations

import re
from typing import NamedTuple

from workers.parse.quality.common_words import common_words, without_marks
from workers.parse.quality.phrases import LOREM, MODEL_WORDS

_COMMON_PUNCTUATION = frozenset(".,;:!?'\"()-–—’‘“”„«»‹›/%&…、。，．！？：；（）「」『』《》〈〉【】·¿¡।॥؟،؛۔")
_EDGES = re.compile(r"^[\W\d_]+|[\W\d_]+$")
_LONG_RUN = re.compile(r"[^\W_]{21,}")
"""Letters and digits in a row. German compounds seldom pass 20: 4 % of the letters of manuals at most."""
_SPOILT = re.compile(
    r"[a-z][A-Z]|[^\W\d_]\d+[^\W\d_]|^[^\d]*\d[^\W\d_]{3}|[^\W\d_][^\w\s'’.\-‐–—/()\[\]:,&+_*]+[^\W\d_]"
)
"""A capital, a digit or a sign among letters; identifiers in prose are such as well."""
_END = re.compile(r"[.!?。！？।॥؟۔։።။][\"”’»)\]]*$")
_REPLACEMENT = "\ufffd"
_LONGEST_TOKEN = 4096
"""Characters looked at; a longer token is broken whatever it holds."""


class Token(NamedTuple):
    """Figures of one token; all but the word are summed over a document."""

    word: str
    """In small letters, from its first letter to its last; '' when it has none."""
    word_letters: int
    characters: int
    letters: int
    symbols: int
    """Neither letters, digits nor common punctuation."""
    misread: int
    """Sequences that a wrong encoding leaves, by ftfy's table, and replacement characters."""
    in_long_run: int
    """Characters in runs of more than twenty letters and digits."""
    is_spoilt: int
    """1 with a capital, a digit or a sign among its letters."""
    is_end: int
    """1 at the end of a sentence."""
    is_small: int
    """1 when it begins with a small letter."""
    is_lorem: int
    """1 for a word of the usual placeholder text."""
    is_model: int
    """1 for a word that comes with the phrases of language models."""
    is_common: int
    """1 for one of the language's frequent words."""
    is_grammar: int
    """1 for such a word of two letters or more."""
    known_letters: int
    """Letters of the language's alphabet."""
    pairs: int
    """Pairs of letters of the language's alphabet, edges included."""
    pairs_logarithm: float
    """Sum of the natural logarithms of their chances."""


def look(token: str, language: str) -> Token:
    """The figures of a token; those of the language are 0 where nothing is known of it."""
    token = without_marks(token[:_LONGEST_TOKEN])
    word = token.lower() if token.isalpha() else _EDGES.sub("", token.lower())
    known = common_words(language)
    pairs, logarithm = known.pairs_of(word) if known and word else (0, 0.0)
    return Token(
        word=word,
        word_letters=len(word),
        characters=len(token),
        letters=len(token) if token.isalpha() else sum(map(str.isalpha, token)),
        symbols=0 if token.isalnum() else sum(map(_is_symbol, token)),
        misread=0 if token.isascii() else _misread(token),
        in_long_run=sum(map(len, _LONG_RUN.findall(token))),
        is_spoilt=bool(_SPOILT.search(token)),
        is_end=bool(_END.search(token)),
        is_small=token[:1].islower(),
        is_lorem=word in LOREM,
        is_model=word in MODEL_WORDS,
        is_common=bool(known and word in known.words),
        is_grammar=bool(known and word in known.words and len(word) > 1),
        known_letters=sum(letter in known.alphabet for letter in word) if known else 0,
        pairs=pairs,
        pairs_logarithm=logarithm,
    )


def _is_symbol(sign: str) -> bool:
    return not (sign.isalnum() or sign in _COMMON_PUNCTUATION)


def _misread(token: str) -> int:
    from ftfy.badness import badness

    return token.count(_REPLACEMENT) + int(badness(token.replace(_REPLACEMENT, " ")))
