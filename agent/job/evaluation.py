"""What evaluation measures and what the gate says about it."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from agent.job.records import Record


class Interval(Record):
    """A bootstrap interval at the level the job asked for."""

    low: float
    high: float


class Perplexity(Record):
    """How well held-out text is predicted: exp of the mean negative log-likelihood; lower is better."""

    base: float = Field(description="Per token.")
    tuned: float = Field(description="Per token.")
    base_bits_per_byte: float = Field(description="Comparable between models with different tokenizers.")
    tuned_bits_per_byte: float
    gain: float = Field(description="1 - tuned/base: the relative fall, negative when it rose.")
    gain_interval: Interval
    tokens: int = Field(description="Tokens scored.")
    documents: int = Field(description="Held-out documents they come from.")
    resampled: Literal["document", "chunk"] = Field(
        description="What the bootstrap draws: documents, or chunks where there are too few documents."
    )


class Accuracy(Record):
    """How often the right answer is likelier than answers to other held-out questions."""

    base: float
    tuned: float
    base_above_chance: float = Field(description="(accuracy - chance) / (1 - chance): 0 is guessing.")
    tuned_above_chance: float
    chance: float = Field(description="Accuracy of guessing.")
    gain: float = Field(description="tuned - base.")
    gain_interval: Interval
    questions: int


class ShownAnswer(Record):
    """One held-out question answered by both models with greedy decoding, for a reader."""

    question: str
    reference: str
    base: str
    tuned: str
    url: str = ""


class TrainingSummary(Record):
    """What the gate needs to know of the training to name a likely cause."""

    method: str
    steps: int
    tokens: int = Field(description="Tokens seen, all passes together.")
    train_loss: float
    first_eval_loss: float | None = None
    best_eval_loss: float | None = None
    last_eval_loss: float | None = None


class Evaluation(Record):
    """Base against tuned on what neither was trained on."""

    perplexity: Perplexity | None = Field(None, description="None when no held-out text was there.")
    accuracy: Accuracy | None = Field(None, description="None with fewer than two held-out questions.")
    answers: tuple[ShownAnswer, ...] = ()
    training: TrainingSummary
    confidence: float = Field(description="Level of the intervals.")
    seconds: float = Field(description="Wall time of the measurement.")
    device: str


class Criterion(Record):
    """One thing the gate asks."""

    name: str
    value: float | None = Field(description="None when it could not be measured.")
    interval: Interval | None = None
    threshold: float
    passed: bool
    sentence: str = Field(description="What was asked and found, for a reader.")


class Verdict(Record):
    """What the gate says: ship, or not with the likely cause and what to do about it."""

    ship: bool
    criteria: tuple[Criterion, ...]
    cause: str = Field("", description="Likely cause of a refusal.")
    next_step: str = Field("", description="What would most likely help.")
