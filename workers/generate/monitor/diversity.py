"""How varied texts are: lexical diversity, near repetitions, common openings. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

_WORD = re.compile(r"[^\W_]+")
MTLD_FLOOR = 0.72
"""Type-token ratio at which a factor ends (McCarthy & Jarvis 2010, "MTLD, vocd-D, and HD-D")."""
SAMPLED = 200
"""Texts of which each is held against those before it: enough to see one in a hundred, whatever the batch's size."""
SAME = 90.0
"""Of 100, by `rapidfuzz.fuzz.token_sort_ratio`: questions that differ in a word or two of twelve."""
_COMPARED_CHARS = 300
OPENING_WORDS = 3


def words(text: str) -> list[str]:
    """Its words in small letters."""
    return _WORD.findall(text.lower())


def mtld(tokens: Sequence[str]) -> float:
    """Mean length of runs of words whose type-token ratio stays above 0.72, forward and backward; 0 for no words.

    Unlike the type-token ratio it does not fall with the length of the text, so batches of any size compare.
    """
    return (_factors(tokens) + _factors(tokens[::-1])) / 2 if tokens else 0.0


def _factors(tokens: Sequence[str]) -> float:
    factors, start, types = 0.0, 0, set[str]()
    for place, token in enumerate(tokens):
        types.add(token)
        if len(types) / (place + 1 - start) <= MTLD_FLOOR:
            factors, start = factors + 1, place + 1
            types.clear()
    if start < len(tokens):
        factors += (1 - len(types) / (len(tokens) - start)) / (1 - MTLD_FLOOR)
    return len(tokens) / factors if factors else float(len(tokens))


def repeated(texts: Sequence[str]) -> float:
    """Share of the texts with nearly the same one before them, measured on `SAMPLED` of them, evenly taken."""
    import numpy as np
    from rapidfuzz import fuzz, process

    step = max(1, -(-len(texts) // SAMPLED))
    sample = [" ".join(words(text)[:60])[:_COMPARED_CHARS] for text in texts[::step]]
    if len(sample) < 2:
        return 0.0
    scores = process.cdist(sample, sample, scorer=fuzz.token_sort_ratio, score_cutoff=SAME)
    return float(np.tril(scores, -1).any(axis=1).mean())


def same_opening(texts: Sequence[str]) -> float:
    """Share of the other texts that begin as one does, with the most frequent three words: 0 for texts that all differ,
    also for few, and 1 for texts that are all alike."""
    openings = Counter(tuple(words(text)[:OPENING_WORDS]) for text in texts)
    return (openings.most_common(1)[0][1] - 1) / (len(texts) - 1) if len(texts) > 1 else 0.0
