"""Splits documents into train, validation and test before anything is made of them."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping

from agent.job.records import Split

MIN_DOCUMENTS = 3
"""One for each part: fewer cannot be split without testing on what was trained on."""


def split_works(
    tokens: Mapping[str, int], works: Mapping[str, str], *, validation_share: float, test_share: float, seed: int
) -> dict[str, Split]:
    """The part of each document id: documents of one work (id -> name of its work) belong to the same part.

    Raises:
        ValueError: fewer than three works.
    """
    size: Counter[str] = Counter()
    for id, work in works.items():
        size[work] += tokens[id]
    parts = split_documents(size, validation_share=validation_share, test_share=test_share, seed=seed)
    return {id: parts[work] for id, work in works.items()}


def split_documents(
    tokens: Mapping[str, int], *, validation_share: float, test_share: float, seed: int
) -> dict[str, Split]:
    """The part of each document id, with the shares met as nearly as whole documents allow, counted in tokens.

    Documents are taken in an order made from the seed and their ids, so that a document keeps its place in it when
    others come and go. Validation and test get at least one document each, and train at least one.

    Raises:
        ValueError: fewer than three documents.
    """
    if len(tokens) < MIN_DOCUMENTS:
        raise ValueError(f"{len(tokens)} documents cannot be split into three parts")
    order = sorted(tokens, key=lambda id: hashlib.sha256(f"{seed}:{id}".encode()).digest())
    total = sum(tokens.values())
    wanted = {Split.TEST: test_share * total, Split.VALIDATION: validation_share * total}
    parts = dict.fromkeys(order, Split.TRAIN)
    for left_for_others, (part, target) in zip((2, 1), wanted.items(), strict=True):
        free = [id for id in order if parts[id] is Split.TRAIN]
        parts.update(dict.fromkeys(_nearest(target, free, tokens, at_most=len(free) - left_for_others), part))
    return parts


def _nearest(target: float, free: list[str], tokens: Mapping[str, int], *, at_most: int) -> list[str]:
    """Documents in order, each of which brings their sum nearer to the target; at least one."""
    chosen: list[str] = []
    filled = 0
    for id in free:
        if len(chosen) < at_most and abs(filled + tokens[id] - target) < abs(filled - target):
            chosen.append(id)
            filled += tokens[id]
    # When every document is larger than twice the target, the smallest is the nearest.
    return chosen or [min(free, key=lambda id: tokens[id])]
