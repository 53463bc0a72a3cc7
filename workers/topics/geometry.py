"""Phrases of one subject as directions: what they share with it is taken out, so that they can be told apart."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from workers.topics.wording import form

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_LEAST_SIZE = 0.05
"""Singular value under which a direction is a rounding error: words of the subject that are embedded alike."""

_TINY = 1e-12
"""Keeps the zero vector, of a text without tokens, at zero."""


def unit(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """Each row at length 1; shape (n, d)."""
    import numpy as np

    rows: NDArray[np.float32] = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), np.float32(_TINY))
    return rows


def own_plane(subject: str) -> NDArray[np.float32]:
    """Orthonormal rows, shape (k, 256), that span the subject's words: one direction for all of them would leave what
    "quantum gates" and "quantum noise" share in them.

    Raises:
        MissingDependency: the embedding package is not installed.
    """
    import numpy as np

    from workers.embedding import embed

    vectors = embed([subject, *subject.split()])
    _, sizes, rows = np.linalg.svd(vectors, full_matrices=False)
    plane: NDArray[np.float32] = rows[sizes > _LEAST_SIZE]
    return plane


def beside(vectors: NDArray[np.float32], plane: NDArray[np.float32]) -> NDArray[np.float32]:
    """Unit vectors of what is left of each row when the subject's directions (`own_plane`) are taken out."""
    import numpy as np

    return unit(vectors - np.matmul(vectors @ plane.T, plane, dtype=np.float32))


def directions(phrases: Sequence[str], subject: str) -> NDArray[np.float32]:
    """A unit vector for each phrase, the subject's words and directions taken out; shape (n, 256).

    Raises:
        MissingDependency: the embedding package is not installed.
    """
    from workers.embedding import embed

    own = frozenset(form(subject))
    told = [" ".join(word for word in phrase.split() if not own.issuperset(form(word))) or phrase for phrase in phrases]
    return beside(embed(told), own_plane(subject))
