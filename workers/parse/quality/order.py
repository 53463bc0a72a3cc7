"""Measures of whether words stand in an order that a writer gave them: shuffled text has none.

Real text goes one way: "of the" is frequent and "the of" is not, no word of grammar follows itself, sentences begin
with a capital. Which words are grammar is taken from the language's list of frequent words; nothing else asks for it.
"""

from __future__ import annotations

from typing import Any, NamedTuple

_FREQUENT_WORDS = 12
_PRIOR_PAIRS = 6
"""Pairs that go one way, added before counting, so that few pairs say little."""
_MIN_DOUBLES = 2
_MIN_STARTS = 5


class Order(NamedTuple):
    """How disorderly the words are, each 0 to 1; 0 where a text is too short to say."""

    reversed: float
    """Neighbours among the text's twelve most frequent words of grammar whose reverse is as usual, as a share of those
    that chance would give: of n neighbours that may go either way, n - sqrt(2n/pi) are matched by a reverse (mean
    absolute deviation of the binomial), so that a long text is held to the same as a short one."""
    doubled: float
    """Words of grammar said twice in a row, among all words."""


def order(words: Any, grammar: Any, joined: Any) -> Order:
    """The measures.

    ``words`` are the text's words as numbers, in order; ``grammar`` says of each of them whether it is a word of
    grammar of two letters or more, ``joined`` of each but the last whether the next one stands in its line.
    """
    import numpy as np

    known, counts = np.unique(words[grammar], return_counts=True)
    frequent = np.sort(known[np.argsort(-counts, kind="stable")[:_FREQUENT_WORDS]])
    size = len(frequent)
    if not size:
        return Order(0.0, 0.0)
    places = np.minimum(np.searchsorted(frequent, words), size - 1)
    is_frequent = frequent[places] == words
    inside = is_frequent[:-1] & is_frequent[1:] & joined
    pairs = np.bincount(places[:-1][inside] * size + places[1:][inside], minlength=size * size).reshape(size, size)
    upper = np.triu_indices(size, 1)
    either_way = (pairs + pairs.T)[upper]
    by_chance = np.maximum(0.0, either_way - np.sqrt(2 * either_way / np.pi)).sum()
    both_ways = 2 * np.minimum(pairs, pairs.T)[upper].sum()
    same = np.trace(pairs)
    doubles = int(((words[:-1] == words[1:]) & grammar[1:] & joined).sum())
    return Order(
        reversed=float((both_ways + same) / (by_chance + same + _PRIOR_PAIRS)),
        doubled=doubles / len(words) if doubles >= _MIN_DOUBLES else 0.0,
    )


def uncapitalised(ends: Any, small: Any) -> float:
    """Share of sentences that begin with a small letter; 0 where there are too few.

    ``ends`` says of each token in order whether it ends a sentence, ``small`` whether it begins so.
    """
    after = ends[:-1]
    starts = int(after.sum())
    return float((after & small[1:]).sum() / starts) if starts >= _MIN_STARTS else 0.0
