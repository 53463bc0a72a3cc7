"""Chooses rows out of many without holding them: by filters, by words, by chance."""

from __future__ import annotations

import json
import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, TypeVar

T = TypeVar("T")
Line = dict[str, Any]


@dataclass(frozen=True)
class Filter:
    """What a row must have; '' for anything."""

    split: str = ""
    kind: str = ""
    topic: str = ""
    """Part of the topic's name, whatever its case."""
    words: str = ""
    """Words that all stand in what is said, in any order, whatever their case."""

    def fits(self, line: Line) -> bool:
        """Whether a row or an example, as read from JSON, has all of it."""
        if self.split and line["split"] != self.split:
            return False
        if self.kind and line["kind"] != self.kind:
            return False
        if self.topic and self.topic.casefold() not in line["topic"].casefold():
            return False
        said = _said(line) if self.words else ""
        return all(word in said for word in self.words.casefold().split())


_SAID = ("prompt", "completion", "text", "response", "context")


def _said(line: Line) -> str:
    """All that a row or an example says, in small letters."""
    parts = [str(line.get(name, "")) for name in _SAID]
    parts += [turn["content"] for turn in line.get("messages", ())]
    parts += [f"{turn['prompt']} {turn['response']}" for turn in line.get("history", ())]
    return " ".join(parts).casefold()


def matching(lines: Iterable[bytes], wanted: Filter) -> Iterator[Line]:
    """The lines that fit, in their order."""
    for raw in lines:
        line = json.loads(raw)
        if wanted.fits(line):
            yield line


def sampled(items: Iterable[T], size: int, seed: int) -> list[T]:
    """So many of the items, each as likely as the others, in their order; the same for the same seed.

    Algorithm R (Vitter 1985, "Random Sampling with a Reservoir"): one pass, and no more than ``size`` held.
    """
    rng = random.Random(seed)
    kept: list[tuple[int, T]] = []
    for number, item in enumerate(items):
        if number < size:
            kept.append((number, item))
        elif (place := rng.randrange(number + 1)) < size:
            kept[place] = (number, item)
    return [item for _, item in sorted(kept, key=lambda each: each[0])]
