"""A row of the dataset, or an example on its way there, as a person reads it. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from agent.dataset.conversation import turns
from agent.job.records import Example, Row, RowFormat


@dataclass(frozen=True)
class Shown:
    """One row."""

    id: str
    kind: str
    split: str
    difficulty: str
    topic: str
    turns: tuple[tuple[str, str], ...]
    """Who speaks (system, user, assistant; 'text' for running text) and what."""
    wrong_answers: tuple[str, ...]
    url: str
    licence: str
    document_id: str


def shown(line: Mapping[str, Any]) -> Shown:
    """A line of a dataset file or of a file of examples, as it was read from JSON.

    Raises:
        ValidationError: it is neither a row nor an example.
    """
    record = Row.model_validate(line) if "format" in line else Example.model_validate(line)
    return Shown(
        id=record.id,
        kind=record.kind.value,
        split=record.split.value,
        difficulty=record.difficulty.value if _asks(record) else "",
        topic=record.topic,
        turns=_of_row(record) if isinstance(record, Row) else _of_example(record),
        wrong_answers=record.wrong_answers,
        url=record.url,
        licence=record.licence,
        document_id=record.document_id,
    )


def _asks(record: Row | Example) -> bool:
    return record.format is not RowFormat.TEXT if isinstance(record, Row) else bool(record.prompt)


def _of_row(row: Row) -> tuple[tuple[str, str], ...]:
    match row.format:
        case RowFormat.CHAT:
            return tuple((turn["role"], turn["content"]) for turn in row.messages)
        case RowFormat.PROMPT_COMPLETION:
            return ("user", row.prompt), ("assistant", row.completion.strip())
        case RowFormat.TEXT:
            return (("text", row.text),)


def _of_example(example: Example) -> tuple[tuple[str, str], ...]:
    if not example.prompt:
        return (("text", example.response),)
    return tuple(said for turn in turns(example) for said in (("user", turn.user), ("assistant", turn.assistant)))
