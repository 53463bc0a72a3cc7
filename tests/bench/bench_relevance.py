"""How well documents about a subject are told from others and spread over its topics, beside BM25 and plain embedding.

Weights and constants were chosen on the tuning half alone; the other half is what counts. The second subject showed
that a learnt map needs a check of its own, so it is no longer untouched: its figures say that the score is not made for
one subject only, not how much better it is. "Relevant" is grade 2 of relevance_grades.tsv: a document one learns the
subject from, not an index, a price list or a page of settings beside it.
"""

from __future__ import annotations

import math
import random
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from agent.job.coverage import covered
from agent.job.records import Topic, TopicMap
from tests.bench.relevance_corpus import OTHER_SUBJECT, TOPICS, Graded, documents, regraded
from workers.crawl.expand.concepts import concepts
from workers.crawl.expand.feedback import Feedback
from workers.crawl.expand.nearest import nearest
from workers.crawl.expand.topics import topic_map
from workers.crawl.relevance.score import rank
from workers.crawl.selection import select
from workers.crawl.sources.contract import Found
from workers.embedding import embed, similarity

DEPTHS = (50, 100, 200)
BUDGETS = (20, 50, 100)
TODAY = date(2026, 11, 22)
MIN_RELEVANCE = 0.2
DRAWS = 200
ENOUGH = 5
"""So many documents about a topic and it is covered."""

SUBJECT = TOPICS.subject
VOCABULARY = " ".join((SUBJECT, *(" ".join((topic.name, *topic.phrases)) for topic in TOPICS.topics)))

Method = Callable[[Sequence[Graded]], list[float]]


class Figures(NamedTuple):
    """How good one order of the documents is."""

    average_precision: float
    precision: tuple[float, ...]
    """At `DEPTHS`; cannot pass the number of relevant documents over the depth."""
    about: float
    """Average precision where grade 1, near the subject, counts as well."""
    gain: float
    """Normalised discounted cumulative gain over all three grades."""


def bm25(query: str) -> Method:
    """The usual ranking by words."""

    def score(items: Sequence[Graded]) -> list[float]:
        import bm25s

        def words(texts: list[str]) -> list[list[str]]:
            return list(bm25s.tokenize(texts, stopwords="en", return_ids=False, show_progress=False))

        index = bm25s.BM25()
        index.index(words([_text(item) for item in items]), show_progress=False)
        return [float(value) for value in index.get_scores(words([query])[0])]

    return score


def one_vector(subject: str) -> Method:
    """Plain embedding: the cosine of the whole opening with the subject."""

    def score(items: Sequence[Graded]) -> list[float]:
        return [float(value) for value in embed([_text(item) for item in items]) @ embed([subject])[0]]

    return score


def passages(subject: str) -> Method:
    """Plain embedding by passages, as it was before the score had parts."""
    return lambda items: similarity(subject, [_text(item) for item in items])


def map_vector(items: Sequence[Graded]) -> list[float]:
    """The same with the mean vector of the subject and all phrases of the map."""
    import numpy as np

    named = [SUBJECT, *(phrase for topic in TOPICS.topics for phrase in (topic.name, *topic.phrases))]
    mean = embed(named).mean(axis=0)
    return [float(value) for value in embed([_text(item) for item in items]) @ (mean / np.linalg.norm(mean))]


def ours(topics: TopicMap) -> Method:
    """The score of discovery."""

    def score(items: Sequence[Graded]) -> list[float]:
        scores = {item.candidate.id: item.candidate.score for item in _ranked(items, topics, 0.0)}
        return [scores[item.path] for item in items]

    return score


def ours_learnt(subject: str) -> Method:
    """The score of discovery with the map that it learns from the documents itself, without a model or Wikipedia."""

    def score(items: Sequence[Graded]) -> list[float]:
        phrases = Feedback().propose(subject, nearest(subject, [item.found for item in items])).phrases
        return ours(topic_map(subject, concepts(phrases, subject)))(items)

    return score


def plain(subject: str) -> dict[str, Method]:
    """The baselines that know the subject and nothing else."""
    return {
        "BM25, the subject": bm25(subject),
        "embedding, whole openings": one_vector(subject),
        "embedding, passages": passages(subject),
    }


def unaided(subject: str) -> dict[str, Method]:
    """Ours when nobody wrote a map."""
    alone = TopicMap(subject=subject, topics=(Topic(name=subject, weight=1.0),))
    return {"ours, the subject alone": ours(alone), "ours, a map learnt from them": ours_learnt(subject)}


METHODS: dict[str, Method] = {
    **plain(SUBJECT),
    "BM25, all words of the map": bm25(VOCABULARY),
    "embedding, the whole map": map_vector,
    **unaided(SUBJECT),
    "ours, with the map": ours(TOPICS),
}


def main() -> None:
    """Print each method on both halves, then speed, then what the selection covers."""
    items = documents()
    for name, half in (
        ("tuning half", [item for item in items if item.tuning]),
        ("TEST HALF", [item for item in items if not item.tuning]),
        ("all", items),
    ):
        _table(name, half, METHODS)
        if name == "TEST HALF":
            _differences(half)
    _table(f"another subject, {OTHER_SUBJECT}", regraded(items), plain(OTHER_SUBJECT) | unaided(OTHER_SUBJECT))
    _speed(items)
    _selection([item for item in items if not item.tuning])


