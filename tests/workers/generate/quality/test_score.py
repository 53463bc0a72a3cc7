"""The score of examples: good ones pass, and each visible weakness costs."""

from __future__ import annotations

from dataclasses import replace

import pytest

from agent.job.records import Difficulty, ExampleKind, Span
from workers.generate.backend import Proposal, Quote
from workers.generate.quality.score import (
    DEFAULT_FLOORS,
    WEIGHTS,
    difficulty,
    is_good_enough,
    quality_parts,
    weighted,
)

EVIDENCE = "A surface code corrects errors because its checks find where a qubit was flipped."
SPANS = (Span(text=EVIDENCE, start=0, chunk_id="d1-0"),)
GOOD = Proposal(ExampleKind.ANALYTICAL, "Why does a surface code correct errors?", EVIDENCE, (Quote(EVIDENCE),), 0.85)


def score(proposal: Proposal, coverage: float = 1.0) -> float:
    return weighted(quality_parts(proposal, SPANS, coverage, EVIDENCE))


def test_the_weights_are_those_promised() -> None:
    assert list(WEIGHTS.values()) == [0.3, 0.3, 0.2, 0.2]


def test_a_good_example_passes_and_shows_its_parts() -> None:
    parts = quality_parts(GOOD, SPANS, 1.0, EVIDENCE)
    assert set(parts) == set(WEIGHTS) and all(0 <= part <= 1 for part in parts.values())
    assert weighted(parts) > 0.9


@pytest.mark.parametrize(
    "weaker",
    [
        replace(GOOD, response="A surface code corrects errors because its checks find where a"),
        replace(GOOD, response="because its checks find where a qubit was flipped by noise in the code."),
        replace(GOOD, response="Its checks (of the surface code find where errors flipped a qubit."),
        replace(GOOD, response="However, its checks find where a qubit of the surface code was flipped."),
        replace(GOOD, response="The checks of the surface code find errors, as shown above in figure 3."),
        replace(GOOD, response="Its checks."),
        replace(GOOD, prompt="why does a surface code correct errors?"),
        replace(GOOD, confidence=0.3),
        replace(GOOD, kind=ExampleKind.FACTUAL),
    ],
)
def test_each_weakness_costs(weaker: Proposal) -> None:
    assert score(weaker) < score(GOOD)


@pytest.mark.parametrize(
    "broken",
    [
        replace(GOOD, prompt="How does garlic keep in a cold kitchen?"),
        replace(GOOD, response="A surface code corrects errors because its checks find where a"),
        replace(GOOD, response="corrects errors because its checks find where a qubit was flipped."),
        replace(GOOD, response="A surface code corrects errors because its checks find flips (see."),
    ],
)
def test_what_is_broken_falls_below_the_floor(broken: Proposal) -> None:
    assert score(broken) < DEFAULT_FLOORS.keep


def test_an_answer_in_words_of_its_own_costs_until_it_is_unlike_its_evidence() -> None:
    assert score(GOOD, 0.75) == score(GOOD) > score(GOOD, 0.5)


def test_between_the_floors_only_what_is_surely_covered_stays() -> None:
    parts = {"coherence": 0.7, "factual_consistency": 0.8, "complexity": 0.6, "format": 0.6}
    assert DEFAULT_FLOORS.check <= weighted(parts) < DEFAULT_FLOORS.keep
    fuzzy = (SPANS[0].model_copy(update={"match": "fuzzy"}),)
    assert is_good_enough(parts, SPANS, 0.9, DEFAULT_FLOORS)
    assert not is_good_enough(parts, SPANS, 0.6, DEFAULT_FLOORS)
    assert not is_good_enough(parts, fuzzy, 0.9, DEFAULT_FLOORS)
    assert not is_good_enough({**parts, "coherence": 0.4}, SPANS, 0.9, DEFAULT_FLOORS)


def test_difficulty_follows_the_steps_to_the_answer() -> None:
    assert difficulty(replace(GOOD, kind=ExampleKind.FACTUAL), SPANS) is Difficulty.EASY
    assert difficulty(GOOD, SPANS) is Difficulty.MEDIUM
    assert difficulty(replace(GOOD, kind=ExampleKind.MULTI_HOP), (*SPANS, *SPANS)) is Difficulty.HARD
