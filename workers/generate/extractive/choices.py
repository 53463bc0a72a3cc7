"""Multiple choice: a term's own meaning against those of other terms, all opening alike."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from agent.job.records import ExampleKind
from workers.generate.backend import Proposal

OTHERS = 3
MIN_OTHERS = 2
LONGEST_TO_SHORTEST = 3
"""An option so many times as long as another gives itself away."""
SCORE = 0.95
"""Above all questions: few chunks have any, and only those that are held out."""

_DEFINITION = re.compile(r"What (?:is|are|does the term) .+\?")
_WHAT = re.compile(r"^.+? (?:is|are) (?P<what>(?P<opening>an?|the|any|one|\w+) .+)$", re.DOTALL)


def choices(own: Sequence[Proposal], others: Sequence[Proposal]) -> Iterator[Proposal]:
    """One choice for each definition among a chunk's ``own`` questions that has enough definitions of the same form
    beside it, of its own chunk or of the ``others``.
    """
    options = [option for each in (*own, *others) if (option := _option(each))]
    for asked in own:
        right = _option(asked)
        wrong = _like(right, [each for each in options if each != right]) if right else []
        if len(wrong) >= MIN_OTHERS:
            yield Proposal(
                ExampleKind.CHOICE, asked.prompt, right, asked.quotes, SCORE, wrong_answers=tuple(wrong[:OTHERS])
            )


def _option(asked: Proposal) -> str:
    """What a definition says the thing is, without its name; '' for other questions."""
    if asked.context or not _DEFINITION.fullmatch(asked.prompt):
        return ""
    if asked.prompt.startswith("What does the term"):
        return asked.response
    found = _WHAT.match(asked.response)
    return found["what"][0].upper() + found["what"][1:] if found else ""


def _like(right: str, others: Sequence[str]) -> list[str]:
    opening, size = right.split()[0], len(right)
    return [
        other
        for other in dict.fromkeys(others)
        if other.split()[0] == opening and size / LONGEST_TO_SHORTEST <= len(other) <= size * LONGEST_TO_SHORTEST
    ]