def _table(name: str, items: Sequence[Graded], methods: Mapping[str, Method]) -> None:
    grades = [sum(item.grade == grade for item in items) for grade in (2, 1, 0)]
    depths = "".join(f"  P@{depth:<4}" for depth in DEPTHS)
    print(f"{name}: {len(items)} documents, {grades[0]} relevant, {grades[1]} near the subject, {grades[2]} others")
    print(f"  {'':28}     AP{depths}  AP near too  nDCG")
    for method, score in methods.items():
        figures = measured(items, score(items))
        precision = "".join(f"  {value:.3f} " for value in figures.precision)
        print(f"  {method:28}  {figures.average_precision:.3f}{precision}  {figures.about:11.3f}  {figures.gain:.3f}")
    ceiling = "".join(f"  {min(1.0, grades[0] / depth):.3f} " for depth in DEPTHS)
    print(f"  {'the most there can be':28}  1.000{ceiling}  {1:11.3f}  1.000")


def measured(items: Sequence[Graded], scores: Sequence[float]) -> Figures:
    """The figures of the order that the scores make; equal scores are in order of path."""
    order = [item for _, item in sorted(zip(scores, items, strict=True), key=lambda pair: (-pair[0], pair[1].path))]
    gains = [2**item.grade - 1 for item in order]
    return Figures(
        _average_precision([item.relevant for item in order]),
        tuple(sum(item.relevant for item in order[:depth]) / depth for depth in DEPTHS),
        _average_precision([item.grade >= 1 for item in order]),
        _discounted(gains) / _discounted(sorted(gains, reverse=True)),
    )


def _differences(items: Sequence[Graded]) -> None:
    """Our average precision less that of each baseline, with the interval over documents drawn again (bootstrap)."""
    dice = random.Random(DRAWS)
    drawn = [[dice.randrange(len(items)) for _ in items] for _ in range(DRAWS)]
    mine = METHODS["ours, with the map"](items)
    for name, method in METHODS.items():
        if name.startswith("ours"):
            continue
        theirs = method(items)
        gaps = sorted(_sampled(items, mine, draw) - _sampled(items, theirs, draw) for draw in drawn)
        low, high = gaps[DRAWS // 20], gaps[-DRAWS // 20 - 1]
        print(f"  ours less {name:28} {statistics.fmean(gaps):+.3f} in AP, 90 % interval {low:+.3f} to {high:+.3f}")


def _sampled(items: Sequence[Graded], scores: Sequence[float], draw: Sequence[int]) -> float:
    order = sorted(draw, key=lambda place: -scores[place])
    return _average_precision([items[place].relevant for place in order])


def _average_precision(right: Sequence[bool]) -> float:
    places = [place for place, each in enumerate(right, 1) if each]
    return statistics.fmean(count / place for count, place in enumerate(places, 1))


def _discounted(gains: Sequence[float]) -> float:
    return sum(gain / math.log2(place + 1) for place, gain in enumerate(gains, 1))


def _speed(items: Sequence[Graded]) -> None:
    print(f"speed over {len(items)} openings, best of three in turns:")
    methods = {
        name: METHODS[name] for name in ("embedding, passages", "BM25, all words of the map", "ours, with the map")
    }
    best = dict.fromkeys(methods, math.inf)
    for _ in range(3):
        for name, score in methods.items():
            began = time.perf_counter()
            score(items)
            best[name] = min(best[name], time.perf_counter() - began)
    for name, seconds in best.items():
        print(f"  {name:28}  {len(items) / seconds:7.0f} documents a second")


def _selection(items: Sequence[Graded]) -> None:
    grades = {item.path: item.grade for item in items}
    kept = _ranked(items, TOPICS, MIN_RELEVANCE)
    pool = "; ".join(f"{line.documents} on {line.topic}" for line in covered([i.candidate for i in kept], TOPICS))
    print(
        f"selection among the {len(kept)} of the test half above {MIN_RELEVANCE}, over {len(TOPICS.topics)} topics:\n"
        f"  ({pool})"
    )
    for budget in BUDGETS:
        for name, taken in (("best scores", kept[:budget]), ("selection", select(kept, TOPICS, budget))):
            lines = covered([item.candidate for item in taken], TOPICS)
            balance = sum(min(line.share, line.weight) for line in lines)
            relevant = sum(grades[item.candidate.id] == 2 for item in taken) / len(taken)
            enough = sum(line.documents >= ENOUGH for line in lines)
            fewest = min(line.documents for line in lines)
            print(
                f"  {name:12} of {budget:3}: {enough:2} topics with {ENOUGH} documents, fewest {fewest}, "
                f"shares as on the map {balance:.3f}, relevant {relevant:.2f}"
            )


def _ranked(items: Sequence[Graded], topics: TopicMap, least: float) -> list[Found]:
    return rank([item.found for item in items], topics, least, TODAY).kept


def _text(item: Graded) -> str:
    return f"{item.found.candidate.title}\n{item.found.text}"


if __name__ == "__main__":
    main()
