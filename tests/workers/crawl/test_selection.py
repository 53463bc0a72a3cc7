"""Which of the scored candidates are taken when there are too many."""

from __future__ import annotations

import random
import time

from hypothesis import given, settings
from hypothesis import strategies as st

from agent.job.records import Candidate, Topic, TopicMap
from workers.crawl.selection import contributions, select, spread
from workers.crawl.sources.contract import Found

NAMES = ("gates", "codes", "annealing", "hardware")
TOPICS = TopicMap(
    subject="quantum computing",
    topics=tuple(Topic(name=name, weight=weight) for name, weight in zip(NAMES, (0.4, 0.3, 0.2, 0.1), strict=True)),
)


def found(url: str, score: float, topics: dict[str, float], text: str | None = None) -> Found:
    """A scored find; its own words by its address where nothing is said of them."""
    words = f"{url} " * 5 if text is None else text
    return Found(Candidate(id=url, url=url, source="dir:x", score=score, topics=topics), words)


def urls(items: list[Found]) -> list[str]:
    """Their addresses, in their order."""
    return [item.candidate.url for item in items]


def coverage_of(items: list[Found], among: list[Found]) -> float:
    """How well some of the candidates cover the map."""
    ranked = sorted(among, key=lambda item: (-item.candidate.score, item.candidate.url))
    places = {item.candidate.url: place for place, item in enumerate(ranked)}
    return spread(contributions(ranked, TOPICS), [places[url] for url in urls(items)], TOPICS)


def test_all_are_taken_best_first_when_there_is_room() -> None:
    some = [found("b", 0.2, {}), found("a", 0.2, {}), found("c", 0.9, {})]
    assert urls(select(some, TOPICS, 3)) == ["c", "a", "b"]
    assert select([], TOPICS, 5) == []


def test_nothing_is_taken_when_there_is_no_room() -> None:
    assert select([found("a", 0.5, {"gates": 1.0})], TOPICS, 0) == []


def test_a_lesser_document_on_a_missing_topic_goes_before_another_on_the_same() -> None:
    many = [found(f"gates-{word}", 0.9, {"gates": 1.0}) for word in ("rose", "ship", "moon", "tax")]
    lone = found("codes", 0.6, {"codes": 1.0})
    assert urls(select([*many, lone], TOPICS, 3)) == ["gates-moon", "gates-rose", "codes"]


def test_a_copy_of_a_better_document_is_left_out() -> None:
    text = "A stabilizer code measures the parity of neighbouring qubits and never the qubits themselves."
    better, copy = found("a", 0.9, {"codes": 1.0}, text), found("b", 0.89, {"codes": 1.0}, text)
    other = found("c", 0.5, {"codes": 0.8}, "Pulses of microwaves turn a transmon around an axis of its sphere.")
    assert urls(select([better, copy, other], TOPICS, 2)) == ["a", "c"]


def test_documents_that_are_alike_in_all_are_taken_by_address() -> None:
    same = [found(url, 0.5, {"gates": 0.5}, "the same words") for url in ("c", "a", "d", "b")]
    assert urls(select(same, TOPICS, 2)) == ["a", "b"]


def test_without_topics_the_best_scores_are_taken() -> None:
    plain = [found(f"d{number}", number / 10, {}) for number in range(9)]
    assert urls(select(plain, TopicMap(subject="s", topics=()), 3)) == ["d8", "d7", "d6"]


WORDS = (
    "qubit gate rotation",
    "surface code syndrome",
    "annealer spin glass",
    "ion trap laser",
    "tax form",
    "rose bed",
)
candidates = st.lists(
    st.tuples(
        st.sampled_from([0.1, 0.3, 0.3001, 0.5, 0.9]),
        st.dictionaries(st.sampled_from(NAMES), st.sampled_from([0.0, 0.2, 0.5, 1.0])),
        st.sampled_from(WORDS),
    ),
    max_size=12,
)


@settings(max_examples=60, deadline=None)
@given(candidates, st.integers(0, 8), st.randoms(use_true_random=False))
def test_never_less_is_covered_than_by_the_best_scores_nor_by_fewer_documents(
    drawn: list[tuple[float, dict[str, float], str]], limit: int, order: random.Random
) -> None:
    items = [found(f"u{number}", score, topics, text) for number, (score, topics, text) in enumerate(drawn)]
    taken = select(items, TOPICS, limit)
    best = sorted(items, key=lambda item: (-item.candidate.score, item.candidate.url))[:limit]
    wider = select(items, TOPICS, limit + 1)

    assert len(taken) == len(set(urls(taken))) == min(limit, len(items))
    assert coverage_of(taken, items) >= coverage_of(best, items)
    assert coverage_of(wider, items) >= coverage_of(taken, items) - 1e-9
    shuffled = list(items)
    order.shuffle(shuffled)
    assert urls(select(shuffled, TOPICS, limit)) == urls(taken)


def test_ten_thousand_candidates_take_seconds() -> None:
    dice = random.Random(4)
    words = [f"{first}{second}" for first in "bdfgklmnprst" for second in ("ala", "emo", "iru", "ona", "uti")]
    items = []
    for number in range(10_000):
        topics = {name: dice.random() for name in dice.sample(NAMES, 2)}
        items.append(found(f"u{number:05}", dice.random(), topics, " ".join(dice.choices(words, k=30))))
    started = time.process_time()
    taken = select(items, TOPICS, 1_000)
    assert len(taken) == 1_000
    assert time.process_time() - started < 10
