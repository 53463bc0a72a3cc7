"""The files that a command line names, as the pages that the parse stage takes."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from agent.errors import InvalidSpec
from agent.job.records import Page


def named_files(paths: Sequence[Path]) -> list[Path]:
    """The files named, and for a folder all that lies below it but what is hidden, in order of their paths.

    Links to folders are not followed, since they may lead back. They, folders that may not be listed and links to
    nowhere are among the paths: whoever reads them says why they cannot be read.

    Raises:
        InvalidSpec: a path leads nowhere, or a folder holds no file.
    """
    return [file for path in paths for file in _files_of(path)]


def _files_of(path: Path) -> Iterator[Path]:
    if not os.path.lexists(path):
        raise InvalidSpec(f"There is no file {str(path)!r}.", next_step="Check the path.")
    if not path.is_dir():
        yield path
        return
    found = sorted(_below(path))
    if not found:
        raise InvalidSpec(f"The folder {str(path)!r} holds no file.", next_step="Name a folder with documents.")
    yield from found


def _below(root: Path) -> Iterator[Path]:
    unlisted: list[Path] = []
    for folder, folders, files in os.walk(root, onerror=lambda error: unlisted.append(Path(error.filename))):
        here = Path(folder)
        folders[:] = [name for name in folders if not name.startswith(".")]
        yield from (here / name for name in files if not name.startswith("."))
        yield from (here / name for name in folders if (here / name).is_symlink())
    yield from unlisted


def page_of(file: Path, content: bytes) -> Page:
    """The record that a fetched file of this name and content would have."""
    url = file.absolute().as_uri()
    return Page(
        id=hashlib.sha256(url.encode()).hexdigest()[:16],
        url=url,
        source=f"file:{os.fsencode(file).decode(errors='replace')}",  # names of files are bytes, not always UTF-8
        blob=hashlib.sha256(content).hexdigest(),
        size_bytes=len(content),
    )
