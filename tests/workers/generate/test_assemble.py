"""The assemble stage on a real store."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from agent.errors import InvalidSpec, NotEnoughData
from agent.job.artifacts import UnitPlan
from agent.job.records import Chunk, Difficulty, Example, ExampleKind, RowFormat, SourceEntry, Split
from agent.store import ArtifactReader
from tests.workers.generate.chunks import chunk
from tests.workers.generate.desk import Desk, model, rows
from tests.workers.generate.examples import example
from workers.runtime.work import Outcome

CHUNKS = [
    chunk("Training text.", document="d1"),
    chunk("Validation text.", document="d2", split=Split.VALIDATION),
    chunk("Test text.", document="d3", split=Split.TEST, licence=""),
]
EXAMPLES = [
    example("", "Training text."),
    example("What is a qubit?", "A system."),
    example("What is a gate?", "A rotation."),
    example("What is a gate?", "A rotation.", document="d4", score=0.7),
    example("", "Validation text.", split=Split.VALIDATION, document="d2"),
    example("What is a code?", "A subspace.", split=Split.TEST, document="d3", licence=""),
    example("What is noise?", "Everything unwanted.", document="d1"),
    example("What is a code?", "Something else.", document="d1"),
]


def desk(folder: Path, **assemble: Any) -> Desk:
    return Desk(folder, assemble={"min_examples": 1, **assemble})


def assembled(at: Desk, examples: list[Example] = EXAMPLES) -> tuple[Outcome, ArtifactReader]:
    return at.assemble(at.curated(CHUNKS), (at.generated(examples),))


def test_training_follows_on_the_dataset(tmp_path: Path) -> None:
    outcome, artifact = assembled(desk(tmp_path))
    assert outcome.successors == (UnitPlan(stage="clear", shard="0", inputs=(artifact.path,)),)


def test_rows_stand_in_the_file_of_their_split(tmp_path: Path) -> None:
    _, artifact = assembled(desk(tmp_path))
    assert sorted(row.format for row in rows(artifact, "train")) == [RowFormat.CHAT] * 3 + [RowFormat.TEXT]
    assert [row.text for row in rows(artifact, "validation")] == ["Validation text."]
    assert [row.messages[0]["content"] for row in rows(artifact, "test")] == ["What is a code?"]
    assert all(row.split.value == split for split in ("train", "validation", "test") for row in rows(artifact, split))


def test_what_is_dropped_is_counted_with_its_reason(tmp_path: Path) -> None:
    _, artifact = assembled(desk(tmp_path))
    tally = artifact.manifest.tallies["examples"]
    assert (tally.received, tally.kept) == (8, 6)
    assert tally.rejected == {"contaminated": 1, "duplicate": 1}
    assert {rejected.reason for rejected in artifact.rejected()} == {"contaminated", "duplicate"}


def test_no_document_outweighs_the_others_and_its_text_stays_first(tmp_path: Path) -> None:
    _, artifact = assembled(desk(tmp_path, max_rows_per_document=2))
    kept = [row for row in rows(artifact, "train") if row.document_id == "d1"]
    assert len(kept) == 2
    assert "Training text." in [row.text for row in kept]
    assert artifact.manifest.tallies["examples"].rejected["over_document_limit"] == 2


def test_held_out_chunks_are_those_of_the_test_split(tmp_path: Path) -> None:
    _, artifact = assembled(desk(tmp_path))
    assert list(artifact.records("heldout.jsonl", Chunk)) == [CHUNKS[2]]


def test_every_document_is_listed_with_its_permission_and_its_rows(tmp_path: Path) -> None:
    _, artifact = assembled(desk(tmp_path))
    sources = {entry.document_id: entry for entry in artifact.records("sources.jsonl", SourceEntry)}
    assert {name: (entry.split, entry.rows) for name, entry in sources.items()} == {
        "d1": (Split.TRAIN, 4), "d2": (Split.VALIDATION, 1), "d3": (Split.TEST, 1),
    }  # fmt: skip
    assert sources["d1"].evidence[0].line == "CC BY 4.0"
    assert (sources["d1"].blob, sources["d1"].title) == ("b" * 64, "About d1")


def test_facts_describe_the_dataset(tmp_path: Path) -> None:
    _, artifact = assembled(desk(tmp_path))
    facts = artifact.manifest.facts
    assert facts["rows"] == {
        "train": {"factual": 3, "plain": 1}, "validation": {"plain": 1}, "test": {"factual": 1},
    }  # fmt: skip
    assert facts["train_kind_shares"] == {"factual": 0.75, "plain": 0.25}
    assert facts["licences"] == {"CC-BY-4.0": 5, "none stated": 1}
    assert facts["set_aside"] == {"contaminated": 1, "duplicate": 1}
    assert (facts["format"], facts["mean_response_words"]) == ("chat", 2.0)


def test_too_few_rows_name_what_is_there_what_is_needed_and_why(tmp_path: Path) -> None:
    with pytest.raises(NotEnoughData, match=r"4 training rows .* asks for 50 .*1 contaminated.*max_documents"):
        assembled(desk(tmp_path, min_examples=50))


def test_a_chat_layout_without_a_template_is_refused(tmp_path: Path) -> None:
    at = desk(tmp_path, format="chat")
    at.model = model(chat=False)
    with pytest.raises(InvalidSpec, match="tiny"):
        assembled(at)


def test_the_order_depends_on_the_seed_alone(tmp_path: Path) -> None:
    many = [example(f"What is item {number}?", f"Answer {number}.") for number in range(12)]

    def order(name: str, examples: list[Example], seed: int) -> list[str]:
        at = Desk(tmp_path / name, assemble={"min_examples": 1}, seed=seed)
        return [row.id for row in rows(assembled(at, examples)[1], "train")]

    given = order("a", many, 17)
    assert given == order("b", many, 17) == order("c", many[::-1], 17)
    assert given != [item.id for item in many]
    other = order("d", many, 18)
    assert sorted(other) == sorted(given)
    assert other != given


def test_multiple_choice_has_a_file_of_its_own_and_none_is_trained_on(tmp_path: Path) -> None:
    choice = example("Which gate flips a bit?", "X", split=Split.TEST, document="d3", kind=ExampleKind.CHOICE)
    choice = choice.model_copy(update={"wrong_answers": ("Y", "Z")})
    trained = choice.model_copy(update={"id": "e" * 16, "split": Split.TRAIN, "document_id": "d1"})
    _, artifact = assembled(desk(tmp_path), [*EXAMPLES, choice, trained])
    (row,) = rows(artifact, "choices")
    assert (row.id, row.wrong_answers, row.split) == (choice.id, ("Y", "Z"), Split.TEST)
    assert not any(row.kind is ExampleKind.CHOICE for split in Split for row in rows(artifact, split))
    assert artifact.manifest.facts["choices"] == {"test": 1}
    assert artifact.manifest.tallies["examples"].rejected["choice_in_training"] == 1


def test_what_each_row_was_made_of_is_kept_in_the_order_of_the_rows(tmp_path: Path) -> None:
    _, artifact = assembled(desk(tmp_path))
    kept = list(artifact.records("examples.jsonl", Example))
    assert [each.id for each in kept] == [row.id for split in Split for row in rows(artifact, split)]
    assert all(each in EXAMPLES for each in kept)


def test_a_test_file_of_the_users_keeps_its_questions_out_of_training(tmp_path: Path) -> None:
    (tmp_path / "mine.csv").write_text("question,answer\nWhat is noise?,Anything.\nWhat is a code?,A set.\n")
    _, artifact = assembled(desk(tmp_path, benchmarks=[str(tmp_path / "mine.csv")]))
    (gone,) = [row for row in artifact.rejected() if row.reason == "in_benchmark"]
    assert gone.detail == f"What is noise? (beside {tmp_path / 'mine.csv'}:2)"
    assert [row.messages[0]["content"] for row in rows(artifact, "test")] == ["What is a code?"]
    assert artifact.manifest.facts["contamination"]["in_benchmark"] == 1


def test_a_test_file_that_is_gone_when_the_worker_reads_it_is_named(tmp_path: Path) -> None:
    with pytest.raises(InvalidSpec, match=r"gone\.txt.*does not exist"):
        assembled(desk(tmp_path, benchmarks=[str(tmp_path / "gone.txt")]))


def test_a_large_dataset_comes_near_to_its_mix_and_both_shares_are_shown(tmp_path: Path) -> None:
    kinds = {ExampleKind.EXPLAIN: 1500, ExampleKind.FACTUAL: 60, ExampleKind.CONTINUE: 60}
    many = [
        example(f"{kind} about item {number}?", f"{kind} {number}.", kind=kind, document=f"d{number % 40}")
        for kind, count in kinds.items()
        for number in range(count)
    ]
    _, balanced = assembled(desk(tmp_path / "a"), many)
    figures = balanced.manifest.facts["balance"]["kinds"]
    assert figures["before"]["explain"] > figures["after"]["explain"] > figures["target"]["explain"]
    assert sum(balanced.manifest.facts["rows"]["train"].values()) == 0.75 * 1620
    _, given = assembled(desk(tmp_path / "b", balance=False), many)
    assert given.manifest.facts["balance"]["kinds"]["after"] == figures["before"]


def test_the_same_examples_give_the_same_bytes_in_any_order(tmp_path: Path) -> None:
    first, second = (
        assembled(desk(tmp_path / name), examples)[1] for name, examples in (("a", EXAMPLES), ("b", EXAMPLES[::-1]))
    )
    names = ("train.jsonl", "validation.jsonl", "test.jsonl", "choices.jsonl", "examples.jsonl", "sources.jsonl")
    assert {name: first.read_file(name) for name in names} == {name: second.read_file(name) for name in names}
    assert first.manifest.facts == second.manifest.facts


@pytest.mark.parametrize(
    ("split", "option", "reason"),
    [
        (Split.TRAIN, "near_duplicate_similarity", "near_duplicate"),
        (Split.TEST, "contamination_similarity", "contaminated"),
    ],
)
def test_how_near_a_question_may_come_is_the_users_choice(
    tmp_path: Path, split: Split, option: str, reason: str
) -> None:
    given = [
        example("Define quantum entanglement.", "A link.", score=0.5),
        example("What is quantum entanglement?", "A strong correlation.", document="d4", split=split),
        example("What is a gate?", "A rotation."),
    ]
    _, artifact = assembled(desk(tmp_path / "usual"), given)
    assert artifact.manifest.tallies["examples"].rejected == {reason: 1}
    _, artifact = assembled(desk(tmp_path / "words", **{option: 1}), given)
    assert not artifact.manifest.tallies["examples"].rejected


def test_the_share_of_a_document_is_the_users_choice(tmp_path: Path) -> None:
    documents = ["d1"] * 20 + [f"e{number % 10}" for number in range(50)]
    given = [example(f"What is item {at}?", f"Thing {at}.", document=name) for at, name in enumerate(documents)]
    _, artifact = assembled(desk(tmp_path / "usual"), given)
    assert artifact.manifest.tallies["examples"].rejected == {"over_document_share": 4}
    _, artifact = assembled(desk(tmp_path / "all", max_document_share=1), given)
    assert not artifact.manifest.tallies["examples"].rejected


def test_the_shares_of_difficulties_are_the_users_choice(tmp_path: Path) -> None:
    given = [
        example(f"What is item {at}?", f"Thing {at}.", document=f"d{at % 40}").model_copy(
            update={"difficulty": Difficulty.EASY if at < 560 else Difficulty.HARD}
        )
        for at in range(700)
    ]
    _, artifact = assembled(desk(tmp_path / "usual"), given)
    assert not artifact.manifest.tallies["examples"].rejected
    _, artifact = assembled(desk(tmp_path / "harder", difficulty={"easy": 0.3, "hard": 0.7}), given)
    assert artifact.manifest.tallies["examples"].rejected.keys() == {"over_difficulty_share"}
