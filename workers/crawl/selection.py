"""Which of the scored candidates are taken when there are more than the job may keep: those that together cover the
subject.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from agent.job.records import TopicMap
from workers.crawl.relevance.opening import words_of
from workers.crawl.sources.contract import Found

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

SCORE_SHARE = 0.02
"""What a document's score counts beside what it adds to the topics. Small: the score already weighs each contribution,
and this only orders documents that add alike."""

SAME = 0.95
"""Cosine of two openings from which the lesser says nothing that the better did not; from `NEW` up to it, ever less."""

NEW = 0.80

_ROWS_AT_ONCE = 1024
"""Rows compared in one product: 40 MB for 10,000 candidates."""


def select(found: Sequence[Found], topics: TopicMap, limit: int) -> list[Found]:
    """At most ``limit`` of them, best score first; the same for the same input in any order.

    What is made as large as can be is the sum over the topics of weight x log(1 + amount): each document adds its
    coverage of a topic, times its score, times what is new in it; the logarithm makes the next one on the same topic
    count less, so that amounts follow the weights of the map. Such sums are monotone and submodular, for which taking
    the greatest gain each time comes within 1 - 1/e of the best choice (Nemhauser, Wolsey and Fisher 1978); gains only
    shrink, so one is looked at again only when it comes to the top (Minoux 1978). Where the plain best scores cover
    more, they are taken: the answer never covers less than they do.

    Raises:
        MissingDependency: the embedding package is not installed.
    """
    ranked = sorted(found, key=lambda item: (-item.candidate.score, item.candidate.url))
    if len(ranked) <= limit:
        return ranked
    amounts = contributions(ranked, topics)
    best = list(range(max(0, limit)))
    chosen = _greedy(amounts, [item.candidate.score for item in ranked], topics, limit)
    if spread(amounts, chosen, topics) < spread(amounts, best, topics):
        chosen = best
    return [ranked[place] for place in sorted(chosen)]


def contributions(ranked: Sequence[Found], topics: TopicMap) -> list[dict[int, float]]:
    """For each candidate, best score first: number of the topic -> what it adds to it."""
    numbers = {topic.name: number for number, topic in enumerate(topics.topics)}
    rows = []
    for item, new in zip(ranked, _novelty(ranked), strict=True):
        worth = item.candidate.score * new
        shares = {numbers[name]: share * worth for name, share in item.candidate.topics.items() if name in numbers}
        rows.append({number: amount for number, amount in shares.items() if amount > 0})
    return rows


def spread(amounts: Sequence[dict[int, float]], chosen: Sequence[int], topics: TopicMap) -> float:
    """How well the chosen ones cover the map: the sum over its topics of weight x log(1 + amount)."""
    totals = [0.0] * len(topics.topics)
    for place in sorted(chosen):
        for number, amount in amounts[place].items():
            totals[number] += amount
    return sum(topic.weight * math.log1p(total) for topic, total in zip(topics.topics, totals, strict=True))


def _greedy(amounts: Sequence[dict[int, float]], scores: Sequence[float], topics: TopicMap, limit: int) -> list[int]:
    weights = [topic.weight for topic in topics.topics]
    totals = [0.0] * len(weights)

    def gain(place: int) -> float:
        added = sum(
            weights[number] * math.log1p(amount / (1 + totals[number])) for number, amount in amounts[place].items()
        )
        return added + SCORE_SHARE * scores[place]

    # The place in the ranking decides between equal gains; the last entry says how many were chosen when that was so.
    queue = [(-gain(place), place, 0) for place in range(len(amounts))]
    heapq.heapify(queue)
    chosen: list[int] = []
    while queue and len(chosen) < limit:
        _, place, reckoned = heapq.heappop(queue)
        if reckoned < len(chosen):
            heapq.heappush(queue, (-gain(place), place, len(chosen)))
            continue
        chosen.append(place)
        for number, amount in amounts[place].items():
            totals[number] += amount
    return chosen


def _novelty(ranked: Sequence[Found]) -> list[float]:
    """1 where nothing better resembles a candidate, falling to 0 where a better one says the same."""
    import numpy as np

    from workers.embedding import embed

    vectors = embed([words_of(item) for item in ranked])
    nearest = np.zeros(len(ranked), dtype=np.float32)
    for start in range(0, len(ranked), _ROWS_AT_ONCE):
        nearest[start : start + _ROWS_AT_ONCE] = _nearest_before(vectors, start)
    return [float(new) for new in np.clip((SAME - nearest) / (SAME - NEW), 0.0, 1.0)]


def _nearest_before(vectors: NDArray[np.float32], start: int) -> NDArray[np.float32]:
    """For each row of a block, its greatest cosine with a row before it."""
    import numpy as np

    block = vectors[start : start + _ROWS_AT_ONCE]
    cosines = block @ vectors[: start + len(block)].T
    rows = np.arange(len(block))[:, None]
    cosines[np.arange(cosines.shape[1])[None, :] >= rows + start] = 0.0
    greatest: NDArray[np.float32] = cosines.max(axis=1)
    return greatest
