"""Which questions ask again what another asks, in the same words or in others."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from workers.generate.dataset.neighbours import near_pairs
from workers.generate.dataset.paraphrase import is_paraphrase
from workers.generate.dataset.question import Question, take_apart
from workers.generate.reading.words import tokens, word_list

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_FILLERS = word_list("fillers")


class Asked(NamedTuple):
    """A question, and what it is known by."""

    id: str
    text: str


@dataclass(frozen=True, slots=True)
class Duplicate:
    """A question that goes, and the better one that stays."""

    id: str
    of: str
    similarity: float
    """Cosine of the two questions' embeddings; 1.0 where their words are the same."""


def near_duplicates(
    ids: Sequence[str],
    texts: Sequence[str],
    scores: Sequence[float],
    similarity: float = 0.85,
    tick: Callable[[], object] = lambda: None,
) -> list[Duplicate]:
    """The questions that ask what a better-scored one asks; every question they are measured by stays.

    Words are compared first, without case, punctuation, articles and filler words; then embeddings, by cosine, from
    ``similarity`` on (1 compares words only), where `is_paraphrase` finds no difference that matters. Of equal scores
    the lower id stays. The result depends on the questions alone, not on their order. ``tick`` is called now and then.

    Measured: 100,000 questions of ten intents take 17 s of CPU time and 0.6 GiB, all of one intent 39 s; precision and
    recall stand in tests/gates/test_duplicates.py.

    Raises:
        MissingDependency: as `workers.embedding.embed` does.
    """
    best_first = sorted(range(len(ids)), key=lambda at: (-scores[at], ids[at]))
    by_words: dict[str, int] = {}
    gone: list[Duplicate] = []
    unique: list[int] = []
    for at in best_first:
        key = wording(texts[at])
        if key in by_words:
            gone.append(Duplicate(ids[at], ids[by_words[key]], 1.0))
        else:
            by_words[key] = at
            unique.append(at)
    if similarity < 1:
        gone += _by_meaning([ids[at] for at in unique], [texts[at] for at in unique], similarity, tick)
    return gone


def wording(question: str) -> str:
    """The words that carry a question, in order and lower case."""
    return " ".join(token for token in tokens(question) if token not in _FILLERS)


def near_matches(questions: Sequence[Asked], against: Sequence[Asked], similarity: float = 0.85) -> list[Duplicate]:
    """The questions that ask what one of ``against`` asks, each with the nearest of those, in the order given.

    Raises:
        MissingDependency: as `workers.embedding.embed` does.
    """
    found: dict[str, Duplicate] = {}
    others = _by_kind([each.text for each in against])
    for kind, (members, taken_apart, vectors) in _by_kind([each.text for each in questions]).items():
        if kind not in others:
            continue
        theirs, of_them, their_vectors = others[kind]
        for row, neighbours in near_pairs(vectors, similarity, their_vectors):
            for column, cosine in sorted(neighbours, key=lambda pair: -pair[1]):
                if is_paraphrase(taken_apart[row], of_them[column]):
                    id = questions[members[row]].id
                    found[id] = Duplicate(id, against[theirs[column]].id, _rounded(cosine))
                    break
    return [found[each.id] for each in questions if each.id in found]


def _by_meaning(
    ids: Sequence[str], texts: Sequence[str], similarity: float, tick: Callable[[], object]
) -> list[Duplicate]:
    """Duplicates among questions whose words differ, best first: only those of one kind are compared."""
    found: list[Duplicate] = []
    for members, questions, vectors in _by_kind(texts).values():
        gone: dict[int, Duplicate] = {}
        for later, neighbours in near_pairs(vectors, similarity, tick=tick):
            for earlier, cosine in neighbours:
                if earlier not in gone and is_paraphrase(questions[later], questions[earlier]):
                    gone[later] = Duplicate(ids[members[later]], ids[members[earlier]], _rounded(cosine))
                    break
        found += gone.values()
    return found


def _by_kind(texts: Sequence[str]) -> dict[object, tuple[list[int], list[Question], NDArray[np.float32]]]:
    """Kind -> places of its questions, these taken apart, and the vectors of what they are about.

    Only the content is embedded: the words around it, which the kind stands for, would bring all questions together.
    """
    from workers.embedding import embed

    groups: defaultdict[object, list[int]] = defaultdict(list)
    questions = [take_apart(text) for text in texts]
    for at, question in enumerate(questions):
        groups[question.kind].append(at)
    return {
        kind: (
            members,
            [questions[at] for at in members],
            embed([" ".join(questions[at].spelled) for at in members]),
        )
        for kind, members in groups.items()
    }


def _rounded(cosine: float) -> float:
    return round(min(cosine, 1.0), 3)
