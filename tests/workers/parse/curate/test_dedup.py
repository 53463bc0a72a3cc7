"""Documents that say the same."""

from __future__ import annotations

import random

from agent.job.records import Document
from tests.workers.parse.shards import document
from workers.parse.curate.dedup import deduplicated

WORDS = [f"word{number}" for number in range(400)]


def text(seed: int, length: int = 300) -> str:
    return " ".join(random.Random(seed).choices(WORDS, k=length))


def test_the_better_of_two_equal_documents_stays_and_the_other_names_it() -> None:
    worse, better = document("a", text(1), score=0.3), document("b", text(1).upper() + " !", score=0.6)
    kept, duplicates = deduplicated([worse, better], 0.7)
    assert kept == [better]
    assert [(one.document.id, one.reason, one.of.id) for one in duplicates] == [("a", "exact_duplicate", "b")]


def test_of_equal_scores_the_first_url_stays() -> None:
    kept, _ = deduplicated([document("b", text(1)), document("a", text(1))], 0.7)
    assert [one.id for one in kept] == ["a"]


def test_a_copy_with_some_words_changed_is_a_near_duplicate() -> None:
    words = text(1).split()
    for position in range(0, 300, 60):
        words[position] = "changed"
    kept, duplicates = deduplicated(
        [document("a", text(1)), document("b", " ".join(words)), document("c", text(2))], 0.7
    )
    assert [one.id for one in kept] == ["a", "c"]
    assert (duplicates[0].reason, duplicates[0].of.id) == ("near_duplicate", "a")
    assert 0.7 <= duplicates[0].similarity < 1


def test_documents_that_share_only_a_passage_both_stay() -> None:
    shared = text(9, 60)
    kept, _ = deduplicated([document("a", text(1) + " " + shared), document("b", text(2) + " " + shared)], 0.7)
    assert len(kept) == 2


def test_the_result_does_not_depend_on_the_order() -> None:
    documents: list[Document] = [document(f"d{n}", text(n % 7), score=(n % 3) / 10) for n in range(30)]
    shuffled = random.Random(3).sample(documents, k=30)
    assert deduplicated(documents, 0.7) == deduplicated(shuffled, 0.7)
