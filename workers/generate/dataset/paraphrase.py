"""Whether two near questions ask the same: every name, number and word of weight of one has its like in the other."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from itertools import takewhile
from typing import TYPE_CHECKING

from workers.generate.dataset.question import Question, swapped, unmatched

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

SYNONYM_SIMILARITY = 0.42
"""Cosine of two words from which one may stand for the other."""

_WORD_BEHIND_PREFIX = 6
"""Letters at their ends that two words share when they differ in a prefix: endings such as -ation are shorter."""

_REMEMBERED = 65_536


def is_paraphrase(first: Question, second: Question) -> bool:
    """Whether the questions ask the same thing about the same things, given that their embeddings are near.

    They do not when they differ in what kind of answer they ask for, in a number, a symbol, a name, a negation or an
    obligation, when one has content without a like in the other, or when they swap their content.
    """
    if first.kind != second.kind:
        return False
    left, right = unmatched(first, second), unmatched(second, first)
    if not left and not right:
        return not swapped(first, second)
    if not left or not right or not first.names.isdisjoint(left) or not second.names.isdisjoint(right):
        return False
    return _have_likes(left.values(), right.values()) and _have_likes(right.values(), left.values())


def _have_likes(words: Iterable[str], others: Iterable[str]) -> bool:
    return all(any(_alike(*sorted((word, other))) for other in others) for word in words)


@lru_cache(_REMEMBERED)
def _alike(first: str, second: str) -> bool:
    return not _differ_in_prefix(first, second) and float(_vector(first) @ _vector(second)) >= SYNONYM_SIMILARITY


def _differ_in_prefix(first: str, second: str) -> bool:
    """Whether a prefix makes the one the contrary of the other: (un)supervised, pre- and postprocessing, hypo- and
    hypertension; a single letter, as in organi(s|z)ations, makes none."""
    if first.endswith(second) or second.endswith(first):
        return True
    start, end = _shared(first, second), _shared(first[::-1], second[::-1])
    return end >= _WORD_BEHIND_PREFIX and max(len(first), len(second)) - end - start > 1


def _shared(first: str, second: str) -> int:
    """How many letters both begin with."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(first, second, strict=False)))


@lru_cache(_REMEMBERED)
def _vector(word: str) -> NDArray[np.float32]:
    from workers.embedding import embed

    vector: NDArray[np.float32] = embed([word])[0]
    return vector
