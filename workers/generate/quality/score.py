"""The weighted quality of an example, its floors, and how difficult it is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from agent.job.records import Difficulty, ExampleKind, Span
from workers.generate.backend import Proposal
from workers.generate.grounding.words import is_rare, is_small, words
from workers.generate.quality.parts import coherence, complexity, consistency, form
from workers.generate.reading.sentences import word_count

WEIGHTS = {"coherence": 0.3, "factual_consistency": 0.3, "complexity": 0.2, "format": 0.2}
MIN_SURE_COVERAGE = 0.7
"""Of an answer between the floors at least this share of its content words must stand in the evidence."""
MIN_SURE_COHERENCE = 0.7
LONG_RESPONSE_WORDS = 60
MANY_TERMS = 0.35
"""Share of rare words from which a text is hard to read for beginners."""
_THINKING = {
    ExampleKind.MULTI_HOP: 2,
    ExampleKind.INFERENTIAL: 2,
    ExampleKind.ANALYSE: 2,
    ExampleKind.FALSE_PREMISE: 1,
    ExampleKind.COMPARATIVE: 1,
    ExampleKind.ANALYTICAL: 1,
    ExampleKind.UNANSWERABLE: 1,
    ExampleKind.CONVERSATION: 1,
    ExampleKind.SUMMARY_DETAILED: 1,
    ExampleKind.REWRITE: 1,
    ExampleKind.EXTRACT: 1,
}
"""Steps between the text and the answer beyond finding the place."""


class Floors(NamedTuple):
    """From ``keep`` on an example is good; from ``check`` on it is if it passes the additional checks."""

    keep: float
    check: float


DEFAULT_FLOORS = Floors(keep=0.75, check=0.6)
"""As in `GenerateConfig`."""


def quality_parts(proposal: Proposal, spans: Sequence[Span], coverage: float, source: str) -> dict[str, float]:
    """Each part of the quality, 0 to 1, rounded to three places; ``coverage`` is what grounding found,
    ``source`` the text it was made from, titles included."""
    parts = {
        "coherence": coherence(proposal, source),
        "factual_consistency": consistency(spans, coverage),
        "complexity": complexity(proposal),
        "format": form(proposal),
    }
    return {name: round(value, 3) for name, value in parts.items()}


def weighted(parts: dict[str, float]) -> float:
    """The score, 0 to 1, rounded to three places."""
    return round(sum(weight * parts[name] for name, weight in WEIGHTS.items()), 3)


def is_good_enough(parts: dict[str, float], spans: Sequence[Span], coverage: float, floors: Floors) -> bool:
    """Whether the score passes; between the floors only what is coherent, well covered and quoted as printed."""
    score = weighted(parts)
    if score >= floors.keep:
        return True
    return (
        score >= floors.check
        and coverage >= MIN_SURE_COVERAGE
        and parts["coherence"] >= MIN_SURE_COHERENCE
        and all(span.match != "fuzzy" for span in spans)
    )


def difficulty(proposal: Proposal, spans: Sequence[Span]) -> Difficulty:
    """By the steps that its kind takes, the places it rests on, its length, and how many of its words are rare."""
    content = [word for word in words(f"{proposal.prompt} {proposal.response}") if not is_small(word)]
    rare = sum(map(is_rare, content)) / len(content) if content else 0.0
    steps = (
        _THINKING.get(proposal.kind, 0)
        + (len(spans) > 1)
        + (word_count(proposal.response) > LONG_RESPONSE_WORDS)
        + (rare >= MANY_TERMS)
    )
    return Difficulty.EASY if steps == 0 else Difficulty.MEDIUM if steps == 1 else Difficulty.HARD
