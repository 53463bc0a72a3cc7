"""Part ``topics``: how much of the subject's map a document speaks of."""

from __future__ import annotations

from collections.abc import Mapping

from agent.job.records import TopicMap

_ASKED_FOR = frozenset({"llm"})
"""Origins of topics that were named as parts of this very subject: by a model asked for them."""

_AVERAGE_TOPICS = 1.5
"""A document wholly about so many topics of usual weight has half of what there is to have: a lesson on one thing is
wanted as well as a survey of all."""

_MOST_HALF = 0.15
"""The same for a map of few topics, where one and a half would be most of it."""


def topical(row: Mapping[str, float], topics: TopicMap, near: float) -> float:
    """The weighted sum of a document's coverage, bent so that the second half of the map counts less than the first;
    0 to 1. ``near`` says how far the document is about the subject at all, 0 to 1.

    A topic learnt from mixed results may be another subject's ("virtual environment"), and then the pages on that
    other subject would be the best about this one. So what topics give counts times ``near``, but for those of an
    origin in `_ASKED_FOR`.
    """
    named = sum(t.weight * row.get(t.name, 0.0) for t in topics.topics if t.origin in _ASKED_FOR)
    learnt = sum(t.weight * row.get(t.name, 0.0) for t in topics.topics if t.origin not in _ASKED_FOR)
    if not named + learnt:
        return 0.0
    half = min(_MOST_HALF, _AVERAGE_TOPICS * sum(topic.weight**2 for topic in topics.topics))
    return (named + near * learnt) / (named + learnt + half)
