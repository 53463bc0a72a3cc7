"""What is left out for the sake of balance, and what never is."""

from __future__ import annotations

from collections import Counter
from contextlib import closing
from pathlib import Path

import pytest

from agent.job.records import Difficulty, Example, ExampleKind
from tests.workers.generate.examples import example
from workers.generate.dataset.balance import (
    SMALL_DATASET,
    floor_of,
    least_of_documents,
    within_difficulty_shares,
    within_document_limit,
    within_document_share,
    within_kind_shares,
)
from workers.generate.dataset.pool import Entry, Pool


@pytest.fixture
def entries_of(tmp_path: Path) -> object:
    def made(*examples: Example) -> list[Entry]:
        with closing(Pool(tmp_path / "pool")) as pool:
            return [pool.add(each) for each in examples]

    return made


def many(count: int, document: str = "d", kind: ExampleKind = ExampleKind.FACTUAL, **fields: object) -> list[Example]:
    return [
        example(f"{kind} {n}?", f"{n}.", document=document, kind=kind, score=n / count).model_copy(
            update={"chunk_id": f"{document}-{n % 3}", **fields}
        )
        for n in range(count)
    ]


def test_of_a_document_its_text_stays_first_then_the_best_of_each_chunk(entries_of) -> None:  # type: ignore[no-untyped-def]
    plain = example("", "As it stands.", document="d")
    kept, dropped = within_document_limit(entries_of(*many(9), plain), 5)
    assert [entry.prompt for entry in kept] == ["", "factual 8?", "factual 7?", "factual 6?", "factual 5?"]
    assert {entry.chunk_id for entry in kept[1:4]} == {"d-0", "d-1", "d-2"}
    assert len(dropped) == 5


def test_no_document_has_more_than_its_share_of_what_stays(entries_of) -> None:  # type: ignore[no-untyped-def]
    sizes = {"a": 300, **dict.fromkeys("bcefghi", 20)}
    given = entries_of(*(each for name, size in sizes.items() for each in many(size, name)))
    kept, dropped = within_document_share(given, 0.25, floor=1)
    counts = Counter(entry.document_id for entry in kept)
    assert counts["a"] == 46
    assert max(counts.values()) <= 0.25 * len(kept)
    assert {entry.document_id for entry in dropped} == {"a"}
    assert min(entry.score for entry in kept if entry.document_id == "a") >= 0.84


def test_so_many_rows_always_stay(entries_of) -> None:  # type: ignore[no-untyped-def]
    given = entries_of(*many(300, "a"), *many(10, "b"), *many(10, "c"), *many(10, "e"))
    kept = {floor: len(within_document_share(given, 0.25, floor)[0]) for floor in (1, 100, 200, 1000)}
    assert kept == {1: 60, 100: 100, 200: 200, 1000: 330}
    assert [least_of_documents(rows, 20) for rows in (10, 300, 2000)] == [20, 150, SMALL_DATASET]
    assert floor_of(20) == SMALL_DATASET
    assert floor_of(5000) == 5000


def test_a_kind_may_have_twice_its_share_and_the_worst_of_it_go(entries_of) -> None:  # type: ignore[no-untyped-def]
    given = entries_of(*many(800), *many(100, kind=ExampleKind.EXPLAIN), *many(100, kind=ExampleKind.CONTINUE))
    target = {ExampleKind.FACTUAL: 0.3, ExampleKind.EXPLAIN: 0.5, ExampleKind.CONTINUE: 0.2}
    kept, dropped = within_kind_shares(given, target, floor=1)
    counts = Counter(entry.kind for entry in kept)
    assert counts[ExampleKind.FACTUAL] <= 0.6 * len(kept)
    assert counts[ExampleKind.FACTUAL] > 0.59 * len(kept)
    assert (counts[ExampleKind.EXPLAIN], counts[ExampleKind.CONTINUE]) == (100, 100)
    assert max(entry.score for entry in dropped) < min(e.score for e in kept if e.kind is ExampleKind.FACTUAL)


def test_difficulties_are_cut_by_the_same_rule_and_one_without_a_target_is_not(entries_of) -> None:  # type: ignore[no-untyped-def]
    levels = {Difficulty.EASY: 400, Difficulty.MEDIUM: 100, Difficulty.HARD: 100}
    given = entries_of(*(each for level, size in levels.items() for each in many(size, level, difficulty=level)))
    kept, _ = within_difficulty_shares(given, {Difficulty.EASY: 0.2, Difficulty.MEDIUM: 0.6}, 1)
    counts = Counter(entry.difficulty for entry in kept)
    assert counts == {Difficulty.EASY: 200, Difficulty.MEDIUM: 100, Difficulty.HARD: 100}


def test_a_difficulty_that_alone_is_found_is_not_cut(entries_of) -> None:  # type: ignore[no-untyped-def]
    given = entries_of(*many(400))
    kept, dropped = within_difficulty_shares(given, {Difficulty.EASY: 0.6, Difficulty.MEDIUM: 0.4}, 1)
    assert (len(kept), dropped) == (400, [])
