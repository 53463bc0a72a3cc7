"""Chooses the training queue: the smallest memory class that holds the job. Pure.

The estimate is deliberately coarse and errs upwards; the train pool refines it when it knows the real shapes.
"""

from __future__ import annotations

import math

from agent.contract import MEMORY_CLASSES_GB, train_queue
from agent.errors import InvalidSpec
from agent.job.model import ModelFacts
from agent.spec import TrainConfig

_GB = 1e9
_BYTES_PER_WEIGHT = 2
"""bf16 weights."""
_FULL_BYTES_PER_TRAINED_WEIGHT = 14
"""fp32 master weight and two AdamW moments (12 bytes) and a bf16 gradient (2 bytes)."""
_ACTIVATION_BYTES_PER_TOKEN_PER_SQRT_WEIGHT = 60.0
"""Activations of one token grow about with layers x width, which grows a little faster than the square root of the
number of weights; the factor is chosen so that SmolLM2-135M at 4 x 256 tokens comes out at its measured 0.7 GB."""


def needed_bytes(model: ModelFacts, train: TrainConfig) -> float:
    """Estimated peak bytes of accelerator memory for training this model this way."""
    weights = model.parameters * _BYTES_PER_WEIGHT
    trained = model.parameters * _FULL_BYTES_PER_TRAINED_WEIGHT if train.method == "full" else weights * 0.2
    tokens = train.micro_batch_sequences * train.sequence_length
    activations = tokens * _ACTIVATION_BYTES_PER_TOKEN_PER_SQRT_WEIGHT * math.sqrt(model.parameters)
    return weights + trained + activations


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
