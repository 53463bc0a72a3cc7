"""Where a quoted span stands in the text it was taken from."""

from __future__ import annotations

import re
from collections import Counter
from typing import Literal, NamedTuple
from unicodedata import normalize

from workers.generate.grounding.normal import normal
from workers.generate.grounding.words import is_negation, is_small

MIN_FUZZY_RATIO = 88.0
"""Least similarity (rapidfuzz, 0 to 100) of a quotation and what it was copied from. Of 515 sentences copied without an
article and two letters 61 % are found at 75 to 88, 57 % at 92, 36 % at 95; with a word exchanged 8, 7 and 3 %: what
decides is the comparison word by word, and the spans found are what answers are held against."""
MIN_FUZZY_WORDS = 5
"""Shorter quotations are near to too much."""
MIN_WORD_RATIO = 80.0
"""Two spellings of one word ("measurment", "measured") are at least so similar."""
_EDGES = " \"'.,;:…"
_WORD = re.compile(r"[^\W_]+")
_NEGATING_PREFIX = re.compile(r"in|im|ir|il|un|non|dis|anti|de|re|en")


class Found(NamedTuple):
    """A place in the text in code points, and how the quotation was recognised there."""

    start: int
    end: int
    match: Literal["exact", "normalised", "fuzzy"]


def find_span(text: str, quote: str) -> Found | None:
    """The place of ``quote`` in ``text``, or None when it is not there.

    An exact occurrence wins, then one that differs only in white space, quotation marks, dashes, ligatures, case or
    inline markup, then the most similar run of words, if it has the same numbers, names and negations and every other
    word is there or a misspelling of one that is.
    """
    if not quote.strip():
        return None
    start = _whole_words(text, quote.strip())
    if start >= 0:
        return Found(start, start + len(quote.strip()), "exact")
    haystack, needle = normal(text), normal(quote).text
    for wanted in dict.fromkeys((needle, needle.strip(_EDGES))):
        start = _whole_words(haystack.text, wanted) if wanted else -1
        if start >= 0:
            return Found(haystack.offsets[start], haystack.offsets[start + len(wanted) - 1] + 1, "normalised")
    return _fuzzy(text, quote, needle)


def _whole_words(text: str, wanted: str) -> int:
    """First place where ``wanted`` is cut out of no longer word or number, or -1."""
    start = text.find(wanted)
    while start >= 0:
        before, after = text[start - 1 : start] if start else "", text[start + len(wanted) : start + len(wanted) + 1]
        if not (before.isalnum() and wanted[0].isalnum()) and not (after.isalnum() and wanted[-1].isalnum()):
            return start
        start = text.find(wanted, start + 1)
    return -1


def _fuzzy(text: str, quote: str, needle: str) -> Found | None:
    from rapidfuzz import fuzz

    haystack = normal(text)
    if len(needle) > len(haystack.text) or len(_WORD.findall(needle)) < MIN_FUZZY_WORDS:
        return None
    place = fuzz.partial_ratio_alignment(needle, haystack.text, score_cutoff=MIN_FUZZY_RATIO)
    if place is None or place.dest_start >= place.dest_end:
        return None
    start, end = haystack.offsets[place.dest_start], haystack.offsets[place.dest_end - 1] + 1
    while start and text[start - 1].isalnum() and text[start].isalnum():
        start -= 1
    while end < len(text) and text[end].isalnum() and text[end - 1].isalnum():
        end += 1
    if text[end : end + 1] == quote.rstrip()[-1:]:
        end += 1
    span = text[start:end]
    start, end = start + len(span) - len(span.lstrip()), end - (len(span) - len(span.rstrip()))
    return Found(start, end, "fuzzy") if _says_the_same(quote, text[start:end]) else None


def _says_the_same(quote: str, span: str) -> bool:
    """Whether only small words and spellings differ."""
    quoted, printed = (Counter(_WORD.findall(normalize("NFKC", part))) for part in (quote, span))
    strange, missing = _beside(quoted, printed), _beside(printed, quoted)
    if any(is_negation(word) or _is_fixed(word) for word in (*strange, *missing)):
        return False
    return all(is_small(word) or _is_respelt(word, missing) for word in strange)


def _beside(words: Counter[str], others: Counter[str]) -> list[str]:
    """The words that the others lack, whatever their case; for numbers and negations also how often counts."""
    lowered = Counter(word.lower() for word in others.elements())
    return [
        word
        for word, count in words.items()
        if lowered[word.lower()] < (count if is_negation(word) or word.isdigit() else 1)
    ]


def _is_fixed(word: str) -> bool:
    """Whether it is spelt in one way only: a number, acronym or name."""
    return any(map(str.isdigit, word)) or any(map(str.isupper, word))


def _is_respelt(word: str, others: list[str]) -> bool:
    from rapidfuzz import fuzz

    return any(
        fuzz.ratio(word.lower(), other.lower()) >= MIN_WORD_RATIO and not _are_opposed(word.lower(), other.lower())
        for other in others
    )


def _are_opposed(word: str, other: str) -> bool:
    """Whether only their first letters tell them apart: reversible and irreversible, encode and decode."""
    longer, shorter = (word, other) if len(word) >= len(other) else (other, word)
    prefix = _NEGATING_PREFIX.match(longer)
    return prefix is not None and shorter in (longer[prefix.end() :], "de" + longer[2:], "en" + longer[2:])
