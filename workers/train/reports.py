"""What parent and child hand each other: configuration in, result out."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field

from agent.job.evaluation import ShownAnswer
from agent.job.model import ModelFacts
from agent.job.records import Record
from agent.spec import EvaluateConfig, TrainConfig


class LoopConfig(Record):
    """What the child needs; all paths are local."""

    facts: ModelFacts
    cache_dir: Path
    train_rows: Path = Field(description="Row records, one a line.")
    validation_rows: Path
    output: Path = Field(description="Gets model/ and metrics.jsonl.")
    checkpoints: Path
    resume_from: Path | None = None
    train: TrainConfig
    seed: int
    shard: str = Field(description="Names the places where tests order faults.")


class LoopResult(Record):
    """What came of the training."""

    method: str
    device: str
    precision: str
    steps: int
    tokens: int = Field(description="Useful tokens seen, all passes together.")
    tokens_per_s: float
    targets_per_pass: int = Field(description="Tokens the loss reads in one pass over the rows.")
    sequences: int
    fill: float = Field(description="Useful share of sequences * sequence length.")
    packed: bool = Field(description="False when the model's attention mixes packed rows, so none were packed.")
    rows_cut: int = Field(description="Rows longer than the sequence length.")
    refused: tuple[str, ...] = Field((), description="Ids of rows without a target within the sequence length.")
    train_loss: float
    first_eval_loss: float | None
    best_eval_loss: float | None
    last_eval_loss: float | None
    best_step: int = Field(description="Step whose weights were kept.")
    stopped_early: bool
    resumed_at: int = Field(description="Step of the checkpoint it went on from, 0 for a fresh start.")
    parameters: int
    trainable: int
    seconds: float
    peak_memory_mb: float


class EvaluationConfig(Record):
    """What the evaluating child needs; all paths are local."""

    facts: ModelFacts
    cache_dir: Path
    tuned: Path = Field(description="The train artifact's model folder.")
    method: str
    merged: bool = Field(description="Whether the adapter is measured merged, as it will be published.")
    heldout: Path = Field(description="Chunk records.")
    test_rows: Path = Field(description="Row records.")
    choices: Path = Field(description="Row records of multiple choice, of all held-out splits.")
    sequence_length: int
    evaluate: EvaluateConfig
    seed: int


class ChunkScore(Record):
    """Negative log-likelihood, in nats, of one chunk's tokens under both models."""

    chunk_id: str
    document_id: str
    tokens: int
    bytes: int
    base_nll: float
    tuned_nll: float


class QuestionScore(Record):
    """Whether each model finds the right answer likeliest, by mean log-likelihood a token."""

    row_id: str
    options: int
    base_right: bool
    tuned_right: bool


class Measurement(Record):
    """Everything the child measured, item by item; kept in the artifact for anyone to check the figures."""

    chunks: tuple[ChunkScore, ...]
    questions: tuple[QuestionScore, ...]
    answers: tuple[ShownAnswer, ...]
    device: str
    seconds: float
    peak_memory_mb: float


ADAPTER_FOLDER = "adapter"
"""Part of a published model folder that `PeftModel` loads."""


class PackagingConfig(Record):
    """What the packaging child needs; all paths are local."""

    facts: ModelFacts
    cache_dir: Path
    tuned: Path = Field(description="The train artifact's model folder.")
    method: str
    merge: bool
    output: Path = Field(description="The folder to make.")


class PackagingResult(Record):
    """What was made."""

    size_bytes: int
