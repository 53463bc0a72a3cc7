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
_PRIOR_WORDS, _PRIOR_LETTERS = 60, 300
"""Said once, added before shares are taken: names come back in a page of sixty words."""
_COMPRESSED_BYTES = 65_536
_MIN_LINE_CHARACTERS = 16
"""Shorter lines ("Example:") come back in good texts."""
_MIXER = 0x9E3779B97F4A7C15
"""Fibonacci hashing (Knuth, TAOCP 3, 6.4)."""
_PLACE_BITS = 20
"""Sorted beside 44 bits of hash: a judged text has at most 300,000 tokens."""


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


def repetition(lines: Sequence[str], words: Any, letters: Any, scale: int) -> Repetition:
    """All measures of a text.

    ``words`` are its words as numbers, in order, ``letters`` the length of each; a word of the rules above is ``scale``
    of them.
    """
    words = words.astype("uint64")
    return Repetition(
        lines=_repeated_lines(lines),
        runs=_share(_in_repeated_runs(words, _RUN_WORDS * scale), scale),
        patches=_patches(words, scale),
        phrase=max(_top_phrase(words, letters, count * scale) for count in _TOP_WORDS),
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

    runs, places = _runs(words, count)
    edges = np.zeros(len(words) + 1, dtype=np.int64)
    starts = places[1:][runs[1:] == runs[:-1]]
    edges[starts] += 1
    edges[starts + count] -= 1
    return np.cumsum(edges)[:-1] > 0


def _patches(words: Any, scale: int) -> float:
    short, long = (_in_repeated_runs(words, count * scale) for count in _PATCH_WORDS)
    return _share(short & ~long, scale)


def _share(marked: Any, scale: int) -> float:
    return float(marked.sum() / (len(marked) + _PRIOR_WORDS * scale))


def _top_phrase(words: Any, letters: Any, count: int) -> float:
    import numpy as np

    runs, places = _runs(words, count)
    if not len(runs):
        return 0.0
    firsts = np.concatenate([[0], np.flatnonzero(runs[1:] != runs[:-1]) + 1])
    times = np.diff(np.concatenate([firsts, [len(runs)]]))
    ends = np.concatenate([[0], np.cumsum(letters)])
    lengths = ends[places[firsts] + count] - ends[places[firsts]]
    return min(1.0, float(np.max((times - 1) * lengths) / (_PRIOR_LETTERS + ends[-1])))


def _distinct(words: Any, window: int) -> float:
    starts = range(0, max(1, len(words) - window + 1), window)
    listed = words.tolist()
    shares = [len(set(part)) / len(part) for start in starts if (part := listed[start : start + window])]
    return sum(shares) / len(shares)


def _compressed(lines: Sequence[str]) -> float:
    content = "\n".join(lines)[:_COMPRESSED_BYTES].encode("utf-8", "replace")[:_COMPRESSED_BYTES]
    return min(1.0, len(zlib.compress(content, 1)) / max(1, len(content)))


def _runs(words: Any, count: int) -> tuple[Any, Any]:
    """A number for each run of this many words, sorted, and where each begins; equal ones in order of place."""
    import numpy as np

    hashes, length = words + np.uint64(1), 1
    while length < count:  # a run is hashed from two shorter ones, of which the second is the end of the first
        step = min(length, count - length)
        hashes = hashes[:-step] * np.uint64(_MIXER) + (hashes[step:] ^ (hashes[step:] >> np.uint64(29)))
        hashes = hashes * np.uint64(_MIXER)
        length += step
    keys = np.sort(
        (hashes >> np.uint64(_PLACE_BITS) << np.uint64(_PLACE_BITS)) | np.arange(len(hashes), dtype=np.uint64)
    )
    return keys >> np.uint64(_PLACE_BITS), (keys & np.uint64((1 << _PLACE_BITS) - 1)).astype(np.int64)
