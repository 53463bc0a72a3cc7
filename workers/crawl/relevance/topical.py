"""Part ``topics``: how much of the subject's map a document speaks of."""

from __future__ import annotations

from collections.abc import Mapping

from agent.job.records import TopicMap

_AVERAGE_TOPICS = 1.5
"""A document wholly about so many topics of usual weight has half of what there is to have: a lesson on one thing is
wanted as well as a survey of all."""

_MOST_HALF = 0.15
"""The same for a map of few topics, where one and a half would be most of it."""


def topical(row: Mapping[str, float], topics: TopicMap) -> float:
    """The weighted sum of a document's coverage, bent so that the second half of the map counts less than the first; 0
    to 1."""
    amount = sum(topic.weight * row.get(topic.name, 0.0) for topic in topics.topics)
    usual = sum(topic.weight**2 for topic in topics.topics)
    half = min(_MOST_HALF, _AVERAGE_TOPICS * usual)
    return amount / (amount + half) if amount else 0.0
