"""Chooses the training queue: the smallest memory class that holds the job. Pure."""

from __future__ import annotations

from agent.canvas.memory import estimate_memory
from agent.contract import MEMORY_CLASSES_GB, train_queue
from agent.errors import InvalidSpec
from agent.job.model import ModelFacts
from agent.spec import TrainConfig

_GB = 1e9


def needed_bytes(model: ModelFacts, train: TrainConfig) -> int:
    """Estimated peak bytes of accelerator memory for training this model this way."""
    return estimate_memory(
        model.parameters,
        method=train.method,
        sequence_length=train.sequence_length,
        micro_batch=train.micro_batch_sequences,
        lora_rank=train.lora_rank,
    ).total


def accelerator_queue(model: ModelFacts, train: TrainConfig) -> str:
    """The queue whose workers can all hold this job.

    Raises:
        InvalidSpec: no memory class is large enough for one device.
    """
    needed_gb = needed_bytes(model, train) / _GB
    for memory_gb in MEMORY_CLASSES_GB:
        if needed_gb <= memory_gb:
            return train_queue(train.accelerator, memory_gb)
    raise InvalidSpec(
        f"Tuning {model.name} by {train.method} needs about {needed_gb:.0f} GB on one device, "
        f"more than the largest class ({MEMORY_CLASSES_GB[-1]} GB).",
        next_step="Take method lora, a shorter sequence_length, smaller micro_batch_sequences or a smaller model.",
    )
