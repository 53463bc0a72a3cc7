"""Reads files in several reader processes at once and gives the outcomes in the order of the files."""

from __future__ import annotations

import os
import stat
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue
from threading import Event

from agent.errors import DocumentRejected
from agent.job.records import Document
from agent.spec import ParseConfig
from workers.parse.alone.files import page_of
from workers.parse.isolation.process import ReaderFailed, ReaderProcess
from workers.parse.request import request_of

MAX_FILE_MB = 512
"""Larger files are no documents; a job takes less (retrieve.max_document_bytes)."""


@dataclass(frozen=True)
class FileOutcome:
    """What became of one file: a document, a reason against it, or both where a rule refuses what could be read."""

    path: Path
    document: Document | None
    reason: str = ""
    detail: str = ""


class _Stopped(Exception):
    """Nobody waits for the outcome any more."""


def read_files(files: Sequence[Path], config: ParseConfig, processes: int) -> Iterator[FileOutcome]:
    """One outcome a file, in order; a file that breaks its reader costs nothing but itself."""
    with ExitStack() as stack:
        scratch = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="finetune-parse-")))
        stopped = Event()
        free: SimpleQueue[ReaderProcess] = SimpleQueue()
        for number in range(min(processes, len(files))):
            folder = scratch / str(number)
            folder.mkdir()
            free.put(stack.enter_context(ReaderProcess(folder)))

        def outcome_of(file: Path) -> FileOutcome:
            reader = free.get()
            try:
                return _outcome(file, reader, config, stopped)
            finally:
                free.put(reader)

        pool = stack.enter_context(ThreadPoolExecutor(min(processes, len(files))))
        # The last one in is the first one out: readers stop at their next look, before the pool waits for them.
        stack.callback(pool.shutdown, wait=False, cancel_futures=True)
        stack.callback(stopped.set)
        yield from pool.map(outcome_of, files)


def _outcome(file: Path, reader: ReaderProcess, config: ParseConfig, stopped: Event) -> FileOutcome:
    def still_wanted() -> None:
        if stopped.is_set():
            raise _Stopped

    try:
        content = _content_of(file)
        page = page_of(file, content)
        judgement = reader.judged(content, request_of(page, config), page, config, still_wanted)
    except DocumentRejected as rejected:
        return FileOutcome(file, None, rejected.reason, rejected.detail)
    except ReaderFailed as error:
        return FileOutcome(file, None, "parser_error", str(error))
    return FileOutcome(file, judgement.document, judgement.reason, judgement.detail)


def _content_of(file: Path) -> bytes:
    """The bytes of a regular file.

    Raises:
        DocumentRejected: ``not_a_file`` (a link to a folder, or a pipe or device, which could be read for ever),
            ``too_large``, ``unreadable``.
    """
    try:
        found = file.stat()
        if stat.S_ISDIR(found.st_mode):
            next(file.iterdir(), None)  # says why it was not listed
            raise DocumentRejected("not_a_file", "it is a link to a folder; name the folder itself")
        if not stat.S_ISREG(found.st_mode):
            raise DocumentRejected("not_a_file", "it is a pipe, a device or a socket")
        if found.st_size > MAX_FILE_MB << 20:
            raise DocumentRejected("too_large", f"{found.st_size >> 20} MB, at most {MAX_FILE_MB} MB are read")
        return file.read_bytes()
    except OSError as error:
        raise DocumentRejected("unreadable", os.strerror(error.errno) if error.errno else str(error)) from error
