"""Figures and intervals from scores."""

from __future__ import annotations

import math

import pytest

from workers.train.reports import ChunkScore, QuestionScore
from workers.train.statistics import accuracy_of, perplexity_of


def _chunks(gains: list[float], documents: int = 10) -> list[ChunkScore]:
    """Chunks of 100 tokens with 3 nats a token under the base, and that many fewer under the tuned model."""
    return [
        ChunkScore(
            chunk_id=f"c{n}", document_id=f"d{n % documents}", tokens=100, bytes=400, base_nll=300.0,
            tuned_nll=300.0 - 100 * gain,
        )
        for n, gain in enumerate(gains)
    ]  # fmt: skip


def _questions(pairs: list[tuple[bool, bool]]) -> list[QuestionScore]:
    return [
        QuestionScore(row_id=str(n), options=4, base_right=base, tuned_right=tuned)
        for n, (base, tuned) in enumerate(pairs)
    ]


def test_perplexity_is_exp_of_nats_a_token_and_bits_a_byte_count_bytes() -> None:
    found = perplexity_of(_chunks([0.1] * 20), confidence=0.95, seed=1)
    assert found is not None
    assert found.base == pytest.approx(math.exp(3))
    assert found.tuned == pytest.approx(math.exp(2.9))
    assert found.gain == pytest.approx(1 - math.exp(-0.1))
    assert found.base_bits_per_byte == pytest.approx(3 / 4 / math.log(2))


def test_pairing_makes_a_steady_gain_certain_however_much_documents_differ() -> None:
    uneven = [
        score.model_copy(update={"base_nll": score.base_nll * (1 + n), "tuned_nll": score.base_nll * (1 + n) - 10})
        for n, score in enumerate(_chunks([0.0] * 20))
    ]
    found = perplexity_of(uneven, confidence=0.95, seed=1)
    assert found is not None
    assert found.gain_interval.low == pytest.approx(found.gain)


def test_documents_that_disagree_widen_the_interval_around_the_gain() -> None:
    found = perplexity_of(_chunks([0.3, -0.1] * 10), confidence=0.95, seed=1)
    assert found is not None
    assert found.gain_interval.low < found.gain < found.gain_interval.high
    assert found.resampled == "document"
    narrower = perplexity_of(_chunks([0.3, -0.1] * 10), confidence=0.6, seed=1)
    assert narrower is not None
    assert narrower.gain_interval.low > found.gain_interval.low


def test_few_documents_are_resampled_by_chunk_and_say_so() -> None:
    found = perplexity_of(_chunks([0.3, -0.1] * 10, documents=2), confidence=0.95, seed=1)
    assert found is not None
    assert (found.resampled, found.documents) == ("chunk", 2)


def test_the_same_seed_gives_the_same_interval() -> None:
    scores = _chunks([0.3, -0.1, 0.2] * 5)
    assert perplexity_of(scores, confidence=0.95, seed=4) == perplexity_of(scores, confidence=0.95, seed=4)


def test_guessing_is_zero_above_chance_and_all_right_is_one() -> None:
    found = accuracy_of(_questions([(n % 4 == 0, True) for n in range(40)]), confidence=0.95, seed=1)
    assert found is not None
    assert (found.base, found.tuned, found.chance) == (0.25, 1.0, 0.25)
    assert (found.base_above_chance, found.tuned_above_chance) == (0.0, 1.0)
    assert found.gain_interval.low > 0.5


def test_without_scores_there_is_no_figure() -> None:
    assert perplexity_of([], confidence=0.95, seed=1) is None
    assert accuracy_of([], confidence=0.95, seed=1) is None
