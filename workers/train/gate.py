"""The gate: from an evaluation to ship or not, with the likely cause and the next step. Pure."""

from __future__ import annotations

from agent.job.evaluation import Accuracy, Criterion, Evaluation, Perplexity, TrainingSummary, Verdict
from agent.spec import EvaluateConfig

_FEW_STEPS = 20
"""Below this, too little training is the likeliest cause of a missing gain; it is no bar to shipping."""
_OVERFIT = 1.02
"""Last over best validation loss from which we say that the training went on too long."""


def decide(evaluation: Evaluation, config: EvaluateConfig) -> Verdict:
    """Ship when every criterion passes; what could not be measured does not pass, except accuracy without
    questions.
    """
    criteria = [_perplexity_criterion(evaluation.perplexity, config)]
    if evaluation.accuracy is not None:
        criteria.append(_accuracy_criterion(evaluation.accuracy, config))
    if all(criterion.passed for criterion in criteria):
        return Verdict(ship=True, criteria=tuple(criteria))
    cause, next_step = _diagnosis(evaluation, config)
    return Verdict(ship=False, criteria=tuple(criteria), cause=cause, next_step=next_step)


def _perplexity_criterion(found: Perplexity | None, config: EvaluateConfig) -> Criterion:
    name, threshold = "perplexity_gain", config.min_perplexity_gain
    asked = f"Held-out perplexity must fall by at least {threshold:.1%} beyond noise"
    if found is None:
        return Criterion(
            name=name, value=None, threshold=threshold, passed=False,
            sentence=f"{asked}; there was no held-out text to measure it on.",
        )  # fmt: skip
    interval = found.gain_interval
    moved = "fell" if found.gain >= 0 else "rose"
    return Criterion(
        name=name,
        value=found.gain,
        interval=interval,
        threshold=threshold,
        passed=interval.low >= threshold,
        sentence=(
            f"{asked}; it {moved} from {found.base:.2f} to {found.tuned:.2f}, "
            f"by {found.gain:.1%} (interval {interval.low:.1%} to {interval.high:.1%})."
        ),
    )


def _accuracy_criterion(found: Accuracy, config: EvaluateConfig) -> Criterion:
    interval, allowed = found.gain_interval, config.max_accuracy_loss
    return Criterion(
        name="accuracy_change",
        value=found.gain,
        interval=interval,
        threshold=-allowed,
        passed=interval.high >= -allowed,
        sentence=(
            f"Question accuracy must not surely fall by more than {allowed:.1%}; "
            f"it went from {found.base:.1%} to {found.tuned:.1%} "
            f"(interval of the change {interval.low:+.1%} to {interval.high:+.1%})."
        ),
    )


def _diagnosis(evaluation: Evaluation, config: EvaluateConfig) -> tuple[str, str]:
    """The first cause, most specific first, that the figures support."""
    training, found, accuracy = evaluation.training, evaluation.perplexity, evaluation.accuracy
    if found is None:
        return "No document was held out for the test.", "Add documents, or raise curate.test_share."
    if _went_on_too_long(training):
        return (
            f"The validation loss rose again, from {training.best_eval_loss:.3f} "
            f"to {training.last_eval_loss:.3f}: the model began to learn the rows by heart.",
            "Lower train.epochs or train.learning_rate, or add documents.",
        )
    if found.gain_interval.high < 0:
        return (
            "The tuned model predicts held-out text worse than the base: the rate was too high, "
            "or the rows are unlike the held-out documents.",
            "Lower train.learning_rate, and read some rows of the clear artifact.",
        )
    if found.gain >= config.min_perplexity_gain > found.gain_interval.low:
        return (
            f"The gain of {found.gain:.1%} is within the noise of {found.documents} held-out documents "
            f"and {found.tokens} tokens.",
            "Add documents, or raise curate.test_share or evaluate.max_perplexity_tokens.",
        )
    if found.gain_interval.low < config.min_perplexity_gain and training.steps < _FEW_STEPS:
        return (
            f"Only {training.steps} optimizer steps on {training.tokens} tokens were made.",
            "Add documents, or raise train.epochs.",
        )
    if accuracy is not None and accuracy.gain_interval.high < -config.max_accuracy_loss:
        return (
            "The model answers fewer held-out questions rightly than before.",
            "Raise the share of questions (generate.max_examples_per_chunk), or lower train.learning_rate.",
        )
    return (
        "The base model already predicts such text about as well.",
        "Use it as it is, add documents it does not know, or raise train.lora_rank and train.epochs.",
    )


def _went_on_too_long(training: TrainingSummary) -> bool:
    if training.best_eval_loss is None or training.last_eval_loss is None:
        return False
    return training.last_eval_loss > _OVERFIT * training.best_eval_loss
