"""Writes a dataset as a folder that `datasets.load_dataset` opens: JSON lines for each split, and the data card."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import TextIO

from agent.dataset.card import data_card
from agent.dataset.distributions import Distributions
from agent.dataset.lines import line_of
from agent.dataset.shapes import ExportFormat, Line
from agent.job.records import Example, ExampleKind, SourceEntry, Split

CARD_FILE = "README.md"


@dataclass(frozen=True, slots=True)
class About:
    """What the card says that neither rows nor sources know."""

    job_id: str
    subject: str
    producer: str = "finetune-agent"
    system_prompt: str = ""
    """Put before each conversation, '' for none."""
    languages: tuple[str, ...] = ()
    """ISO 639-1 codes."""
    facts: Mapping[str, object] = field(default_factory=dict)
    """Facts of the assemble artifact: what was set aside, duplicates, balance; left out of the card where empty."""


def export(
    examples: Iterable[Example],
    sources: Sequence[SourceEntry],
    format: ExportFormat,
    folder: Path,
    *,
    about: About,
) -> list[Path]:
    """Write the examples to ``folder`` in their order, and return the files written, the card last.

    ``data/SPLIT.jsonl`` holds the rows of the format, ``plain/SPLIT.jsonl`` running text (in every format but text,
    where all rows are), ``choices/SPLIT.jsonl`` multiple choice, each a configuration of its own since their columns
    differ. A split without rows has no file. Examples are read once and never held together.

    Raises:
        FileExistsError: the folder has something in it.
        OSError: it cannot be written.
    """
    if folder.exists() and any(folder.iterdir()):
        raise FileExistsError(f"{folder} is not empty.")
    folder.mkdir(parents=True, exist_ok=True)
    found = Distributions()
    with ExitStack() as stack:
        files: dict[Path, TextIO] = {}
        for example in examples:
            place = folder / config_of(example, format) / f"{example.split.value}.jsonl"
            if place not in files:
                place.parent.mkdir(exist_ok=True)
                files[place] = stack.enter_context(place.open("w", encoding="utf-8", newline="\n"))
            line = line_of(example, format, about.system_prompt)
            files[place].write(_json(line))
            found.add(example, place.parent.name)
    card = folder / CARD_FILE
    card.write_text(data_card(found, sources, format, about), encoding="utf-8")
    return [*sorted(files, key=_card_order), card]


def config_of(example: Example, format: ExportFormat) -> str:
    """The configuration, and folder, in which an example stands: data, plain or choices."""
    if example.kind is ExampleKind.CHOICE:
        return "choices"
    return "data" if example.prompt or format is ExportFormat.TEXT else "plain"


def _json(line: Line) -> str:
    return line.model_dump_json(by_alias=True) + "\n"


def _card_order(file: Path) -> tuple[int, int]:
    return ("data", "plain", "choices").index(file.parent.name), list(Split).index(Split(file.stem))
