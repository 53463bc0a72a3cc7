"""Chunks of training documents that repeat what is held out: the last check after whole works were kept together."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from workers.parse.curate.fingerprint import shingles

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

MOST_SHARED = 0.5
"""Share of a chunk's shingles that one held-out document may have as well. Of 5,600 chunks of 500 documents on quantum
computing 124 share more with a single chunk that is held out; texts on one subject share a tenth by chance."""

_COMMON = 1000
"""Shingles that more documents have ("one of the") are taken for shared with each, which saves following them all."""


class HeldOut:
    """The shingles of the documents that are held out and who has each: 12 bytes for each of them."""

    def __init__(self, documents: Iterable[NDArray[np.uint32]]) -> None:
        import numpy as np

        found = [shingles(words) for words in documents]
        every = np.concatenate(found) if found else np.zeros(0, dtype=np.uint64)
        order = np.argsort(every, kind="stable")
        self._shingles = every[order]
        self._owners = np.repeat(np.arange(len(found), dtype=np.int32), [len(own) for own in found])[order]

    def share(self, words: NDArray[np.uint32]) -> float:
        """The largest part of a text's shingles that one of the documents has too, 0 to 1."""
        import numpy as np

        own = shingles(words)
        first = np.searchsorted(self._shingles, own, side="left")
        holders = np.searchsorted(self._shingles, own, side="right") - first
        common = int((holders > _COMMON).sum())
        rare = (holders > 0) & (holders <= _COMMON)
        first, holders = first[rare], holders[rare]
        step = np.arange(holders.sum()) - np.repeat(np.cumsum(holders) - holders, holders)
        owners = self._owners[np.repeat(first, holders) + step]
        return (common + int(np.bincount(owners, minlength=1).max())) / len(own)
