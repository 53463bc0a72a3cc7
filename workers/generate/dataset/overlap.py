"""Shared runs of words: whether a text holds what a held-out row or a test file holds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from workers.generate.reading.words import tokens

OVERLAP_WORDS = 13
"""A shared run of this many words counts as overlap, as in the GPT-3 report (Brown et al. 2020, appendix C)."""

LEAST_WORDS = 6
"""A shorter question that stands whole in a text says nothing: every text on a subject holds "what is a qubit"."""


@dataclass
class Runs:
    """Runs of words that must not be trained on, each with the place it was taken from."""

    _long: dict[int, str] = field(default_factory=dict)
    """Hash of a run of `OVERLAP_WORDS` words -> its place."""
    _short: dict[int, list[tuple[tuple[str, ...], str]]] = field(default_factory=dict)
    """Hash of the first `LEAST_WORDS` words of a shorter text -> all its words, and its place."""

    def add(self, text: str, place: str) -> None:
        """Remember all runs of a text, or the whole of one with at least `LEAST_WORDS` and fewer than a run's words."""
        words = tokens(text)
        if len(words) >= OVERLAP_WORDS:
            for run in _runs(words, OVERLAP_WORDS):
                self._long.setdefault(hash(run), place)
        elif len(words) >= LEAST_WORDS:
            self._short.setdefault(hash(tuple(words[:LEAST_WORDS])), []).append((tuple(words), place))

    def found_in(self, text: str) -> str:
        """The place of the first remembered run that stands in the text, '' without any."""
        words = tokens(text)
        if self._long:
            for run in _runs(words, OVERLAP_WORDS):
                if (place := self._long.get(hash(run))) is not None:
                    return place
        if self._short:
            for at, run in enumerate(_runs(words, LEAST_WORDS)):
                for whole, place in self._short.get(hash(run), ()):
                    if tuple(words[at : at + len(whole)]) == whole:
                        return place
        return ""


def _runs(words: list[str], length: int) -> Iterator[tuple[str, ...]]:
    return (tuple(words[at : at + length]) for at in range(len(words) - length + 1))
