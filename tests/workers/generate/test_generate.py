"""The generate stage on a real store, with the extractive backend."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from agent.dataset.batch import batch_of
from agent.errors import JobCancelled
from agent.job.records import Chunk, Example, ExampleKind, Split
from tests.workers.generate.chunks import chunk, heading
from tests.workers.generate.desk import Desk

RICH = (
    "A qubit is a two-level system that carries quantum information.",
    "A Bell pair is a pair of qubits that are maximally entangled.",
    "Qubits are cooled, because heat would excite the levels of the device.",
)


def chunks() -> list[Chunk]:
    return [
        chunk(*RICH, document="d1"),
        chunk(heading("Left over"), "Nothing here.", document="d2", split=Split.TEST),
        chunk(*(sentence.replace("qubit", "qutrit") for sentence in RICH), document="d3", split=Split.TEST),
    ]


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_each_chunk_gives_its_text_and_prompted_examples(desk: Desk) -> None:
    examples = list(desk.generate(desk.curated(chunks())).records("examples.jsonl", Example))
    plain = [example for example in examples if not example.prompt]
    assert [(example.chunk_id, example.split) for example in plain] == [("d1-0", Split.TRAIN), ("d3-0", Split.TEST)]
    assert plain[0].response == chunks()[0].text
    assert [example.response for example in examples if example.chunk_id == "d1-0"][1:] == list(RICH)


def test_an_example_carries_its_span_its_licence_and_a_stable_id(desk: Desk) -> None:
    examples = list(desk.generate(desk.curated(chunks())).records("examples.jsonl", Example))
    texts = {item.id: item.text for item in chunks()}
    for example in examples:
        text = texts[example.chunk_id]
        (span,) = example.evidence
        assert text[span.start :].startswith(span.text)
        assert span.text == example.response
        parts = (example.chunk_id, example.kind.value, example.context, example.prompt, example.response)
        assert example.id == hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]
        assert example.licence == "CC-BY-4.0"
    assert {example.generator for example in examples} == {"plain/1", "extractive/2"}


def test_a_thin_chunk_is_rejected_and_the_counts_reconcile(desk: Desk) -> None:
    artifact = desk.generate(desk.curated(chunks()))
    tallies = artifact.manifest.tallies
    assert (tallies["chunks"].received, tallies["chunks"].kept) == (3, 2)
    assert tallies["chunks"].rejected == {"thin_chunk": 1}
    assert tallies["examples"].received == tallies["examples"].kept == artifact.manifest.files["examples.jsonl"].records
    assert [rejected.id for rejected in artifact.rejected()] == ["d2-0"]
    assert artifact.manifest.facts["generator"] == "extractive/2"
    assert artifact.manifest.facts["kinds"] == {"analytical": 2, "factual": 4, "plain": 2}


def test_the_limit_holds_for_prompted_examples_and_spares_the_plain_text(tmp_path: Path) -> None:
    desk = Desk(tmp_path, generate={"max_examples_per_chunk": 1})
    examples = list(desk.generate(desk.curated(chunks()[:1])).records("examples.jsonl", Example))
    assert [example.kind for example in examples] == [ExampleKind.PLAIN, ExampleKind.FACTUAL]


def test_progress_counts_every_chunk(desk: Desk) -> None:
    desk.generate(desk.curated(chunks()))
    assert [(done, total) for done, total, _ in desk.ticks.seen][-3:] == [(1, 3), (2, 3), (3, 3)]


def test_cancelling_passes_through(desk: Desk) -> None:
    desk.ticks.stop, desk.ticks.stop_at = JobCancelled("stop"), 2
    with pytest.raises(JobCancelled):
        desk.generate(desk.curated(chunks()))
    assert desk.ticks.seen


def test_two_runs_write_the_same_bytes(desk: Desk) -> None:
    curated = desk.curated(chunks())
    first, second = desk.generate(curated, "e1"), desk.generate(curated, "e2")
    assert first.read_file("examples.jsonl") == second.read_file("examples.jsonl")


def test_a_unit_describes_its_batch_for_those_who_watch(desk: Desk) -> None:
    artifact = desk.generate(desk.curated(chunks()))
    batch = batch_of(artifact.manifest.facts, "0000")
    asking = [example for example in artifact.records("examples.jsonl", Example) if example.prompt]
    assert batch is not None and batch.examples == len(asking) and batch.chunks == 2
    assert sum(batch.kinds.values()) == sum(batch.lengths) == sum(batch.qualities) == len(asking)
    assert batch.from_source == 1.0, "rules answer in the words of the text"
    assert batch.target == {}, "rules make what they find"


def test_kinds_are_held_against_a_mix_that_was_asked_for(tmp_path: Path) -> None:
    desk = Desk(tmp_path, generate={"mix": {"factual": 0.5}})
    batch = batch_of(desk.generate(desk.curated(chunks())).manifest.facts, "0000")
    assert batch is not None and sum(batch.target.values()) == pytest.approx(1, abs=0.01)
