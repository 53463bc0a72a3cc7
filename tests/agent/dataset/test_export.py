"""Exports open in the libraries that they are for."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from agent.dataset.export import About, export
from agent.dataset.shapes import SHAPE_OF, ChoiceLine, ExportFormat, TextLine
from agent.job.records import Difficulty, Example, ExampleKind, Exchange, SourceEntry, Split
from tests.workers.generate.examples import example

ABOUT = About(job_id="job-1", subject="quantum computing", languages=("en",), facts={"set_aside": {"duplicate": 3}})


def dataset() -> list[Example]:
    """Every family, every split, with and without what may be missing."""
    passage = 'Decoherence: a qubit\nloses "phase" | and `time`.'
    questions = [example(f"What is gate {n}?", f"Rotation {n}.", document=f"d{n}") for n in range(8)]
    return [
        *questions,
        example("Sum it up.", "Phase is lost.", kind=ExampleKind.SUMMARY_SHORT).model_copy(
            update={"context": passage, "difficulty": Difficulty.HARD, "topic": "noise"}
        ),
        example("Qubits lose", "their phase.", kind=ExampleKind.CONTINUE),
        example("And then?", "It decays.", kind=ExampleKind.CONVERSATION).model_copy(
            update={"context": passage, "history": (Exchange(prompt="What is lost?", response="Phase."),)}
        ),
        example("", "A passage as it stands.", licence=""),
        example("", "Another one.", split=Split.VALIDATION, document="v1"),
        example("What is a code?", "A subspace.", split=Split.VALIDATION, document="v1"),
        example("What is a Bell pair?", "Two entangled qubits.", split=Split.TEST, document="t1"),
        example("Which gate flips a bit?", "X", split=Split.TEST, document="t1", kind=ExampleKind.CHOICE).model_copy(
            update={"wrong_answers": ("Y", "Z", "H")}
        ),
    ]


def source(document: str, title: str = "A page", licence: str = "CC-BY-4.0") -> SourceEntry:
    return SourceEntry(document_id=document, url=f"http://example.org/{document}", title=title, licence=licence,
                       split=Split.TRAIN, blob="b" * 64, rows=1)  # fmt: skip


SOURCES = [source("d1", "Gates | <script>[x](y)"), source("t1"), source("unused")]


def exported(folder: Path, format: ExportFormat) -> Path:
    export(dataset(), SOURCES, format, folder, about=ABOUT)
    return folder


@pytest.fixture(autouse=True)
def _offline(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.setenv("HF_HOME", str(tmp_path / "hub"))


@pytest.mark.parametrize("format", list(ExportFormat))
def test_every_line_has_the_shape_of_its_format(tmp_path: Path, format: ExportFormat) -> None:
    folder = exported(tmp_path / "out", format)
    shape = {"data": SHAPE_OF[format], "plain": TextLine, "choices": ChoiceLine}
    lines = [(file, line) for file in folder.rglob("*.jsonl") for line in file.read_text().splitlines()]
    assert len(lines) == len(dataset())
    for file, line in lines:
        assert json.loads(shape[file.parent.name].model_validate_json(line).model_dump_json(by_alias=True)) == (
            json.loads(line)
        )
        assert None not in json.loads(line).values()


@pytest.mark.parametrize("format", list(ExportFormat))
def test_the_folder_and_each_file_load_with_datasets(tmp_path: Path, format: ExportFormat) -> None:
    from datasets import load_dataset

    folder = exported(tmp_path / "out", format)
    cache: dict[str, Any] = {"cache_dir": str(tmp_path / "cache")}
    whole = load_dataset(str(folder), **cache)
    expected = {"train": 12, "validation": 2, "test": 1} if format is ExportFormat.TEXT else (
        {"train": 11, "validation": 1, "test": 1}
    )  # fmt: skip
    assert {split: len(rows) for split, rows in whole.items()} == expected
    for file in sorted(folder.rglob("*.jsonl")):
        config, split = file.parent.name, file.stem
        named = load_dataset(str(folder), config, split=split, **cache)
        alone = load_dataset("json", data_files=str(file), split="train", **cache)
        assert named.to_list() == alone.to_list() == [json.loads(line) for line in file.read_text().splitlines()]
        assert "null" not in str(named.features)


def test_the_card_names_configurations_licences_sources_and_counts(tmp_path: Path) -> None:
    from huggingface_hub import DatasetCard

    card = DatasetCard.load(exported(tmp_path / "out", ExportFormat.CHAT) / "README.md")
    assert [config["config_name"] for config in card.data.to_dict()["configs"]] == ["data", "plain", "choices"]
    assert card.data.license == ["cc-by-4.0", "other"]
    assert "| train | factual | 8 |" in card.text
    assert "| duplicate | 3 |" in card.text
    assert "http://example.org/unused" not in card.text
    assert "<script>" not in card.text
    assert "\n\n\n\n" not in card.text


def test_a_context_and_earlier_turns_reach_every_format(tmp_path: Path) -> None:
    for format in ExportFormat:
        folder = exported(tmp_path / format, format)
        conversation = next(line for line in (folder / "data/train.jsonl").read_text().splitlines() if "decays" in line)
        place = [conversation.index(part) for part in ("Decoherence", "What is lost?", "Phase.", "It decays.")]
        assert place[1:] == sorted(place[1:])
        assert place[0] < place[1]


def test_the_same_examples_give_the_same_bytes(tmp_path: Path) -> None:
    first, second = (exported(tmp_path / name, ExportFormat.ALPACA) for name in "ab")
    names = sorted(file.relative_to(first) for file in first.rglob("*") if file.is_file())
    assert [(first / name).read_bytes() for name in names] == [(second / name).read_bytes() for name in names]


def test_a_folder_with_something_in_it_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(FileExistsError, match="not empty"):
        export(dataset(), SOURCES, ExportFormat.CHAT, tmp_path, about=ABOUT)
    assert [file.name for file in tmp_path.iterdir()] == ["mine.txt"]
