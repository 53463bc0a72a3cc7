"""Reads the user's own test files, so that nothing in them is trained on."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from agent.errors import InvalidSpec
from agent.spec.sources import local_path

SUFFIXES = (".jsonl", ".json", ".csv", ".txt")

QUESTION_FIELDS = (
    "question", "prompt", "input", "instruction", "query", "problem", "question_stem", "stem", "ctx", "text", "goal",
    "messages", "conversations",
)  # fmt: skip
"""Names under which test sets keep what is asked, the surest first; compared in lower case."""
ANSWER_FIELDS = (
    "answer", "answers", "output", "response", "completion", "target", "solution", "correct_answer", "best_answer",
    "correct", "choices", "options", "endings", "distractors", "wrong_answers", "incorrect_answers", "correct_answers",
    "a", "b", "c", "d", "e", "messages", "conversations",
)  # fmt: skip
_DELIMITERS = ",;\t"
"""Of .csv, the one that divides the head line most often: spreadsheets write what the user's country is used to."""
_ASKING_ROLES = frozenset({"user", "human"})
_ANSWERING_ROLES = frozenset({"assistant", "gpt"})


class BenchmarkItem(NamedTuple):
    """One question of a test file, and where it stands."""

    file: str
    line: int
    """Line of the file, from 1; of .json the place of the item in its list, from 1."""
    question: str
    answers: tuple[str, ...] = ()
    """All texts of its answers and choices."""

    @property
    def place(self) -> str:
        """``FILE:LINE``."""
        return f"{self.file}:{self.line}"


def absolute_benchmark(address: str) -> str:
    """The address with a local path made absolute, since workers run elsewhere; a URL as it is."""
    return address if urlsplit(address).scheme and "://" in address else str(local_path(address).absolute())


def read_benchmark(address: str) -> list[BenchmarkItem]:
    """The questions of a .jsonl, .json, .csv or .txt file (one question a line) at a path or fsspec URL, in order.

    Raises:
        InvalidSpec: it is missing, unreadable, of another kind, or holds no question.
    """
    suffix = PurePosixPath(urlsplit(address).path or address).suffix.lower()
    if suffix not in SUFFIXES:
        raise _fault(address, f"ends with {suffix or 'nothing'}", f"Take one of {', '.join(SUFFIXES)}.")
    text = _text(address)
    try:
        items = [item for item in _READERS[suffix](address, text) if item.question.strip()]
    except (ValueError, csv.Error) as error:
        raise _fault(address, f"is no {suffix[1:]}: {error}", "Correct the file, or name another.") from error
    if not items:
        raise _fault(address, "holds no question", f"Name its field one of: {', '.join(QUESTION_FIELDS[:-2])}.")
    return items


def _text(address: str) -> str:
    import fsspec

    try:
        with fsspec.open(address, "rb") as file:
            return str(file.read().decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise _fault(address, "is not UTF-8", "Save it as UTF-8.") from error
    except FileNotFoundError as error:
        raise _fault(address, "does not exist", "Check the path; generate workers must be able to read it.") from error
    except (OSError, ValueError, ImportError) as error:
        raise _fault(address, f"cannot be read: {error}", "Check the address and its permissions.") from error


def _fault(address: str, what: str, next_step: str) -> InvalidSpec:
    return InvalidSpec(f"Benchmark file {address!r} of assemble.benchmarks {what}.", next_step=next_step)


def _from_text(address: str, text: str) -> Iterator[BenchmarkItem]:
    for number, line in enumerate(text.split("\n"), 1):
        yield BenchmarkItem(address, number, line.strip())


def _from_jsonl(address: str, text: str) -> Iterator[BenchmarkItem]:
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            try:
                yield _item(address, number, json.loads(line))
            except ValueError as error:
                raise ValueError(f"line {number}: {error}") from error


def _from_json(address: str, text: str) -> Iterator[BenchmarkItem]:
    for number, value in enumerate(_list_in(json.loads(text)), 1):
        yield _item(address, number, value)


def _from_csv(address: str, text: str) -> Iterator[BenchmarkItem]:
    header = text.partition("\n")[0]
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=max(_DELIMITERS, key=header.count))
    for row in reader:
        yield _item(address, reader.line_num, row)


_READERS = {".txt": _from_text, ".jsonl": _from_jsonl, ".json": _from_json, ".csv": _from_csv}


def _list_in(value: Any) -> list[Any]:
    """The list of items: the value itself, the longest list in it, or its values where they are items."""
    if isinstance(value, list):
        return value
    if not isinstance(value, dict):
        raise ValueError("neither a list nor an object")
    lists = [each for each in value.values() if isinstance(each, list)]
    return max(lists, key=len) if lists else list(value.values())


def _item(address: str, number: int, value: Any) -> BenchmarkItem:
    if isinstance(value, str):
        return BenchmarkItem(address, number, value)
    if not isinstance(value, Mapping):
        return BenchmarkItem(address, number, "")
    fields = {str(name).strip().lower(): content for name, content in value.items()}
    asked = (" ".join(_strings(fields[name], _ASKING_ROLES)) for name in QUESTION_FIELDS if name in fields)
    question = next((text for text in asked if text.strip()), "")
    answers = [text for name in ANSWER_FIELDS if name in fields for text in _strings(fields[name], _ANSWERING_ROLES)]
    return BenchmarkItem(address, number, question, tuple(answers))


def _strings(value: Any, roles: frozenset[str]) -> list[str]:
    """All texts in a value; of messages only those of these roles."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, list):
        return [text for each in value for text in _strings(each, roles)]
    if isinstance(value, Mapping):
        speaker = value.get("role", value.get("from"))
        if speaker is not None:
            said = value.get("content", value.get("value", ""))
            return _strings(said, roles) if speaker in roles else []
        return [text for name, each in value.items() if name != "label" for text in _strings(each, roles)]
    return []
