"""How much of a document is about the subject, 0 to 1."""

from __future__ import annotations

import statistics
from collections.abc import Iterator, Sequence

from agent.job.records import Document
from workers.parse.prose import prose_of

_PASSAGE_WORDS = 120
"""A passage is about a paragraph: long enough to carry a topic, short enough to carry only one."""

_BEST_PASSAGES = 4
"""A long survey with one chapter on the subject is wanted; a document of one chance sentence is not."""

_MAX_PASSAGES = 40
"""Passages judged of one document, spread evenly over it, so that books cost no more than papers."""


def relevance(subject: str, documents: Sequence[Document]) -> list[float]:
    """For each document, the mean similarity of its best passages to the subject."""
    from workers.embedding import similarity

    passages = [list(_passages(document)) for document in documents]
    scores = iter(similarity(subject, [passage for own in passages for passage in own]))
    return [_of_best([next(scores) for _ in own]) for own in passages]


def _of_best(scores: Sequence[float]) -> float:
    best = sorted(scores, reverse=True)[:_BEST_PASSAGES]
    return statistics.fmean(best) if best else 0.0


def _passages(document: Document) -> Iterator[str]:
    """Runs of words of the document, the title in front of each: it says what the passage is about."""
    words = prose_of(document.blocks).split()
    starts = list(range(0, max(1, len(words) - _PASSAGE_WORDS // 2), _PASSAGE_WORDS))
    step = max(1, -(-len(starts) // _MAX_PASSAGES))
    for start in starts[::step]:
        yield " ".join((document.title, *words[start : start + _PASSAGE_WORDS]))
