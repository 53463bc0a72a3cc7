"""Pairs of near vectors among very many, without holding their whole table of cosines."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_ROWS = 2048
_COLUMNS = 8192
"""Cosines of so many rows and columns are held at once: 64 MiB."""


def near_pairs(
    vectors: NDArray[np.float32],
    similarity: float,
    against: NDArray[np.float32] | None = None,
    tick: Callable[[], object] = lambda: None,
) -> Iterator[tuple[int, list[tuple[int, float]]]]:
    """Each row of unit ``vectors``, shape (n, d), in order, that has neighbours, with them and their cosines.

    Neighbours are the earlier rows (or, when given, all rows of ``against``) with a cosine of ``similarity`` or more,
    the lowest row first.
    """
    import numpy as np

    for top in range(0, len(vectors), _ROWS):
        tick()
        rows = vectors[top : top + _ROWS]
        others = vectors[: top + len(rows)] if against is None else against
        found: dict[int, list[tuple[int, float]]] = {}
        for left in range(0, len(others), _COLUMNS):
            cosines = rows @ others[left : left + _COLUMNS].T
            # Over the flat table, finding the few places takes a tenth of the time it takes in two dimensions.
            for place in np.flatnonzero(cosines >= similarity):
                row, column = divmod(int(place), cosines.shape[1])
                if against is not None or left + column < top + row:
                    found.setdefault(int(row), []).append((int(left + column), float(cosines[row, column])))
        for row in sorted(found):
            yield top + row, found[row]
