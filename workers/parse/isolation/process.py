"""Reads documents in a process of its own, so that a parser that crashes, hangs or swells takes one document with it.

A Celery worker's children are daemons and may not start `multiprocessing` children; a plain subprocess they may.
"""

from __future__ import annotations

import os
import selectors
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Literal

from pydantic import ValidationError

from agent.errors import DocumentRejected
from agent.job.records import Page
from agent.spec import ParseConfig
from workers.parse.isolation.limits import MAX_DOCUMENTS, RESTING_MB, Limits
from workers.parse.isolation.memory import FamilyMemory
from workers.parse.isolation.messages import Answer, Judging, Order
from workers.parse.judge import Judgement
from workers.parse.read import Reading, ReadRequest

_COMMAND = (sys.executable, "-m", "workers.parse.isolation.child")
_READ_BYTES = 1 << 18
_LOOK_S = 0.1
"""How often the reader's memory is looked at: at 2 GB/s, the fastest that memory fills here, it grows by 200 MB."""
_BEAT_S = 1.0
"""How often the caller is told that we are still at it."""


class ReaderFailed(Exception):
    """A reader broke on this document in a way no rule foresaw; ``str()`` says how."""


class ReaderProcess:
    """A reader process that is started at need and started anew after a crash; a context manager.

    `peak_mb` is the most memory that the last document was seen to take, all processes of the reader together.
    """

    def __init__(self, scratch: Path) -> None:
        """``scratch`` is a folder of our own for handing over bytes; the reader works in a folder below it."""
        self.scratch = scratch
        self._file = scratch / "document"
        self._folder = scratch / "reader"
        self._process: subprocess.Popen[bytes] | None = None
        self._terminal = -1
        self._memory = FamilyMemory()
        self._unread = bytearray()
        self._documents = 0
        self.peak_mb = 0

    def __enter__(self) -> ReaderProcess:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the process and remove what it was given; another document starts it anew."""
        self._stop()
        self._file.unlink(missing_ok=True)
        shutil.rmtree(self._folder, ignore_errors=True)

    def read(
        self, content: bytes, request: ReadRequest, still_at_it: Callable[[], None], limits: Limits | None = None
    ) -> Reading:
        """The document read, or its pages that the request names. ``still_at_it`` is called about every second and may
        raise to stop the reading.

        Raises:
            DocumentRejected: the reader's own reason, or that of a limit: ``parser_timeout``, ``too_much_memory``,
                ``too_much_text``, ``too_complex``, ``parser_crashed``.
            ReaderFailed: an error in the reader.
        """
        order = Order(file=str(self._file), request=request, limits=limits or Limits())
        answer = self._answered(content, order, still_at_it)
        assert answer.reading is not None
        return answer.reading

    def judged(
        self, content: bytes, request: ReadRequest, page: Page, config: ParseConfig, still_at_it: Callable[[], None]
    ) -> Judgement:
        """The document read, cleaned and judged, under the limits of ``config``; raises as `read` does."""
        return self._judgement("read", content, request, page, config, still_at_it)

    def joined(
        self, readings: Sequence[Reading], page: Page, config: ParseConfig, still_at_it: Callable[[], None]
    ) -> Judgement:
        """The readings of a PDF's ranges as one document, cleaned and judged; raises as `read` does."""
        lines = b"\n".join(reading.model_dump_json(exclude_defaults=True).encode() for reading in readings)
        return self._judgement("join", lines, ReadRequest(url=page.url), page, config, still_at_it)

    def page_count(self, content: bytes, request: ReadRequest, still_at_it: Callable[[], None]) -> int:
        """Pages of a PDF; raises as `read` does."""
        order = Order(task="count", file=str(self._file), request=request, limits=Limits())
        answer = self._answered(content, order, still_at_it)
        assert answer.count is not None
        return answer.count

    def _judgement(
        self,
        task: Literal["read", "join"],
        content: bytes,
        request: ReadRequest,
        page: Page,
        config: ParseConfig,
        still_at_it: Callable[[], None],
    ) -> Judgement:
        order = Order(
            task=task,
            file=str(self._file),
            request=request,
            limits=Limits.of(config),
            judging=Judging(page=page, config=config),
        )
        answer = self._answered(content, order, still_at_it)
        assert answer.judgement is not None
        return answer.judgement

    def _answered(self, content: bytes, order: Order, still_at_it: Callable[[], None]) -> Answer:
        self._file.write_bytes(content)
        try:
            answer = self._ask(order, still_at_it)
            self._rest()
        except BaseException:  # a limit was passed, or we are told to stop: what the child is at is of no more use
            self._stop()
            raise
        finally:
            self.peak_mb = self._memory.peak_mb
        if answer.rejected is not None:
            raise DocumentRejected(*answer.rejected)
        if answer.broken is not None:
            raise ReaderFailed(answer.broken)
        return answer

    def _ask(self, order: Order, still_at_it: Callable[[], None]) -> Answer:
        """The answer that ends the order."""
        process = self._running()
        assert process.stdin is not None
        self._memory.begin(process.pid)
        watch = _Watch(order.limits, self._memory, still_at_it)
        try:
            process.stdin.write(order.model_dump_json().encode() + b"\n")
            process.stdin.flush()
            while not (answer := self._next_answer(process, watch)).ends:
                watch.page_finished()
        except (BrokenPipeError, _Ended):
            raise self._crashed(process) from None
        return answer

    def _next_answer(self, process: subprocess.Popen[bytes], watch: _Watch) -> Answer:
        """The child's next line.

        The descriptor is read directly: a buffered reader would take several lines at once, and the selector, which
        sees only the descriptor, would then wait for what is already here.
        """
        assert process.stdout is not None
        with selectors.DefaultSelector() as selector:
            selector.register(process.stdout, selectors.EVENT_READ)
            end = self._unread.find(b"\n")
            while end < 0:
                if selector.select(_LOOK_S):
                    part = os.read(process.stdout.fileno(), _READ_BYTES)
                    if not part:
                        raise _Ended
                    end = part.find(b"\n")
                    end = len(self._unread) + end if end >= 0 else end
                    self._unread += part
                watch.look(len(self._unread))
        line = bytes(self._unread[:end])
        del self._unread[: end + 1]
        try:
            return Answer.model_validate_json(line)
        except ValidationError as error:
            raise ReaderFailed(f"an answer that is none: {error.errors(include_input=False)[0]}") from error

    def _rest(self) -> None:
        """Between two documents: nothing of the last one stays, and a reader that has grown is replaced."""
        self._documents += 1
        if self._documents >= MAX_DOCUMENTS or self._memory.resting_mb() > RESTING_MB:
            self._stop()
        else:
            _empty(self._folder)

    def _crashed(self, process: subprocess.Popen[bytes]) -> DocumentRejected:
        with suppress(subprocess.TimeoutExpired):  # what closed its answers and lives on is killed below
            process.wait(_BEAT_S)
        process.kill()
        code = process.wait()
        if code == -signal.SIGXCPU:
            return DocumentRejected("parser_timeout", "all CPU time that a document may take was used")
        cause = signal.Signals(-code).name if code < 0 else f"exit code {code}"
        return DocumentRejected("parser_crashed", f"the reader ended with {cause}, {self._memory.peak_mb} MB in use")

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is None:
            self._folder.mkdir(exist_ok=True)
            # See `workers.parse.isolation.confine`: while we hold the far end open, the reader and its children live.
            self._terminal, near = os.openpty()
            self._process = subprocess.Popen(
                (*_COMMAND, str(near)),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                pass_fds=(near,),
                start_new_session=True,
                cwd=self._folder,
                env=_environment(self._folder),
            )
            os.close(near)
            self._documents = 0
        return self._process

    def _stop(self) -> None:
        if self._process is None:
            return
        with suppress(ProcessLookupError):  # Tesseract may be at a page: the whole group goes
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with suppress(BrokenPipeError):  # an order the dead child never took is still in the buffer
                    pipe.close()
        os.close(self._terminal)
        self._process = None
        self._unread.clear()
        _empty(self._folder)


