"""Whether a model's attention keeps the rows of a packed sequence apart: measured, not assumed."""

from __future__ import annotations

from typing import Any

import torch

_ROW_TOKENS = 24
"""Of each of two random rows: enough to see a leak, small enough to cost nothing."""
_SHARE_OF_LEAK = 0.25
"""Part of a leak's effect that rounding may reach: measured 0.03 of it in bf16, a millionth of it in fp32."""


def keeps_rows_apart(model: Any) -> bool:
    """Whether the second row of a packed pair gets the logits it gets alone.

    The yardstick is the same pair without position ids that start again, where the rows do see each other.
    Architectures without position-aware masks (state-space models, old attention code) fail this; their rows
    must not be packed.
    """
    generator = torch.Generator().manual_seed(0)
    pair = torch.randint(model.config.vocab_size, (2 * _ROW_TOKENS,), generator=generator)
    positions = torch.arange(_ROW_TOKENS)
    was_training = model.training
    model.eval()
    alone = _logits(model, pair[_ROW_TOKENS:], positions)
    apart = _logits(model, pair, positions.repeat(2))[_ROW_TOKENS:]
    mixed = _logits(model, pair, torch.arange(2 * _ROW_TOKENS))[_ROW_TOKENS:]
    model.train(was_training)
    return bool((apart - alone).norm() < _SHARE_OF_LEAK * (mixed - alone).norm())


def _logits(model: Any, ids: torch.Tensor, positions: torch.Tensor) -> torch.Tensor:
    device = next(model.parameters()).device
    with torch.inference_mode():
        output = model(input_ids=ids.unsqueeze(0).to(device), position_ids=positions.unsqueeze(0).to(device))
    logits: torch.Tensor = output.logits[0].float()
    return logits
