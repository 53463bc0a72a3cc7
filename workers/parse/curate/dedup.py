"""Exact and near duplicates among documents: the better one stays, the other says which one it repeats.

Near duplicates are found by MinHash over word shingles with locality-sensitive hashing (Broder 1997), by rensa.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from typing import NamedTuple

from agent.job.records import Document

_SHINGLE_WORDS = 3
"""Measured with planted copies: with 3-word shingles three changed words in a hundred are still found; with 5-word ones
a third of those copies is missed."""

_PERMUTATIONS = 128
"""A Jaccard estimate from 128 permutations has a standard error of at most 0.044."""

_BANDS = 32
"""32 bands of 4 rows bring pairs of similarity 0.5 to comparison with probability 0.87, those of 0.7 with 0.9998."""

_CANDIDATE_SIMILARITY = 0.5
_SEED = 42
_WORD = re.compile(r"\w+")


class Duplicate(NamedTuple):
    """A document that repeats another: why it goes and whom it repeats."""

    document: Document
    reason: str
    """``exact_duplicate`` or ``near_duplicate``"""
    of: Document
    similarity: float
    """Estimated Jaccard similarity of the shingles, 1 for exact duplicates."""


def deduplicated(documents: Sequence[Document], near_similarity: float) -> tuple[list[Document], list[Duplicate]]:
    """The documents that stay, and those that repeat one of them, both in order of score (high first) and URL.

    Deterministic: depends on the documents alone, not on their order.
    """
    ordered = sorted(documents, key=lambda document: (-document.score, document.url, document.id))
    distinct, duplicates = _without_exact(ordered)
    kept, near = _without_near(distinct, near_similarity)
    return kept, duplicates + near


def _without_exact(documents: Sequence[Document]) -> tuple[list[Document], list[Duplicate]]:
    first: dict[str, Document] = {}
    duplicates = []
    for document in documents:
        key = hashlib.sha256(" ".join(_words(document)).encode()).hexdigest()
        original = first.setdefault(key, document)
        if original is not document:
            duplicates.append(Duplicate(document, "exact_duplicate", original, 1.0))
    return list(first.values()), duplicates


def _without_near(documents: Sequence[Document], near_similarity: float) -> tuple[list[Document], list[Duplicate]]:
    from rensa import RMinHash, RMinHashLSH

    index = RMinHashLSH(threshold=_CANDIDATE_SIMILARITY, num_perm=_PERMUTATIONS, num_bands=_BANDS)
    kept: list[Document] = []
    signatures: list[RMinHash] = []
    duplicates = []
    for document in documents:
        signature = RMinHash(num_perm=_PERMUTATIONS, seed=_SEED)
        signature.update(_shingles(document))
        similar = [(signature.jaccard(signatures[number]), -number) for number in index.query(signature)]
        similarity, number = max(similar, default=(0.0, 0))
        if similarity >= near_similarity:
            duplicates.append(Duplicate(document, "near_duplicate", kept[-number], similarity))
        else:
            index.insert(len(kept), signature)
            kept.append(document)
            signatures.append(signature)
    return kept, duplicates


def _words(document: Document) -> list[str]:
    """The words of a document, case and punctuation aside."""
    return _WORD.findall(document.text.casefold())


def _shingles(document: Document) -> list[str]:
    words = _words(document)
    starts = range(max(1, len(words) - _SHINGLE_WORDS + 1))
    return sorted({" ".join(words[start : start + _SHINGLE_WORDS]) for start in starts})
