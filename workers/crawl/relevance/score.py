"""Candidates against the subject: scored, in one order for the same input."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from agent.job.records import TopicMap
from workers.crawl.sources.contract import Found


class Ranking(NamedTuple):
    """Both parts carry their scores, best first; equal scores are in order of address."""

    kept: list[Found]
    off_topic: list[Found]


def rank(found: Sequence[Found], topics: TopicMap, min_relevance: float, today: date) -> Ranking:
    """Score each by its title and opening text and part them at ``min_relevance``.

    A candidate without text (a PDF known by a link only) has just its title to go by, which is too little to
    refuse it: it is kept, ranked by what the title says, and judged on its text by the curate stage.

    Raises:
        MissingDependency: the embedding package is not installed.
    """
    from workers.embedding import similarity

    scores = similarity(topics.subject, [f"{item.candidate.title}\n{item.text}" for item in found])
    scored = [
        Found(item.candidate.model_copy(update={"score": round(score, 4)}), item.text)
        for item, score in zip(found, scores, strict=True)
    ]
    scored.sort(key=lambda item: (-item.candidate.score, item.candidate.url))
    far = [item for item in scored if item.text and item.candidate.score < min_relevance]
    far_ids = {item.candidate.id for item in far}
    return Ranking([item for item in scored if item.candidate.id not in far_ids], far)
