"""Corrects words that OCR misread in its typical ways (``tbe``, ``ofthe``), where only one word can be meant.

A word is changed when Tesseract was not sure of it, no dictionary and no sure word of the page has it, and exactly one
known word comes of it by one confusion of letters, one lost ligature or one lost space. Formulas, code, identifiers,
numbers and names are left alone: their words are unknown for good reasons.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from workers.parse.quality.common_words import common_words

if TYPE_CHECKING:
    from spellchecker import WordFrequency

    from workers.parse.ocr.recognise import Row, Word

_WEAK = 0.85
"""Words read with more confidence are left alone; most that can be mended are read with 0.4 to 0.8. Where all 547,000
words of 340 web pages were taken for weak, 16 words were changed that were right."""

_SURE = 0.9
"""Words read with so much confidence are words of the document."""

_COMMON_SHARE = 5e-7
"""Share of a language's running words from which a word is common: one in two million."""
_CEMENT_SHARE = 5e-3
"""Share from which a word is one of the forty or so that hold sentences together (the, of, is). Of two words that were
read as one, one is such a word: ``ofthe``; other pairs are compounds that the dictionary lacks (``runtime``)."""

_SHORTEST = 3
_SHORT = 5
"""Words of fewer letters are mended to the few hundred most frequent words alone, and not parted: too many names and
abbreviations lie one letter from a word (``dict``, ``init``)."""
_LONG = 8
"""Words of as many letters are mended to rare words too: nothing else lies near them."""
_SHORTEST_WITH_LIGATURE = 6
"""Letters that must be left of a word to say that a ligature is missing."""

_EITHER_WAY = (
    ("rn", "m"), ("cl", "d"), ("vv", "w"), ("ii", "u"), ("li", "h"), ("ri", "n"), ("ti", "n"), ("b", "h"), ("c", "e"),
    ("l", "i"), ("l", "t"), ("fi", "fl"), ("fi", "ti"),
)  # fmt: skip
_ONE_WAY = (
    ("1", "l"), ("1", "i"), ("|", "l"), ("|", "i"), ("!", "l"), ("!", "i"), ("0", "o"), ("5", "s"),
)  # fmt: skip
_CONFUSIONS = (*_EITHER_WAY, *((true, read) for read, true in _EITHER_WAY), *_ONE_WAY)
"""As read -> as printed."""

_LIGATURES = ("fi", "fl", "ff", "ffi", "ffl")

_PARTS = re.compile(r"""(?P<before>["'“‘(\[]*)(?P<core>.*?)(?P<after>[.,;:!?"'”’)\]]*)""", re.DOTALL)
_PROSE = re.compile(r"[^\W\d_](?:[^\W\d_A-Z]|[01|!5](?=[^\W\d_A-Z])){2,}|[01|!5][^\W\d_A-Z]{3,}")
"""A word in small letters, but for the first, with signs that are read for letters not at its end."""
_FORMULA = re.compile(r"[=<>{}\\^_@]|\w\(|\w\.\w")
"""Beside such a word, what looks misread may be a part of a formula, a command or an address."""
_SENTENCE_END = re.compile(r"""[.!?]["'”’)\]]*$""")


class Correction(NamedTuple):
    """A word as read and as it was corrected."""

    read: str
    mended: str


def corrected(rows: Sequence[Row], languages: Sequence[str]) -> tuple[list[Row], list[Correction]]:
    """The rows of a page with its certain misreadings corrected, and what was changed.

    ``languages`` are ISO 639-1 codes; where there is no dictionary for one of them, nothing is changed.
    """
    words = [word for row in rows for word in row.words]
    doubtful = {at: core for at in range(len(words)) if (core := _doubtful_core(words, at))}
    if not doubtful or not set(languages) <= _with_dictionary():
        return list(rows), []
    known = _Known(tuple(languages), words)
    made: dict[int, Word] = {}
    corrections = []
    for at, core in doubtful.items():
        if mended := known.meant_by(core):
            text = words[at].text.replace(core, mended, 1)
            corrections.append(Correction(words[at].text, text))
            made[at] = replace(words[at], text=text)
    numbered = iter(range(len(words)))
    after = [replace(row, words=tuple(made.get(next(numbered), word) for word in row.words)) for row in rows]
    return after, corrections


def _doubtful_core(words: Sequence[Word], at: int) -> str:
    """The word without the marks around it where it may be corrected, else ''."""
    if words[at].confidence >= _WEAK:
        return ""
    core = _core(words[at].text)
    beside = (word.text for word in words[max(at - 1, 0) : at + 2])
    if len(core) < _SHORTEST or not _PROSE.fullmatch(core) or any(map(_FORMULA.search, beside)):
        return ""
    # A capital inside a sentence is a name's.
    opens = at == 0 or _SENTENCE_END.search(words[at - 1].text)
    return core if opens or not core[0].isupper() else ""


def _core(text: str) -> str:
    parts = _PARTS.fullmatch(text)
    return parts["core"] if parts else ""


class _Known:
    """What words there are: of the languages, and those the page was surely read to have."""

    def __init__(self, languages: tuple[str, ...], words: Sequence[Word]) -> None:
        self._frequency = _dictionary(languages)
        self._frequent = frozenset().union(*(common.words for code in languages if (common := common_words(code))))
        self._on_page = {_core(word.text).lower() for word in words if word.confidence >= _SURE}

    def meant_by(self, core: str) -> str:
        """The only known word that can have been misread as this one; '' for none, for several and for known words."""
        word = core.lower()
        if self._is_known(word):
            return ""
        meant = {one for one in _misread_from(word) if self._is_known(one)}
        if len(word) >= _SHORT:
            meant |= {" ".join(pair) for pair in _split(word) if self._is_run_together(pair)}
        if len(meant) != 1 or not self._is_likely(only := meant.pop(), len(word)):
            return ""
        return only.capitalize() if core[0].isupper() else only

    def _is_known(self, word: str) -> bool:
        return word in self._on_page or bool(self._frequency[word])

    def _is_likely(self, word: str, letters_read: int) -> bool:
        if letters_read < _SHORT:
            return word in self._frequent
        return letters_read >= _LONG or word in self._on_page or " " in word or self._share(word) >= _COMMON_SHARE

    def _is_run_together(self, pair: tuple[str, str]) -> bool:
        return self._frequent.issuperset(pair) and max(map(self._share, pair)) >= _CEMENT_SHARE

    def _share(self, word: str) -> float:
        return self._frequency[word] / self._frequency.total_words


def _misread_from(word: str) -> Iterator[str]:
    for read, true in _CONFUSIONS:
        for found in re.finditer(re.escape(read), word):
            yield word[: found.start()] + true + word[found.end() :]
        if word.count(read) > 1:
            yield word.replace(read, true)
    if len(word) >= _SHORTEST_WITH_LIGATURE:
        for at in range(len(word)):
            yield from (word[:at] + lost + word[at:] for lost in _LIGATURES)


def _split(word: str) -> Iterator[tuple[str, str]]:
    return ((word[:at], word[at:]) for at in range(1, len(word)))


@lru_cache(maxsize=1)
def _with_dictionary() -> frozenset[str]:
    from spellchecker import SpellChecker

    return frozenset(SpellChecker.languages())


@lru_cache(maxsize=2)
def _dictionary(languages: tuple[str, ...]) -> WordFrequency:
    """How often each word occurs in running text of these languages; 40 MB and 0.2 s for English."""
    from spellchecker import SpellChecker

    return SpellChecker(languages).word_frequency
