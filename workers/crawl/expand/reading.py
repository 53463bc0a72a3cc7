"""Texts as runs of words: what may be a phrase, where it begins and ends, and how often it stands alone."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from workers.crawl.expand.wording import Form, form

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
        self._runs = [[form(run) for run in _SEPARATOR.split(text) if run.strip()] for text in texts]
        self._places: dict[str, list[tuple[int, int, int]]] = {}
        for number, runs in enumerate(self._runs):
            for which, run in enumerate(runs):
                for at, word in enumerate(run):
                    self._places.setdefault(word, []).append((number, which, at))

    def occurrences(self, phrase: Form) -> Occurrences:
        """Where and how the phrase stands in the texts."""
        texts: set[int] = set()
        times = begins = ends = 0
        for number, which, at in self._places.get(phrase[0], ()) if phrase else ():
            run = self._runs[number][which]
            end = at + len(phrase)
            if run[at:end] != phrase:
                continue
            texts.add(number)
            times += 1
            begins += at == 0 or run[at - 1] in empty_words() or run[at - 1] in weak_words()
            ends += end == len(run) or run[end] in _closing_words()
        return Occurrences(len(texts), times, min(begins, ends) / times if times else 0.0)


@cache
def empty_words() -> frozenset[str]:
    """Stems of words without a meaning of their own, and of those that speak of a document or a site."""
    from yake import KeywordExtractor

    function_words = frozenset(stem for word in KeywordExtractor(lan="en").stopword_set for stem in form(word))
    return function_words | _listed("document", "site")


@cache
def weak_words() -> frozenset[str]:
    """Stems of words that go with any subject."""
    return _listed("adjective", "verb", "noun")


@cache
def _closing_words() -> frozenset[str]:
    """Stems after which a phrase has ended; a noun of any subject goes on with it ("quantum error rates")."""
    return empty_words() | _listed("adjective", "verb")


@cache
def _listed(*kinds: str) -> frozenset[str]:
    listed = tomllib.loads((files("workers.crawl.expand") / "words.toml").read_text(encoding="utf-8"))
    return frozenset(stem for kind in kinds for stem in form(listed[kind]))
