"""Reads ``--set section.field=value`` and a base file into the fields of a `JobSpec`."""

from __future__ import annotations

import difflib
import json
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from agent.errors import InvalidSpec
from agent.spec import JobSpec

Fields = dict[str, Any]


def assign(fields: Mapping[str, Any], path: str, value: Any) -> Fields:
    """A copy of ``fields`` with the value at ``path`` (``seed`` or ``train.epochs``) replaced.

    Raises:
        InvalidSpec: the section holds something else than fields.
    """
    section, _, field = path.partition(".")
    if not field:
        return {**fields, section: value}
    inner = fields.get(section, {})
    if not isinstance(inner, dict):
        raise InvalidSpec(f"{section!r} of the specification is no table of fields: {inner!r}.")
    return {**fields, section: {**inner, field: value}}


def read_assignments(texts: Iterable[str]) -> list[tuple[str, Any]]:
    """``train.epochs=3`` as ``("train.epochs", "3")``; pydantic gives the value its type later.

    A value that begins like a JSON array, object or string, or is ``null``, is read as JSON.

    Raises:
        InvalidSpec: there is no ``=``, no such field, or the JSON is broken.
    """
    return [_read(text) for text in texts]


def _read(text: str) -> tuple[str, Any]:
    path, equals, raw = text.partition("=")
    path = path.strip()
    if not equals:
        raise InvalidSpec(f"--set {text!r} has no '='.", next_step="It looks like --set train.epochs=3.")
    _check_path(path)
    return path, _value(path, raw)


def _check_path(path: str) -> None:
    section, _, field = path.partition(".")
    top = JobSpec.model_fields
    if section not in top:
        raise InvalidSpec(f"--set {path}: a job has no {section!r}.", next_step=_suggest(section, top))
    kind = top[section].annotation
    inner = kind.model_fields if isinstance(kind, type) and issubclass(kind, BaseModel) else None
    if inner is None and field:
        raise InvalidSpec(f"--set {path}: {section!r} has no parts.", next_step=f"Write --set {section}=….")
    if inner is not None and field not in inner:
        missing = f"no field {field!r}" if field else "several fields"
        raise InvalidSpec(f"--set {path}: {section!r} has {missing}.", next_step=_suggest(field, inner))


def _suggest(word: str, known: Iterable[str]) -> str:
    close = difflib.get_close_matches(word, known, n=1)
    return f"Did you mean {close[0]!r}?" if close else f"It has {', '.join(known)}."


def _value(path: str, raw: str) -> Any:
    if raw != "null" and raw[:1] not in ("[", "{", '"'):
        return raw
    try:
        return json.loads(raw)
    except ValueError as error:
        raise InvalidSpec(f"--set {path}: {raw!r} is not JSON: {error}.") from error


def read_base(file: Path) -> Fields:
    """The fields that a ``.json`` or ``.toml`` file sets.

    Raises:
        InvalidSpec: the file is missing, is neither, or cannot be read.
    """
    readers = {".json": json.loads, ".toml": tomllib.loads}
    if file.suffix not in readers:
        raise InvalidSpec(f"Specification {str(file)!r} is neither .json nor .toml.", next_step="Rename or convert it.")
    try:
        fields = readers[file.suffix](file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InvalidSpec(
            f"Specification {str(file)!r} cannot be read: {error}.", next_step="Mend the file."
        ) from error
    if not isinstance(fields, dict):
        raise InvalidSpec(f"Specification {str(file)!r} holds no table of fields.", next_step="Begin it with {.")
    return fields
