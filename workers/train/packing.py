"""Whether a model's attention keeps the rows of a packed sequence apart: measured, not assumed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch

from workers.train.data import Encoded, pack_rows

_PROBE_TOKENS = 24
"""Of each of two rows: enough to see a leak, small enough to cost nothing."""
_TOLERANCE = 0.02
"""Relative difference of logits that bf16 rounding explains; a leak moves them by more than ten times as
much."""


def keeps_rows_apart(model: Any, rows: Sequence[Encoded], limit: int) -> bool:
    """Whether the second row of a packed pair gets the logits it gets alone.

    Architectures without position-aware masks (state-space models, old attention code) fail this; their rows
    must not be packed.
    """
    half = min(_PROBE_TOKENS, limit // 2)
    long_enough = [row for row in rows if len(row.ids) > 1]
    if len(long_enough) < 2:
        return False
    pair = [Encoded(str(n), row.ids[:half], row.labels[:half]) for n, row in enumerate(long_enough[:2])]
    packed = pack_rows(pair, 2 * half)[0]
    # The longer row comes first in the pack.
    first, second = sorted(pair, key=lambda row: (-len(row.ids), row.id))
    together = _logits(model, packed.input_ids, packed.position_ids)[len(first.ids) :]
    alone = _logits(model, second.ids, tuple(range(len(second.ids))))
    return bool((together - alone).norm() <= _TOLERANCE * alone.norm())


def _logits(model: Any, ids: Sequence[int], positions: Sequence[int]) -> torch.Tensor:
    device = next(model.parameters()).device
    was_training = model.training
    model.eval()
    with torch.inference_mode():
        output = model(
            input_ids=torch.tensor([ids], device=device),
            position_ids=torch.tensor([positions], device=device),
            use_cache=False,
        )
    model.train(was_training)
    logits: torch.Tensor = output.logits[0].float()
    return logits
