"""Which questions ask again what another asks, in the same words or in others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from workers.generate.dataset.neighbours import near_pairs
from workers.generate.reading.words import tokens, word_list

_FILLERS = word_list("fillers")


@dataclass(frozen=True, slots=True)
class Duplicate:
    """A question that goes, and the better one that stays."""

    id: str
    of: str
    similarity: float
    """Cosine of the two questions' embeddings; 1.0 where their words are the same."""


def near_duplicates(
    ids: Sequence[str], texts: Sequence[str], scores: Sequence[float], similarity: float = 0.9
) -> list[Duplicate]:
    """The questions that ask what a better-scored one asks; every question they are measured by stays.

    Words are compared first, without case, punctuation, articles and filler words; then embeddings, by cosine, from
    ``similarity`` on (1 compares words only). The result depends on the questions alone, not on their order.

    Raises:
        MissingDependency: as `workers.embedding.embed` does.
    """
    best_first = sorted(range(len(ids)), key=lambda at: (-scores[at], ids[at]))
    by_words: dict[str, int] = {}
    gone: list[Duplicate] = []
    unique: list[int] = []
    for at in best_first:
        key = wording(texts[at])
        if key and key in by_words:
            gone.append(Duplicate(ids[at], ids[by_words[key]], 1.0))
        else:
            by_words[key] = at
            unique.append(at)
    if similarity < 1:
        gone += _by_meaning([ids[at] for at in unique], [texts[at] for at in unique], similarity)
    return gone


def wording(question: str) -> str:
    """The words that carry a question, in order and lower case."""
    return " ".join(token for token in tokens(question) if token not in _FILLERS)


def _by_meaning(ids: Sequence[str], texts: Sequence[str], similarity: float) -> list[Duplicate]:
    """The same among questions whose words differ, best first."""
    from workers.embedding import embed

    gone: dict[int, Duplicate] = {}
    for later, neighbours in near_pairs(embed(texts), similarity):
        for earlier, cosine in neighbours:
            if earlier not in gone:
                gone[later] = Duplicate(ids[later], ids[earlier], round(cosine, 4))
                break
    return list(gone.values())
