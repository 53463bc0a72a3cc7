"""Paraphrases and near misses, as measured on pairs that nothing was tuned on."""

from __future__ import annotations

from pathlib import Path

import pytest

from agent.spec import AssembleConfig
from workers.generate.dataset.duplicates import near_duplicates

PAIRS = [
    line.split("\t") for line in (Path(__file__).parent / "question_pairs.tsv").read_text(encoding="utf-8").splitlines()
]
"""Use (tune, test), same or different, and two questions, written for this gate in twelve subjects. Thresholds and
word lists were set on the 50 of ``tune``; the 175 of ``test`` were never looked at one by one."""


def rates(use: str, similarity: float) -> tuple[float, float]:
    """Precision and recall of "these two ask the same"."""
    found = {
        (first, second): bool(near_duplicates(["a", "b"], [first, second], [1.0, 0.5], similarity))
        for of, _, first, second in PAIRS
        if of == use
    }
    same = {(first, second) for of, truth, first, second in PAIRS if of == use and truth == "same"}
    right = sum(found[pair] for pair in same)
    return right / sum(found.values()), right / len(same)


@pytest.mark.parametrize("use", ["tune", "test"])
def test_paraphrases_go_and_near_misses_stay(use: str) -> None:
    """Pinned at precision 1.00 and recall 0.82 on ``test`` (1.00 and 0.84 on ``tune``); embeddings of whole questions
    alone have 0.69 and 0.53 at a cosine of 0.9, and 0.75 and 0.97 of their content at 0.85."""
    precision, recall = rates(use, AssembleConfig().near_duplicate_similarity)
    assert precision >= 0.98
    assert recall >= 0.80


def test_words_alone_find_few_of_them() -> None:
    precision, recall = rates("test", 1.0)
    assert precision == 1.0
    assert recall < 0.15
