"""How much of each topic of a map stands in a text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from agent.job.records import Topic, TopicMap
from workers.topics.geometry import beside, directions, own_plane, unit
from workers.topics.wording import count, form

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

BEST_PASSAGES = 3
"""So many passages of 60 words on a topic are a text about it, however long the rest is."""

SILENT, FULL = 0.15, 0.45
"""Cosine, the subject's own direction taken out, from which a passage counts at all, and from which it counts whole.
Over 27 documents about quantum computing the topic "sourdough bread" passes 0.15 in two, by one passage each, and
0.20 in none; a document's own topic lies between 0.35 and 0.65."""

_OWN_DIRECTION = 0.3
"""A topic with less than this left beside the subject's direction is the subject itself."""


def coverage(
    texts: Sequence[str], topics: TopicMap, vectors: Sequence[NDArray[np.float32]] | None = None
) -> list[dict[str, float]]:
    """For each text the topics in it: name -> 0 (nothing) to 1 (the text is about it); topics without a trace are
    left out.

    Two signs are joined as independent ones. What is said: how often the topic's name or one of its phrases stands in
    the text, n mentions giving n / (n + 1). What is meant: the mean over the three passages nearest to the topic by
    embedding. All topics of a subject resemble the subject, so that everything about it would look alike: what
    passages and topics share with the subject is taken out before they are compared. ``vectors`` are those of
    `workers.embedding.embed_passages`, where the caller has them.

    Raises:
        MissingDependency: the embedding package is not installed.
    """
    if not topics.topics:
        return [{} for _ in texts]
    from workers.embedding import embed_passages

    plane = own_plane(topics.subject)
    compass = [_direction(topic, topics.subject, plane) for topic in topics.topics]
    forms = [{form(phrase) for phrase in (topic.name, *topic.phrases)} - {()} for topic in topics.topics]
    rows = []
    for text, own in zip(texts, embed_passages(texts) if vectors is None else vectors, strict=True):
        besides = beside(own, plane)
        stems = form(text)
        present = set(stems)
        row = {}
        for topic, (direction, plain), phrases in zip(topics.topics, compass, forms, strict=True):
            meant = _meant((own if plain else besides) @ direction)
            mentions = sum(count(phrase, stems) for phrase in phrases if present.issuperset(phrase))
            amount = 1 - (1 - meant) * (1 - mentions / (mentions + 1))
            if amount >= 0.005:
                row[topic.name] = round(amount, 2)
        rows.append(row)
    return rows


def _meant(cosines: NDArray[np.float32]) -> float:
    amounts = sorted(min(1.0, max(0.0, (float(cosine) - SILENT) / (FULL - SILENT))) for cosine in cosines)
    best = amounts[-BEST_PASSAGES:]
    return float(sum(best) / len(best))


def _direction(topic: Topic, subject: str, plane: NDArray[np.float32]) -> tuple[NDArray[np.float32], bool]:
    """The topic's unit vector, beside the subject unless (second value) it is the subject itself."""
    import numpy as np

    from workers.embedding import embed

    names = [topic.name, *topic.phrases]
    middle = unit(embed(names).mean(axis=0, keepdims=True))
    left = middle - (middle @ plane.T) @ plane
    if float(np.linalg.norm(left)) < _OWN_DIRECTION:
        return middle[0], True
    return unit(directions(names, subject).mean(axis=0, keepdims=True))[0], False
