"""A list of candidates that a person can edit and submit: JSON Lines, the most telling fields first."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from math import isfinite
from pathlib import Path

from pydantic import ValidationError

from agent.errors import SourceFailed
from agent.job.records import Candidate

KEEP = "keep"
"""The field to set to false; a line that is deleted is left out likewise."""

_TELLING = ("score", "licence", "title", "url", "source", "date", "venue", "citations", "topics", "parts")


def write_candidates(candidates: Iterable[Candidate], file: Path) -> int:
    """Write the list and return how many lines it has."""
    lines = []
    for candidate in candidates:
        fields = candidate.model_dump(mode="json")
        ordered = {KEEP: True} | {name: fields[name] for name in _TELLING} | fields
        lines.append(json.dumps(ordered, ensure_ascii=False))
    file.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return len(lines)


def read_candidates(file: Path) -> Iterator[Candidate]:
    """The documents that are to be kept, in the order of the lines.

    Raises:
        SourceFailed: the file cannot be read, or a line is no candidate; names the line.
    """
    try:
        text = file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise SourceFailed(f"The list {file} cannot be read: {error}.", next_step=_NEXT_STEP) from error
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        try:
            fields = json.loads(line)
            if not isinstance(fields, dict):
                raise ValueError("no fields in braces")
            kept = fields.pop(KEEP, True)
            candidate = Candidate.model_validate(fields)
            if kept not in (True, False) or not isfinite(candidate.score):
                raise ValueError(f"{KEEP} is true or false, score a number")
        except (ValueError, RecursionError) as error:
            raise SourceFailed(f"{file}, line {number}: {_fault(error)}.", next_step=_NEXT_STEP) from error
        if kept:
            yield candidate


_NEXT_STEP = "`finetune discover … --output FILE` writes such a list; delete lines, or set keep to false in them."


def _fault(error: Exception) -> str:
    if isinstance(error, ValidationError):
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        return f"{where}: {first['msg']}" if where else str(first["msg"])
    return f"it is no JSON object of a document ({error})"
