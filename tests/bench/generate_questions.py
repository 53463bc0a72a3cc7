"""100,000 questions made by rule, of which every twentieth asks again what an earlier one asks.

The words are drawn from the vocabulary of the embedding itself, so that two questions of different words are about
different things, which questions of a real job in one field are not: the figures tell speed and memory, and whether
what is planted is found; how well real paraphrases are told from neighbours is measured on written ones by the tests.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from functools import cache

PLANTED_SHARE = 0.05
_FORMS = (
    ("How does {0} {1} affect {2} {3}?", "What effect does {0} {1} have on {2} {3}?"),
    ("Why does {0} {1} depend on {2} {3}?", "For what reason does {0} {1} depend on {2} {3}?"),
    ("What is the difference between {0} {1} and {2} {3}?", "How do {0} {1} and {2} {3} differ?"),
    ("When was {0} {1} first used for {2} {3}?", "When did people first use {0} {1} for {2} {3}?"),
)
_LEAST_LETTERS = 6


@dataclass(frozen=True)
class Planted:
    """The questions, and of which earlier one each planted question is a repetition."""

    ids: list[str]
    texts: list[str]
    scores: list[float]
    same_words: dict[str, str]
    """Id -> id: other case, punctuation and filler words only."""
    rephrased: dict[str, str]


def questions(count: int, seed: int = 17) -> Planted:
    """So many questions in a random order."""
    dice, words = random.Random(seed), _words()
    made: list[tuple[str, str, float]] = []
    same_words: dict[str, str] = {}
    rephrased: dict[str, str] = {}
    while len(made) < count:
        first, second = dice.choice(_FORMS)
        content = [dice.choice(words) for _ in range(4)]
        original = f"q{len(made):06d}"
        made.append((original, first.format(*content), round(0.8 + dice.random() / 10, 4)))
        if dice.random() < PLANTED_SHARE and len(made) < count:
            again, alike = f"q{len(made):06d}", dice.random() < 0.5
            text = first.format(*content).lower().replace("?", " ?") if alike else second.format(*content)
            made.append((again, text, 0.7))
            (same_words if alike else rephrased)[again] = original
    dice.shuffle(made)
    ids, texts, scores = (list(column) for column in zip(*made, strict=True))
    return Planted(ids, texts, scores, same_words, rephrased)


@cache
def _words() -> list[str]:
    from workers.embedding import _model

    known = (token.removeprefix("▁") for token in _model().tokenizer.get_vocab() if token.startswith("▁"))
    return sorted(word for word in known if len(word) >= _LEAST_LETTERS and word.isascii() and word.islower())
