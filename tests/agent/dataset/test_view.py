"""A job's dataset at every moment of its making: counted, sampled, searched, explained, exported."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from agent.contract import Stage
from agent.dataset.origin import marked
from agent.dataset.select import Filter
from agent.dataset.shapes import ExportFormat
from agent.dataset.view import Dataset
from agent.errors import UnknownRow, UsageError
from agent.job.records import Split
from agent.ledger.memory import MemoryLedger
from tests.agent.dataset.made import FACTS, chunks, made_job
from tests.workers.generate.desk import JOB

Made = Callable[[Stage], Dataset]


@pytest.fixture
def made(tmp_path: Path) -> Made:
    def make(until: Stage) -> Dataset:
        ledger = MemoryLedger()
        desk = made_job(tmp_path, ledger, until=until)
        return Dataset(ledger.view(JOB), ledger.outputs(JOB), desk.store)

    return make


def test_before_the_first_example_there_is_nothing_and_no_error(made: Made) -> None:
    summary = made(Stage.CURATE).summary()
    assert (summary.standing, summary.counts.rows, summary.units) == ("empty", 0, (0, 1))


def test_while_examples_are_made_those_of_finished_units_are_counted(made: Made) -> None:
    summary = made(Stage.GENERATE).summary()
    assert summary.standing == "generating" and summary.units == (1, 1)
    assert summary.counts.kinds["factual"][Split.TRAIN] >= 2 and summary.forecast is None


def test_the_built_dataset_is_counted_with_what_was_set_aside_and_its_forecast(made: Made) -> None:
    dataset = made(Stage.ASSEMBLE)
    summary = dataset.summary()
    rows = list(dataset.rows())
    assert summary.standing == "assembled" and summary.counts.rows == len(rows)
    assert sum(summary.counts.splits.values()) == sum(each.total() for each in summary.counts.topics.values())
    assert set(summary.counts.topics) == {"Bell pairs", ""} or set(summary.counts.topics) == {"Bell pairs"}
    assert "duplicate" in summary.set_aside[Stage.ASSEMBLE], "d2 repeats a fact of d1"
    assert summary.forecast is not None and summary.forecast.outlook == "too_little"


def test_a_sample_is_the_same_for_a_seed_and_another_for_another(made: Made) -> None:
    dataset = made(Stage.ASSEMBLE)
    everything = [row.id for row in dataset.rows()]
    drawn = {seed: tuple(row.id for row in dataset.sample(3, seed=seed)) for seed in range(8)}
    assert drawn[1] == tuple(row.id for row in dataset.sample(3, seed=1)) and len(set(drawn.values())) > 1
    assert all(list(ids) == [each for each in everything if each in ids] for ids in drawn.values())
    assert len(dataset.sample(1000)) == len(everything)


def test_rows_are_found_by_split_kind_topic_and_words(made: Made) -> None:
    dataset = made(Stage.ASSEMBLE)
    assert {row.split for row in dataset.rows(Filter(split="test"))} == {"test"}
    assert {row.kind for row in dataset.rows(Filter(kind="factual"))} == {"factual"}
    assert all("Bell" in row.topic for row in dataset.rows(Filter(topic="bell")))
    (found,) = dataset.rows(Filter(words="ENTANGLED bell maximally", kind="factual", split="train"))
    assert "Bell pair" in found.turns[0][1] and found.turns[1] == ("assistant", FACTS[1])
    assert list(dataset.rows(Filter(words="sourdough"))) == []


@pytest.mark.parametrize("until", [Stage.GENERATE, Stage.ASSEMBLE])
def test_a_row_is_traced_to_its_span_its_block_its_document_and_its_permission(made: Made, until: Stage) -> None:
    dataset = made(until)
    (row,) = dataset.rows(Filter(words="bell pair", kind="factual", split="train"))
    origin = dataset.explain(row.id[:12])
    (support,) = origin.supports
    (span,) = support.spans
    assert support.chunk.text[span.start : span.start + len(span.text)] == span.text == FACTS[1]
    assert [block.text for block in support.blocks] == [FACTS[1]]
    assert support.document is not None and support.document.title == "About d1"
    assert origin.row == row and origin.standing.startswith("in the dataset" if until is Stage.ASSEMBLE else "made")
    runs = marked(support.chunk, support.spans)
    assert "".join(run for run, _ in runs) == support.chunk.text
    assert [run for run, evidence in runs if evidence] == [FACTS[1]]


def test_an_example_that_was_set_aside_says_why(made: Made) -> None:
    dataset = made(Stage.ASSEMBLE)
    ((stage, item),) = dataset.refused("duplicate")
    assert stage is Stage.ASSEMBLE
    assert dataset.explain(item.id).standing.startswith("set aside as duplicate")


def test_ids_that_fit_nothing_or_several_are_told_with_the_next_step(made: Made) -> None:
    dataset = made(Stage.ASSEMBLE)
    with pytest.raises(UnknownRow, match="begins with 'nope'") as unknown:
        dataset.explain("nope")
    assert "--sample" in unknown.value.next_step
    with pytest.raises(UnknownRow, match="is the beginning of"):
        dataset.explain("")
    with pytest.raises(UnknownRow, match="'nice'") as reason:
        dataset.refused("nice")
    assert "duplicate" in reason.value.next_step


@pytest.mark.parametrize("form", list(ExportFormat))
def test_every_row_leaves_in_the_export_and_none_that_was_set_aside(
    made: Made, tmp_path: Path, form: ExportFormat
) -> None:
    dataset = made(Stage.ASSEMBLE)
    files = dataset.export(form, tmp_path / "out")
    lines = [json.loads(line) for file in files if file.suffix == ".jsonl" for line in file.open()]
    assert sorted(line["id"] for line in lines) == sorted(row.id for row in dataset.rows())
    with pytest.raises(UsageError, match="not empty"):
        dataset.export(form, tmp_path / "out")


def test_a_dataset_that_is_not_built_cannot_leave(made: Made, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="not built yet"):
        made(Stage.GENERATE).export(ExportFormat.CHAT, tmp_path / "out")


def test_the_text_far_from_any_evidence_is_left_out() -> None:
    long = chunks()[0].model_copy(
        update={"blocks": (chunks()[0].blocks[1].model_copy(update={"text": "word " * 900}),)}
    )
    assert sum(len(run) for run, _ in marked(long, ())) < 700
