"""How many examples a chunk carries."""

from __future__ import annotations

from workers.generate.context.record import Context
from workers.generate.plan.fitness import facts

WORDS_OF_DENSE_TEXT = 18
"""A sentence of so many words, each of them dense, is a fact to ask for."""
LEAST_DENSE = 0.35
"""What loose talk counts beside dense text: it says something as well, in three times the words."""
TOLD = 0.5
"""What a word counts in sentences that speak as the author to the reader, or set a task."""
WORDS_OF_ITEM = 40
"""In lists and tables beside the sentences; they are asked for together."""


def examples_carried(context: Context, most: int) -> int:
    """By length and density, at most ``most``; for chunks that are not thin. 0 where an author talks or sets a task and
    nothing is stated, which is fit to be read on and not to be asked about.
    """
    if not (context.expository_words or context.stated_items or context.tables or facts(context)):
        return 0
    told = context.prose_words - context.expository_words
    said = context.expository_words + TOLD * told
    dense = said * (LEAST_DENSE + (1 - LEAST_DENSE) * context.density)
    beside = max(0, context.words - context.prose_words) if context.list_items or context.tables else 0
    return max(1, min(most, round(dense / WORDS_OF_DENSE_TEXT + beside / WORDS_OF_ITEM / 2)))
