"""Which of the first results are about the subject, and in which order they are read."""

from __future__ import annotations

from collections.abc import Sequence

from workers.crawl.sources.contract import Found

MOST_TEXTS = 100
"""So many results are read: about two seconds of work on one core."""

LEAST_NEAR = 0.2
"""`workers.embedding.similarity` from which a text is about the subject, as in discover.min_relevance."""


def nearest(subject: str, first: Sequence[Found]) -> list[Found]:
    """Each result with a text about the subject once, nearest first; those without any text are left out.

    Raises:
        MissingDependency: the embedding package is not installed.
    """
    from workers.embedding import similarity

    telling = [item for item in first if item.text]
    near = similarity(subject, [f"{item.candidate.title}\n{item.text}" for item in telling])
    ranked = sorted(zip(near, telling, strict=True), key=lambda pair: (-round(pair[0], 4), pair[1].candidate.url))
    once: dict[str, Found] = {}
    for score, item in ranked:
        if score >= LEAST_NEAR:
            once.setdefault(item.candidate.id, item)
    return list(once.values())[:MOST_TEXTS]
