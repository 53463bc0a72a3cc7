"""A document as numbers that duplicates are found by: hashes of its words on disk, a MinHash signature in memory.

Words are runs of letters and digits, case and punctuation aside, so that copies of a text that were only set otherwise
are the same numbers. Signatures are MinHash over word shingles (Broder 1997), made by rensa, of which 16 bits a value
are kept (b-bit minwise hashing, Li and König 2010).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

SHINGLE_WORDS = 3
"""With 5 words a copy with five words of a hundred changed shares half of its shingles; with 3 three quarters."""

BAND_VALUES = 4
BANDS = 64
"""64 bands of 4 values bring pairs of Jaccard similarity 0.57 (a word of ten changed) to comparison with probability
0.9992 and those of 0.46 with 0.95, those of 0.05 (two texts on one subject) with 0.0004."""

_SEED = 42
_SIGNED_AT_ONCE = 256
"""Documents whose words wait in memory to be signed together, which spares most of the calls."""

_MOST_REMEMBERED_WORDS = 500_000
"""Distinct words whose hashes are kept: some 60 MB when full, which plain prose never makes it."""

_WORD = re.compile(r"\w+")


def word_hashes(text: str) -> NDArray[np.uint32]:
    """One number for each word in order, the same on every machine."""
    import numpy as np

    words = _WORD.findall(text.casefold())
    if len(_hash_of) > _MOST_REMEMBERED_WORDS:
        _hash_of.clear()
    return np.fromiter(map(_hash_of.__getitem__, words), dtype=np.uint32, count=len(words))


class _Hashes(dict[str, int]):
    def __missing__(self, word: str) -> int:
        digest = hashlib.blake2b(word.encode("utf-8", "surrogatepass"), digest_size=4).digest()
        value = self[word] = int.from_bytes(digest, "little")
        return value


_hash_of = _Hashes()


def shingles(words: NDArray[np.uint32]) -> NDArray[np.uint64]:
    """The distinct hashes of all runs of `SHINGLE_WORDS` words, sorted; one for a text with fewer words."""
    import numpy as np

    return np.unique(runs(words, SHINGLE_WORDS))


def runs(words: NDArray[np.uint32], length: int) -> NDArray[np.uint64]:
    """The hash of each run of ``length`` words, in order; one for a text with fewer words."""
    import numpy as np

    words = _padded(words, length)
    count = len(words) - length + 1
    mixed = np.zeros(count, dtype=np.uint64)
    for place in range(length):
        mixed = (mixed ^ words[place : place + count]) * np.uint64(_ODD)
        mixed ^= mixed >> np.uint64(29)
    return mixed


def _padded(words: NDArray[np.uint32], length: int) -> NDArray[np.uint32]:
    import numpy as np

    return words if len(words) >= length else np.pad(words, (0, length - len(words)))


_ODD = 0x9E3779B97F4A7C15
"""2^64 over the golden ratio: multiplying by it spreads the bits (Knuth, The Art of Computer Programming, 6.4)."""


class Fingerprints:
    """Collects documents one by one; then gives their signatures, and the words of each from disk.

    In memory a document takes 0.5 kB, however long it is.
    """

    def __init__(self, scratch: Path) -> None:
        self._file = (scratch / "words.u32").open("w+b")
        self._ends = [0]
        self._waiting: list[NDArray[np.uint32]] = []
        self._signed: list[NDArray[np.uint16]] = []

    def __len__(self) -> int:
        return len(self._ends) - 1

    def __enter__(self) -> Fingerprints:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def add(self, words: NDArray[np.uint32]) -> bytes:
        """Keep a document's words under the next number; returns the key that only the same words give."""
        content = words.tobytes()
        self._file.write(content)
        self._ends.append(self._ends[-1] + len(words))
        self._waiting.append(words)
        if len(self._waiting) >= _SIGNED_AT_ONCE:
            self._sign()
        return hashlib.blake2b(content, digest_size=16).digest()

    def signatures(self) -> NDArray[np.uint16]:
        """One row a document: shape (documents, `BANDS` * `BAND_VALUES`)."""
        import numpy as np

        self._sign()
        return np.concatenate(self._signed) if self._signed else np.zeros((0, BANDS * BAND_VALUES), dtype=np.uint16)

    def words(self, number: int) -> NDArray[np.uint32]:
        """The words of a document, read from disk."""
        import numpy as np

        start, end = self._ends[number], self._ends[number + 1]
        self._file.seek(start * 4)
        return np.frombuffer(self._file.read((end - start) * 4), dtype=np.uint32)

    def _sign(self) -> None:
        if self._waiting:
            self._signed.append(signatures(self._waiting))
            self._waiting = []


def signatures(documents: Sequence[NDArray[np.uint32]]) -> NDArray[np.uint16]:
    """The MinHash signature of each document's shingles, the low 16 bits of each value."""
    import numpy as np
    from rensa import RMinHash

    texts = [_padded(words, SHINGLE_WORDS) for words in documents]
    ends = np.cumsum([len(text) for text in texts])
    hashes = runs(np.concatenate(texts), SHINGLE_WORDS)
    own = np.ones(len(hashes), dtype=bool)  # runs that begin at the end of a text go on into the next
    for back in range(1, SHINGLE_WORDS):
        own[ends[:-1] - back] = False
    rows = np.concatenate(([0], ends - (SHINGLE_WORDS - 1) * np.arange(1, len(ends) + 1))).astype(np.uint64)
    matrix = RMinHash.digest_matrix_from_flat_token_hashes(hashes[own], rows, BANDS * BAND_VALUES, _SEED)
    return np.array(matrix.to_rows(), dtype=np.uint32).astype(np.uint16)


def sharing(rows: NDArray[np.uint16]) -> Iterator[NDArray[np.int64]]:
    """For each band the group of each signature: the same number where the band is the same, -1 where it is alone."""
    import numpy as np

    bands = np.ascontiguousarray(rows).view(np.uint64)  # four values of 16 bits are one number
    for band in range(BANDS):
        _, group, count = np.unique(bands[:, band], return_inverse=True, return_counts=True)
        yield np.where(count[group] > 1, group, -1)
