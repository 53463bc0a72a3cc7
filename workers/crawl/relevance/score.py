"""Candidates against the subject: each with the parts of its score, its topics, and its place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import NamedTuple

from agent.job.records import Candidate, TopicMap
from workers.crawl.relevance.dates import citations, recency
from workers.crawl.relevance.depth import depth
from workers.crawl.relevance.gist import gist
from workers.crawl.relevance.opening import is_enough, words_of
from workers.crawl.relevance.readability import readability
from workers.crawl.relevance.reputation import reputation
from workers.crawl.relevance.semantic import semantic
from workers.crawl.relevance.topical import topical
from workers.crawl.relevance.weights import ABOUT, NEUTRAL_WORTH, WORTH, WORTH_SHARE, Weight
from workers.crawl.sources.contract import Found
from workers.topics.coverage import coverage

_AT_ONCE = 1000
"""Candidates embedded together: enough for speed, and no more than 10 MB of vectors however many there are."""


class Ranking(NamedTuple):
    """Both carry their scores, best first; equal scores are in order of address."""

    kept: list[Found]
    off_topic: list[Found]


def rank(found: Sequence[Found], topics: TopicMap, min_relevance: float, today: date) -> Ranking:
    """Score each by what is known of it; set apart what lies below ``min_relevance``.

    The bar is for the part ``semantic`` alone: no number of citations makes a paper about something else relevant. A
    candidate without text (a PDF known by a link only) has just its title to go by, which is too little to refuse it:
    it is kept, ranked by what the title says, and judged on its text by the curate stage.

    Raises:
        MissingDependency: the embedding package is not installed.
    """
    scored = [
        one
        for start in range(0, len(found), _AT_ONCE)
        for one in _scored(found[start : start + _AT_ONCE], topics, today)
    ]
    scored.sort(key=lambda item: (-item.candidate.score, item.candidate.url))
    ranking = Ranking([], [])
    for item in scored:
        if item.text and item.candidate.parts["semantic"] < min_relevance:
            ranking.off_topic.append(item)
        else:
            ranking.kept.append(item)
    return ranking


def _scored(found: Sequence[Found], topics: TopicMap, today: date) -> Iterator[Found]:
    from workers.embedding import embed_passages

    texts = [words_of(item) for item in found]
    vectors = embed_passages(texts)
    wholes = gist(texts, topics.subject)
    meanings, rows = semantic(vectors, topics.subject), coverage(texts, topics, vectors)
    for item, text, meaning, whole, row in zip(found, texts, meanings, wholes, rows, strict=True):
        known: dict[str, float | None] = {"semantic": meaning, "gist": whole}
        if is_enough(item):
            known["topics"] = topical(row, topics, min(1.0, whole / ABOUT["gist"].full))
            if item.candidate.blob:  # an abstract's length and style say nothing of the paper's
                known |= {"depth": depth(text), "readability": readability(text)}
        known |= _told(item.candidate, today)
        parts = {name: round(value, 4) for name, value in known.items() if value is not None}
        told = {"parts": parts, "topics": row, "score": round(score_of(parts), 4)}
        yield replace(item, candidate=item.candidate.model_copy(update=told))


def score_of(parts: Mapping[str, float]) -> float:
    """The parts as one number, 0 to 1: nearness to the subject, of which worth takes at most `WORTH_SHARE`.

    A part that is not known is left out and the others take its share, so that it counts neither for nor against.
    """
    about = _mean(parts, ABOUT)
    worth = _mean(parts, WORTH)
    return (about or 0.0) * (1 - WORTH_SHARE + WORTH_SHARE * (NEUTRAL_WORTH if worth is None else worth))


def _told(candidate: Candidate, today: date) -> dict[str, float | None]:
    """What the sources say of it."""
    return {
        "reputation": reputation(candidate),
        "citations": citations(candidate, today),
        "recency": recency(candidate, today),
    }


def _mean(parts: Mapping[str, float], weights: Mapping[str, Weight]) -> float | None:
    known = {name: min(1.0, parts[name] / weight.full) for name, weight in weights.items() if name in parts}
    total = sum(weights[name].share for name in known)
    return sum(weights[name].share * value for name, value in known.items()) / total if total else None
