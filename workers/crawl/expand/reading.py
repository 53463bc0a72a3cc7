"""Texts as runs of words: what may be a phrase, where it begins and ends, and how often it stands alone."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import NamedTuple

from workers.topics.wording import Form, form, stem, words

_NOT_PROSE = re.compile(
    r"```.*?(?:```|$)"  # fenced code
    r"|`[^`]*`_*"  # literals and roles of reStructuredText
    r"|\$[^$]{0,200}\$"  # formulas
    r"|\]\([^)\s]*[^)]*\)"  # targets of Markdown links; their text stays
    r"|<[^<>]{1,300}>"  # markup
    r"|https?://\S+|www\.\S+|\S+@\S+"  # addresses
    r"|\.\. [\w:-]+::|:[a-z-]+:"  # directives and roles of reStructuredText
    r"|\b\w+(?:[._/\\]\w+)+\b",  # names of files, modules and fields
    re.DOTALL,
)
_DASH_WITHIN = re.compile(r"(?<=[^\W\d_])[‐‑–](?=[^\W\d_])")
"""Other signs for the hyphen, as in Deutsch–Jozsa."""
_SEPARATOR = re.compile(r"[^\w\s'’+#-]|[-–—]\s|\s[-–—]|_")
"""Signs that no phrase reaches across."""


@dataclass(frozen=True)
class Occurrences:
    """How a phrase stands in a set of texts."""

    texts: int
    """Texts that hold it."""
    times: int
    alone: float
    """The smaller share, of both ends, of occurrences at which the phrase ends where a phrase can end: at a sign, an
    empty or weak word, or the end. "Quantum error" is nearly always followed by "correction": it is a
    piece of a phrase and no phrase."""


def prose(text: str) -> str:
    """The text without code, formulas, addresses and markup."""
    return " ".join(_DASH_WITHIN.sub("-", _NOT_PROSE.sub(" , ", text)).split())


class Reading:
    """Texts, read once, in which many phrases are looked up."""

    def __init__(self, texts: Sequence[str]) -> None:
        self._runs: list[list[_Run]] = [
            [_run(words(piece)) for piece in _SEPARATOR.split(text) if piece.strip()] for text in texts
        ]
        self._places: dict[str, list[tuple[int, int, int]]] = {}
        for number, runs in enumerate(self._runs):
            for which, run in enumerate(runs):
                for at, word in enumerate(run.stems):
                    self._places.setdefault(word, []).append((number, which, at))

    def occurrences(self, phrase: Form) -> Occurrences:
        """Where and how the phrase stands in the texts."""
        texts: set[int] = set()
        times = begins = ends = 0
        for number, which, at in self._places.get(phrase[0], ()) if phrase else ():
            run = self._runs[number][which]
            end = at + len(phrase)
            if run.stems[at:end] != phrase:
                continue
            texts.add(number)
            times += 1
            begins += at == 0 or run.apart[at - 1] or run.stems[at - 1] in weak_words()
            ends += end == len(run.stems) or run.apart[end]
        return Occurrences(len(texts), times, min(begins, ends) / times if times else 0.0)


class _Run(NamedTuple):
    """Words with no sign between them."""

    stems: Form
    apart: list[bool]
    """Which of them stand outside any phrase: empty words, adjectives, verbs. A noun of any subject may go on with the
    phrase before it ("quantum error rates")."""


def _run(found: Sequence[str]) -> _Run:
    stems = tuple(stem(word) for word in found)
    outside = empty_words() | adjectives()
    return _Run(stems, [root in outside or word in verb_forms() for word, root in zip(found, stems, strict=True)])


@cache
def empty_words() -> frozenset[str]:
    """Stems of words without a meaning of their own, and of those that speak of a document or a site."""
    from yake import KeywordExtractor

    function_words = frozenset(stem for word in KeywordExtractor(lan="en").stopword_set for stem in form(word))
    return function_words | _listed("document", "site")


@cache
def weak_words() -> frozenset[str]:
    """Stems of adjectives and nouns that go with any subject."""
    return _listed("adjective", "noun")


@cache
def adjectives() -> frozenset[str]:
    """Stems of the adjectives and adverbs among `weak_words`."""
    return _listed("adjective")


@cache
def verb_forms() -> frozenset[str]:
    """Verbs of any subject in the forms that begin or end a sentence's verb and no noun phrase: not their stems, which
    they share with nouns ("learn" with "learning", "correct" with "correction")."""
    base = frozenset(_sections()["verb"].split())
    return base | {verb.removesuffix("e") + end for verb in base for end in ("s", "es", "ed")}


@cache
def _listed(*kinds: str) -> frozenset[str]:
    return frozenset(stem for kind in kinds for stem in form(_sections()[kind]))


@cache
def _sections() -> dict[str, str]:
    return tomllib.loads((files("workers.crawl.expand") / "words.toml").read_text(encoding="utf-8"))
