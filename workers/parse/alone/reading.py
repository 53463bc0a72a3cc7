"""Reads files in several reader processes at once and gives the outcomes in the order of the files."""

from __future__ import annotations

import os
import stat
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from queue import LifoQueue
from threading import Event

from agent.errors import DocumentRejected
from agent.job.records import Document, Page
from agent.spec import ParseConfig
from workers.parse.alone.files import page_of
from workers.parse.isolation.process import ReaderFailed, ReaderProcess
from workers.parse.judge import Judgement
from workers.parse.parts import enough, read_part
from workers.parse.ranges import Part, may_be_long, ranges_of
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
        readers = _Readers(config)
        for number in range(processes):
            folder = scratch / str(number)
            folder.mkdir()
            readers.free.put(stack.enter_context(ReaderProcess(folder)))
        whole = stack.enter_context(ThreadPoolExecutor(processes))
        # The last one in is the first one out: readers stop at their next look, before the pools wait for them.
        for pool in (whole, readers.of_ranges):
            stack.callback(pool.shutdown, wait=False, cancel_futures=True)
        stack.callback(readers.stopped.set)
        yield from whole.map(readers.outcome, files)


class _Readers:
    """Reader processes that files take in turn; the ranges of a long PDF take all that are free.

    Nobody who holds a reader waits for another, so the two pools of threads cannot block each other.
    """

    def __init__(self, config: ParseConfig) -> None:
        self.config = config
        self.free: LifoQueue[ReaderProcess] = LifoQueue()
        """The last one back is the next one out: it is warm, and one that is not needed is never started."""
        self.stopped = Event()
        self.of_ranges = ThreadPoolExecutor()

    def outcome(self, file: Path) -> FileOutcome:
        """What becomes of one file."""
        try:
            content = _content_of(file)
            judgement = self._judged(content, page_of(file, content))
        except DocumentRejected as rejected:
            return FileOutcome(file, None, rejected.reason, rejected.detail)
        except ReaderFailed as error:
            return FileOutcome(file, None, "parser_error", str(error))
        return FileOutcome(file, judgement.document, judgement.reason, judgement.detail)

    def _judged(self, content: bytes, page: Page) -> Judgement:
        """As a job does it: what is longer than ``parse.pages_per_unit`` in ranges, each under limits of its own."""
        config = self.config
        request = request_of(page, config)
        with self._one() as reader:
            pages = reader.page_count(content, request, self._still_wanted) if may_be_long(content) else 0
            if not config.pages_per_unit < pages <= config.max_pages:
                return reader.judged(content, request, page, config, self._still_wanted)
        ranges = ranges_of(pages, config.pages_per_unit)
        parts = list(self.of_ranges.map(lambda span: self._part(content, page, span), ranges))
        with self._one() as reader:
            return reader.joined(enough(ranges, parts), page, config, self._still_wanted)

    def _part(self, content: bytes, page: Page, span: tuple[int, int]) -> Part:
        with self._one() as reader:
            return read_part(reader, content, page, span, self.config, self._still_wanted)

    @contextmanager
    def _one(self) -> Iterator[ReaderProcess]:
        reader = self.free.get()
        try:
            self._still_wanted()
            yield reader
        finally:
            self.free.put(reader)

    def _still_wanted(self) -> None:
        if self.stopped.is_set():
            raise _Stopped


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
