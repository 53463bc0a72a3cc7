"""The gate ships what is surely better, and says why it does not ship the rest."""

from __future__ import annotations

from typing import Any

from agent.job.evaluation import Accuracy, Evaluation, Interval, Perplexity, TrainingSummary
from agent.spec import EvaluateConfig
from workers.train.gate import decide

CONFIG = EvaluateConfig(min_perplexity_gain=0.02, max_accuracy_loss=0.05)


def _evaluation(
    gain: tuple[float, float, float] | None = (0.05, 0.10, 0.15),
    accuracy: tuple[float, float, float] | None = (-0.1, 0.0, 0.1),
    **training: Any,
) -> Evaluation:
    perplexity = gain and Perplexity(
        base=20, tuned=20 * (1 - gain[1]), base_bits_per_byte=1, tuned_bits_per_byte=1, gain=gain[1],
        gain_interval=Interval(low=gain[0], high=gain[2]), tokens=8000, documents=6, resampled="document",
    )  # fmt: skip
    questions = accuracy and Accuracy(
        base=0.5, tuned=0.5 + accuracy[1], base_above_chance=0.3, tuned_above_chance=0.3, chance=0.25,
        gain=accuracy[1], gain_interval=Interval(low=accuracy[0], high=accuracy[2]), questions=40,
    )  # fmt: skip
    usual = {"method": "lora", "steps": 60, "tokens": 90_000, "train_loss": 2.0}
    return Evaluation(
        perplexity=perplexity or None, accuracy=questions or None,
        training=TrainingSummary(**{**usual, **training}), confidence=0.95, seconds=1, device="cpu",
    )  # fmt: skip


def test_a_gain_beyond_noise_without_lost_accuracy_ships() -> None:
    verdict = decide(_evaluation(), CONFIG)
    assert verdict.ship
    assert [criterion.name for criterion in verdict.criteria] == ["perplexity_gain", "accuracy_change"]
    assert "fell from 20.00 to 18.00" in verdict.criteria[0].sentence
    assert verdict.cause == verdict.next_step == ""


def test_a_gain_within_noise_does_not_ship_and_asks_for_more_to_measure_on() -> None:
    verdict = decide(_evaluation(gain=(0.01, 0.05, 0.09)), CONFIG)
    assert not verdict.ship
    assert "noise" in verdict.cause
    assert "max_perplexity_tokens" in verdict.next_step


def test_the_threshold_itself_passes() -> None:
    assert decide(_evaluation(gain=(0.02, 0.05, 0.09)), CONFIG).ship


def test_accuracy_that_may_have_stayed_passes_and_accuracy_that_surely_fell_does_not() -> None:
    assert decide(_evaluation(accuracy=(-0.30, -0.10, -0.04)), CONFIG).ship
    verdict = decide(_evaluation(accuracy=(-0.30, -0.15, -0.06)), CONFIG)
    assert not verdict.ship
    assert "fewer held-out questions" in verdict.cause


def test_without_questions_perplexity_decides_alone() -> None:
    assert [criterion.name for criterion in decide(_evaluation(accuracy=None), CONFIG).criteria] == ["perplexity_gain"]


def test_nothing_measured_does_not_ship() -> None:
    verdict = decide(_evaluation(gain=None), CONFIG)
    assert not verdict.ship
    assert verdict.criteria[0].value is None
    assert "test_share" in verdict.next_step


def test_a_rising_validation_loss_is_called_learning_by_heart() -> None:
    verdict = decide(_evaluation(gain=(-0.3, -0.2, -0.1), best_eval_loss=2.0, last_eval_loss=2.3), CONFIG)
    assert "by heart" in verdict.cause
    assert "epochs" in verdict.next_step


def test_worse_text_without_that_is_laid_to_the_rate_or_the_rows() -> None:
    verdict = decide(_evaluation(gain=(-0.3, -0.2, -0.1)), CONFIG)
    assert "rate" in verdict.cause
    assert "rose from 20.00 to 24.00" in verdict.criteria[0].sentence


def test_no_gain_after_few_steps_asks_for_more_of_them() -> None:
    verdict = decide(_evaluation(gain=(-0.01, 0.005, 0.01), steps=6), CONFIG)
    assert "6 optimizer steps" in verdict.cause


def test_no_gain_after_many_steps_says_that_the_base_knows_it_already() -> None:
    assert "already" in decide(_evaluation(gain=(-0.01, 0.005, 0.01)), CONFIG).cause
