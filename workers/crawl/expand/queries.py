"""Concepts become queries: the heaviest, but not the same thing again in other words."""

from __future__ import annotations

from collections.abc import Sequence

from agent.job.records import Query
from workers.crawl.expand.concepts import Concept
from workers.crawl.expand.geometry import directions
from workers.crawl.expand.wording import form

VARIETY = 0.5
"""How much of its weight a concept loses when its direction is that of one already taken (maximal marginal relevance,
https://doi.org/10.1145/290941.291025, with lambda at the middle)."""

_SPEAKS_FOR_ITSELF = 0.4
"""Cosine to the subject from which a phrase finds documents about it without being told the subject's name."""

_LONGEST_CONTEXT_WORDS = 4
"""A subject of more words is a sentence, and a search for all its words finds nothing."""


def queries(subject: str, concepts: Sequence[Concept], most: int) -> tuple[Query, ...]:
    """The subject with weight 1, then at most ``most - 1`` concepts in the order in which they were chosen.

    A concept that could belong to many subjects ("error correction") is asked for together with the subject's name.

    Raises:
        MissingDependency: the embedding package is not installed.
    """
    chosen = [Query(text=subject)]
    if not concepts or most < 2:
        return tuple(chosen)
    from workers.embedding import embed

    near = embed([concept.text for concept in concepts]) @ embed([subject])[0]
    vectors = directions([concept.text for concept in concepts], subject)
    overlap = vectors @ vectors.T
    left, taken = list(range(len(concepts))), list[int]()
    while left and len(chosen) < most:
        best = max(
            left,
            key=lambda each: (
                concepts[each].weight
                * (1 - VARIETY * max((float(overlap[each, other]) for other in taken), default=0)),
                -each,
            ),
        )
        left.remove(best)
        taken.append(best)
        text = _in_context(concepts[best], subject, float(near[best]))
        if form(text) not in {form(query.text) for query in chosen}:
            chosen.append(Query(text=text, weight=concepts[best].weight, origin=concepts[best].origin))
    return tuple(chosen)


def _in_context(concept: Concept, subject: str, near: float) -> str:
    words = form(subject)
    if concept.same or near >= _SPEAKS_FOR_ITSELF or len(words) > _LONGEST_CONTEXT_WORDS:
        return concept.text
    return f"{concept.text} {subject}"
