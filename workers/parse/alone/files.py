"""The files that a command line names, as the pages that the parse stage takes."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from pathlib import Path

from agent.errors import InvalidSpec
from agent.job.records import Page


def named_files(paths: Sequence[Path]) -> list[Path]:
    """The files named, and for a folder all files below it but hidden ones, in order of their paths.

    Raises:
        InvalidSpec: a path leads nowhere, or a folder holds no file.
    """
    return [file for path in paths for file in _files_of(path)]


def _files_of(path: Path) -> Iterator[Path]:
    if not path.is_dir():
        if not path.exists():
            raise InvalidSpec(f"There is no file {str(path)!r}.", next_step="Check the path.")
        yield path
        return
    found = sorted(file for file in path.rglob("*") if file.is_file() and not _is_hidden(file.relative_to(path)))
    if not found:
        raise InvalidSpec(f"The folder {str(path)!r} holds no file.", next_step="Name a folder with documents.")
    yield from found


def _is_hidden(path: Path) -> bool:
    return any(part.startswith(".") for part in path.parts)


def page_of(file: Path, content: bytes) -> Page:
    """The record that a fetched file of this name and content would have."""
    url = file.absolute().as_uri()
    return Page(
        id=hashlib.sha256(url.encode()).hexdigest()[:16],
        url=url,
        source=f"file:{file}",
        blob=hashlib.sha256(content).hexdigest(),
        size_bytes=len(content),
    )
