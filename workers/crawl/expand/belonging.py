"""Whether a phrase that somebody suggested is one of the subject, judged by the texts about it."""

from __future__ import annotations

import re
from collections.abc import Sequence

NEAR_TEXTS = 0.25
"""Cosine to the nearest passage of the first results. Against 50 texts on quantum computing: "error correction" 0.77,
"ion trap" 0.53, "Josephson junction" 0.27; "password reset" 0.24, "tax law" 0.22, "sourdough bread" 0.17."""

NEAR_SUBJECT = 0.05
"""Cosine to the subject's name, where there are no texts to compare with; it only keeps out what is far off."""

_MOST_TEXTS = 50
_WINDOW_WORDS = 12
_LETTERS = re.compile(r"[^\W\d_]{2,}")


def belonging(phrases: Sequence[str], subject: str, texts: Sequence[str]) -> list[bool]:
    """For each phrase whether it belongs to the subject that the texts are about.

    Raises:
        MissingDependency: the embedding package is not installed.
    """
    if not phrases:
        return []
    from workers.embedding import embed

    vectors = embed(phrases)
    of_subject = vectors @ embed([subject])[0]
    runs = [_LETTERS.findall(text) for text in texts[:_MOST_TEXTS]]
    windows = [
        " ".join(run[start : start + _WINDOW_WORDS]) for run in runs for start in range(0, len(run), _WINDOW_WORDS)
    ]
    if not windows:
        return [float(near) >= NEAR_SUBJECT for near in of_subject]
    of_texts = (vectors @ embed(windows).T).max(axis=1)
    return [max(float(near), float(other)) >= NEAR_TEXTS for near, other in zip(of_texts, of_subject, strict=True)]
