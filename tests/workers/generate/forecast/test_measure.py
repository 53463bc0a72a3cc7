"""Training rows counted as the trainer packs them."""

from __future__ import annotations

from pathlib import Path

from agent.dataset.forecast import forecast_of
from agent.job.records import ExampleKind, Row, RowFormat, Split, Topic, TopicMap
from tests.workers.generate.chunks import chunk
from tests.workers.generate.desk import Desk
from tests.workers.generate.examples import example
from workers.generate.forecast.measure import measured
from workers.tokens.counter import TokenCounter
from workers.tokens.packing import best_fit

WORDS = TokenCounter(lambda texts: [len(text.split()) for text in texts], "words", 0)


def row(text: str, document: str = "d1", topic: str = "") -> Row:
    return Row(
        id=text[:8], format=RowFormat.TEXT, kind=ExampleKind.PLAIN, split=Split.TRAIN, text=text, topic=topic,
        chunk_id=f"{document}-0", document_id=document,
    )  # fmt: skip


def asked(question: str, answer: str) -> Row:
    turns = ({"role": "user", "content": question}, {"role": "assistant", "content": answer})
    return row("").model_copy(update={"format": RowFormat.CHAT, "kind": ExampleKind.FACTUAL, "messages": turns})


def test_each_goes_where_it_leaves_least_room() -> None:
    assert best_fit([7, 5, 4, 3, 1], 10) == [[0, 3], [1, 2, 4]]
    assert best_fit([], 10) == []


def test_what_is_longer_than_a_sequence_counts_as_far_as_it_fits() -> None:
    found = measured([row("word " * 90), row("word " * 9)], None, WORDS, 50)
    assert found.tokens == 50 + 10 and found.sequences == 2


def test_tokens_are_told_by_document_and_by_whether_anything_is_asked() -> None:
    found = measured([row("word " * 9, "d1"), row("word " * 19, "d2"), asked("Why so?", "Because.")], None, WORDS, 256)
    assert found.per_document == (10 + 3 + 2 * 5 + 18, 20)
    assert found.text_tokens == 30 and found.sequences == 1


def test_topics_are_those_of_the_map_and_those_that_rows_have() -> None:
    topics = TopicMap(subject="s", topics=(Topic(name="gates", weight=0.6), Topic(name="noise", weight=0.4)))
    found = measured([row("A gate.", topic="gates"), row("Else.")], topics, WORDS, 256)
    assert found.topics == {"gates": 0.6, "noise": 0.4} and found.named == {"gates"}


def test_assembling_leaves_the_forecast_of_its_training(tmp_path: Path) -> None:
    desk = Desk(tmp_path, assemble={"min_examples": 1})
    examples = [example("What is a qubit?", "A system."), example("", "Training text.")]
    _, artifact = desk.assemble(desk.curated([chunk("Training text.", document="d1")]), (desk.generated(examples),))
    found = forecast_of(artifact.manifest.facts)
    assert found is not None and found.rows == 2 and found.documents == 1
    assert found.steps == 2 and found.outlook == "too_little" and found.counted_by == "estimate"
