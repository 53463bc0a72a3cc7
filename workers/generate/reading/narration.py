"""Whether a text speaks of its subject, or as its author to a reader who follows the document."""

from __future__ import annotations

import re

from workers.generate.reading.words import PREPOSITIONS, VERBS, word_list


def _any_of(name: str) -> str:
    return "|".join(sorted(map(re.escape, word_list(name)), key=len, reverse=True))


_APART = re.compile(r"`[^`]*`|\$[^$]*\$")
"""Code and mathematics, whose letters and marks are no words."""

_FIRST_PERSON = re.compile(
    r"\b(?:I|I['\u2019](?:m|ve|ll|d)|[Mm]y|me|[Ww]e|[Ww]e['\u2019](?:re|ve|ll|d)"
    r"|[Oo]urs?|(?<!\d )us|[Ll]et['\u2019]?s)\b"
)
_NARRATING = re.compile(
    rf"\b(?:{_any_of('narrating')})\b|\bthis (?:{_any_of('own_works')})\b"
    r"|\b(?:note that|keep in mind|of course|so far|as stated|as you|as of|at this point|next time|last time"
    r"|above all|as follows|kind of|sort of|a bit|a lot|lots of|in other words"
    r"|you['\u2019](?:ll|ve|d|re)|you (?:saw|will|already|may remember|learned))\b",
    re.IGNORECASE,
)
_LABELS = re.compile(
    r"^(?:inputs?|outputs?|goal|hints?|note|example|stretch goal|answer|q|a|tip|warning|important)\s*:",
    re.IGNORECASE | re.MULTILINE,
)
_ASIDE = re.compile(
    r"[!?](?=\s|$|[\"\u201d)])|\.\.\.|\u2026| -- |https?://|\bwww\.|\]_|(?:^|(?<=[.!?] ))See\b|[(,;] ?see\b"
)
_BROKEN = re.compile(
    r"[a-z]{2}[A-Z]{2,}\d|\w:[A-Z]{3}|s['\u2019][a-z]{3}|\b\w+\.\. \w|  |[A-Z]\w+ tm\b|[A-Z]\d{3,}[a-z]"
    r"|\b(?:are|is|and|the|of|to|in|for|with)[A-Z][a-z]{3}"
)
"""Where text was put together without the white space that parted it."""
_SELLING = re.compile(
    r"\d ?(?:%|per ?cent) off\b|\b(?:black friday|cyber monday|free (?:trial|shipping|delivery|quote|consultation)"
    r"|promo(?:tional)? codes?|coupons?|money-back|limited[- ]time|add to cart"
    r"|(?:buy|shop|order|call|apply|register|contact us|book) (?:now|today|online)|sign up|subscribe|newsletter)\b",
    re.IGNORECASE,
)
"""An offer to the reader, which ends."""
_PEOPLE = re.compile(r"\b(?:Alice|Bob|Charlie|Eve|Carol)\b")
"""The persons of a told example."""

_SIGNS = (_FIRST_PERSON, _NARRATING, _LABELS, _ASIDE, _BROKEN, _SELLING, _PEOPLE)

_SYMBOL = re.compile(r"(?P<before>[\w'\-]*)[ (]*\$(?P<symbol>\\?[A-Za-z]+(?:[_^]\{?\w+\}?)?'?)\$")
_NO_NOUNS = word_list("no_nouns") | PREPOSITIONS | VERBS


_OTHER_LANGUAGE = re.compile(r"(?:\b\w*[\u00e0-\u00ff]\w*\b.*?){4}", re.DOTALL)
"""So many words with accents are no names any more."""


def is_exposition(text: str) -> bool:
    """Whether the text speaks of its subject only: no author, no reader led by the hand, no task, no aside."""
    words = _APART.sub("X", text)
    return not any(sign.search(words) for sign in (*_SIGNS, _OTHER_LANGUAGE)) and not has_strange_symbols(text)


def has_strange_symbols(text: str) -> bool:
    """Whether a single symbol of mathematics stands where no noun before it says what it is, as in "As $n$ grows"."""
    seen: set[str] = set()
    for found in _SYMBOL.finditer(text):
        symbol, before = found["symbol"], found["before"].lower()
        if symbol not in seen and not _introduces(before):
            return True
        seen.add(symbol)
    return False


def _introduces(word: str) -> bool:
    return word.isalpha() and len(word) > 2 and word not in _NO_NOUNS
