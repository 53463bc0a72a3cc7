"""Likelihoods and greedy answers of a loaded model. Only child processes import this module."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch.nn.functional import cross_entropy

from workers.train.base_model import most_positions
from workers.train.data import IGNORED, Encoded

_BATCH_TOKENS = 1024
"""Tokens in one forward pass: 0.2 GB of fp32 logits with a vocabulary of 49,152."""


def negative_log_likelihoods(
    model: Any, rows: Sequence[Encoded], *, padding: int, progress: Callable[[int], None]
) -> list[float]:
    """Sum over each row's targets, in nats, in the order given; ``progress`` is called with rows done.

    Rows of similar length go together. Padding comes last, where causal attention never looks at it.
    """
    sums = [0.0] * len(rows)
    device = next(model.parameters()).device
    done = 0
    for batch in _batches(rows):
        longest = len(rows[batch[0]].ids)
        ids = torch.tensor([[*rows[n].ids, *[padding] * (longest - len(rows[n].ids))] for n in batch], device=device)
        labels = torch.tensor(
            [[*rows[n].labels, *[IGNORED] * (longest - len(rows[n].ids))] for n in batch], device=device
        )
        with torch.inference_mode():
            logits = model(input_ids=ids, use_cache=False).logits[:, :-1]
            wanted = labels[:, 1:] != IGNORED
            losses = torch.zeros(wanted.shape, device=device)
            losses[wanted] = cross_entropy(logits[wanted].float(), labels[:, 1:][wanted], reduction="none")
        for n, total in zip(batch, losses.sum(dim=1).tolist(), strict=True):
            sums[n] = total
        done += len(batch)
        progress(done)
    return sums


def greedy_answers(model: Any, tokenizer: Any, prompts: Sequence[str], *, bare: bool, new_tokens: int) -> list[str]:
    """The likeliest continuation of each prompt, without special tokens."""
    if not prompts:
        return []
    tokenizer.padding_side = "left"
    batch = tokenizer(list(prompts), return_tensors="pt", padding=True, add_special_tokens=bare)
    device = next(model.parameters()).device
    ids, mask = batch["input_ids"].to(device), batch["attention_mask"].to(device)
    with torch.inference_mode():
        output = model.generate(
            input_ids=ids, attention_mask=mask, do_sample=False, pad_token_id=tokenizer.pad_token_id,
            max_length=most_positions(model, ids.shape[1] + new_tokens),
        )  # fmt: skip
    texts: list[str] = tokenizer.batch_decode(output[:, ids.shape[1] :], skip_special_tokens=True)
    return [text.strip() for text in texts]


def _batches(rows: Sequence[Encoded]) -> list[list[int]]:
    """Indices of rows, longest first, in groups that hold at most _BATCH_TOKENS with their padding."""
    order = sorted((n for n in range(len(rows)) if rows[n].targets), key=lambda n: -len(rows[n].ids))
    groups: list[list[int]] = []
    for n in order:
        if groups and (len(groups[-1]) + 1) * len(rows[groups[-1][0]].ids) <= _BATCH_TOKENS:
            groups[-1].append(n)
        else:
            groups.append([n])
    return groups
