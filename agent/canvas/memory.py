"""What a training needs in accelerator memory: a pure estimate from the size of the model and the settings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

_BF16 = 2
_FP32 = 4
_ADAM_STATES = 2 * _FP32
"""First and second moment, kept in fp32 for every trained weight."""
_LOGIT_BYTES = _BF16 + _FP32 + _FP32
"""A logit as the head gives it, as the loss reads it in fp32, and its gradient."""
_LAYER_BYTES_PER_UNIT = 34
"""Bytes kept per token and hidden unit of one layer for the backward pass, without attention scores:
Korthikanti et al. 2022, arXiv:2205.05198, equation 1; fused attention keeps no scores."""
_LARGE_VOCABULARY = 152_000
"""Of current multilingual models; taken where the vocabulary is unknown, as the error then is on the safe
side."""
_ASPECT = 128
"""Hidden size per layer of the common decoder shapes (Kaplan et al. 2020, arXiv:2001.08361, section 3.2)."""
_ADAPTER_UNITS_PER_LAYER = 25
"""Sum of inputs and outputs of a layer's seven linear maps over the hidden size, with a gated 8/3 wide
MLP."""
_RUNTIME_BYTES = 1_000_000_000
"""Libraries, kernels and allocator slack: an allowance, not a measurement."""


@dataclass(frozen=True)
class MemoryEstimate:
    """Bytes on one device."""

    weights: int
    gradients: int
    optimizer: int
    activations: int
    runtime: int = _RUNTIME_BYTES

    @property
    def total(self) -> int:
        """All of it, in bytes."""
        return self.weights + self.gradients + self.optimizer + self.activations + self.runtime


def estimate_memory(
    parameters: int,
    *,
    method: Literal["lora", "full"],
    sequence_length: int,
    micro_batch: int,
    lora_rank: int = 16,
    hidden: int | None = None,
    layers: int | None = None,
    vocabulary: int = _LARGE_VOCABULARY,
) -> MemoryEstimate:
    """Bytes for weights, gradients, AdamW and activations of one training process.

    LoRA keeps bf16 base weights and fp32 adapters; full tuning keeps fp32 weights under bf16 autocast. The
    shape is guessed from ``parameters`` where it is not given.
    """
    guessed_layers, guessed_hidden = _shape_of(parameters)
    layers, hidden = layers or guessed_layers, hidden or guessed_hidden
    tokens = sequence_length * micro_batch
    activations = tokens * (layers * hidden * _LAYER_BYTES_PER_UNIT + vocabulary * _LOGIT_BYTES)
    if method == "full":
        trained, frozen_bytes = parameters, 0
    else:
        trained, frozen_bytes = lora_rank * _ADAPTER_UNITS_PER_LAYER * hidden * layers, parameters * _BF16
    return MemoryEstimate(
        weights=frozen_bytes + trained * _FP32,
        gradients=trained * _FP32,
        optimizer=trained * _ADAM_STATES,
        activations=activations,
    )


def _shape_of(parameters: int) -> tuple[int, int]:
    """Layers and hidden size of a usual decoder of this size: parameters = 12 * layers * hidden**2."""
    hidden = (parameters * _ASPECT / 12) ** (1 / 3)
    return max(1, round(hidden / _ASPECT)), max(1, round(hidden))
