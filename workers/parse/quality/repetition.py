"""Measures of what is said again and again (Rae et al. 2021, table A1), over words as numbers."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from typing import Any, NamedTuple

_RUN_WORDS = 8
"""Runs said before are counted from this length on; shorter ones come back in every manual."""
_PATCH_WORDS = (5, 12)
"""Runs said before, longer than a phrase and shorter than a sentence, are what a Markov chain is sewn from."""
_TOP_WORDS = (2, 4)
_WINDOW_WORDS = 100
_COMPRESSED_BYTES = 65_536
_MIN_LINE_CHARACTERS = 16
"""Shorter lines ("Example:") come back in good texts."""
_MIXER = 0x9E3779B97F4A7C15
"""Fibonacci hashing (Knuth, TAOCP 3, 6.4)."""


class Repetition(NamedTuple):
    """How much is repeated, each 0 to 1."""

    lines: float
    """Characters in lines that were said before."""
    runs: float
    """Words in runs of eight that were said before."""
    patches: float
    """Words in runs of five that were said before, but in none of twelve."""
    phrase: float
    """Letters in the most frequent phrase of two words, or of four, but for the first time it is said."""
    distinct: float
    """Different words in windows of a hundred words, mean."""
    compressed: float
    """Bytes left by DEFLATE (level 1), of the first 64 KiB."""


def repetition(lines: Sequence[str], words: Any, lengths: Any, scale: int) -> Repetition:
    """All measures of a text.

    ``words`` are its words as numbers from 0, in order, ``lengths`` the letters of each number; a word of the rules
    above is ``scale`` of them.
    """
    words = words.astype("uint64")
    return Repetition(
        lines=_repeated_lines(lines),
        runs=float(_in_repeated_runs(words, _RUN_WORDS * scale).mean()),
        patches=_patches(words, scale),
        phrase=max(_top_phrase(words, lengths[words], count * scale) for count in _TOP_WORDS),
        distinct=_distinct(words, _WINDOW_WORDS * scale),
        compressed=_compressed(lines),
    )


def _repeated_lines(lines: Sequence[str]) -> float:
    seen: set[str] = set()
    repeated = total = 0
    for line in lines:
        total += len(line)
        if len(line) >= _MIN_LINE_CHARACTERS:
            if line in seen:
                repeated += len(line)
            seen.add(line)
    return repeated / max(1, total)


def _in_repeated_runs(words: Any, count: int) -> Any:
    """Whether each word stands in a run of this length that was said before."""
    import numpy as np

    grams = _grams(words, count)
    edges = np.zeros(len(words) + 1, dtype=np.int64)
    if len(grams):
        order = np.argsort(grams, kind="stable")
        again = np.zeros(len(grams), dtype=bool)
        again[order[1:]] = grams[order[1:]] == grams[order[:-1]]
        starts = np.flatnonzero(again)
        edges[starts] += 1
        edges[starts + count] -= 1
    return np.cumsum(edges)[:-1] > 0


def _patches(words: Any, scale: int) -> float:
    short, long = (_in_repeated_runs(words, count * scale) for count in _PATCH_WORDS)
    return float((short & ~long).mean())


def _top_phrase(words: Any, lengths: Any, count: int) -> float:
    import numpy as np

    grams = _grams(words, count)
    if not len(grams):
        return 0.0
    _, firsts, times = np.unique(grams, return_index=True, return_counts=True)
    ends = np.concatenate([[0], np.cumsum(lengths)])
    letters = ends[firsts + count] - ends[firsts]
    return min(1.0, float(np.max((times - 1) * letters) / max(1, ends[-1])))


def _distinct(words: Any, window: int) -> float:
    starts = range(0, max(1, len(words) - window + 1), window)
    listed = words.tolist()
    shares = [len(set(part)) / len(part) for start in starts if (part := listed[start : start + window])]
    return sum(shares) / len(shares)


def _compressed(lines: Sequence[str]) -> float:
    content = "\n".join(lines)[:_COMPRESSED_BYTES].encode("utf-8", "replace")[:_COMPRESSED_BYTES]
    return min(1.0, len(zlib.compress(content, 1)) / max(1, len(content)))


def _grams(words: Any, count: int) -> Any:
    """One number for each run of this many words."""
    import numpy as np

    length = max(0, len(words) - count + 1)
    grams = np.zeros(length, dtype=np.uint64)
    for offset in range(count):
        grams = grams * np.uint64(_MIXER) + words[offset : offset + length] + np.uint64(1)
    return grams
