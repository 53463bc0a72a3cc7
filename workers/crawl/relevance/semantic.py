"""Part ``semantic``: how near a document's passages are to the subject in meaning."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def semantic(vectors: Sequence[NDArray[np.float32]], subject: str) -> list[float]:
    """The mean cosine of the better half of each text's passages with the subject, 0 to 1.

    This is what ``discover.min_relevance`` is compared with; `workers.embedding` says what its 0.2 was measured to do.
    """
    from workers.embedding import nearness

    return nearness(subject, vectors)