class _Ended(Exception):
    """The reader's answers have ended."""


class _Watch:
    """Watches one document's reading, and ends it with a reason when it takes too much."""

    def __init__(self, limits: Limits, memory: FamilyMemory, still_at_it: Callable[[], None]) -> None:
        self._limits = limits
        self._memory = memory
        self._still_at_it = still_at_it
        self._began_s = self._page_s = self._looked_s = self._beat_s = time.monotonic()
        self._pages = 0

    def page_finished(self) -> None:
        self._pages += 1
        self._page_s = time.monotonic()

    def look(self, answer_bytes: int) -> None:
        """Raises DocumentRejected when a limit is passed, and what ``still_at_it`` raises."""
        limits = self._limits
        if answer_bytes > limits.answer_bytes:
            raise DocumentRejected(
                "too_much_text", f"its blocks take more than {limits.answer_bytes / 1e6:.0f} MB, "
                f"with parse.max_text_mb at {limits.text_mb:g}",
            )  # fmt: skip
        now_s = time.monotonic()
        if now_s - self._looked_s < _LOOK_S:
            return
        self._looked_s = now_s
        if (used_mb := self._memory.look(afresh=now_s - self._beat_s >= _BEAT_S)) > limits.memory_mb:
            raise DocumentRejected("too_much_memory", f"{used_mb} MB, parse.max_memory_mb is {limits.memory_mb}")
        if now_s - self._began_s > limits.seconds:
            done = f", {self._pages} pages done" if self._pages else ""
            raise DocumentRejected("parser_timeout", f"not read in {limits.seconds:g} s{done}")
        if now_s - self._page_s > limits.page_seconds:
            raise DocumentRejected("parser_timeout", f"no page finished in {limits.page_seconds:g} s")
        if now_s - self._beat_s >= _BEAT_S:
            self._beat_s = now_s
            self._still_at_it()


def _environment(folder: Path) -> dict[str, str]:
    return {
        **os.environ,
        # It imports the project from where we did, whatever the current folder is.
        "PYTHONPATH": os.pathsep.join(part for part in sys.path if part),
        # More threads make Tesseract slower on one page and fight with the other workers of this machine.
        "OMP_THREAD_LIMIT": "1",
        # Its folder is the current one too, and no document shall be able to put a module there.
        "PYTHONSAFEPATH": "1",
        "TMPDIR": str(folder),
    }


def _empty(folder: Path) -> None:
    """Nothing is in the folder afterwards."""
    for item in folder.iterdir() if folder.is_dir() else ():
        if item.is_dir() and not item.is_symlink():
            shutil.rmtree(item, ignore_errors=True)
        else:
            item.unlink(missing_ok=True)
