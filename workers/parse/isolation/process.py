"""Reads documents in a process of its own, so that a parser that crashes or hangs takes one document with it.

A Celery worker's children are daemons and may not start `multiprocessing` children; a plain subprocess they may.
"""

from __future__ import annotations

import json
import os
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import IO, Any

from agent.errors import DocumentRejected
from workers.parse.read import Reading, ReadRequest

PAGE_TIMEOUT_S = 120.0
"""Seconds without a finished page after which a parser counts as hung: twice what OCR may take for one page."""

_COMMAND = (sys.executable, "-m", "workers.parse.isolation.child")
_READ_BYTES = 1 << 16
_WATCH_S = 1.0
"""How often the caller is told that we are still at it."""


class ReaderFailed(Exception):
    """A reader broke on this document in a way no rule foresaw; ``str()`` says how."""


class ReaderProcess:
    """A reader process that is started at need and started anew after a crash; a context manager."""

    def __init__(self, scratch: Path, page_timeout_s: float = PAGE_TIMEOUT_S) -> None:
        """``scratch`` is a folder of our own for handing over bytes."""
        self._file = scratch / "document"
        self._page_timeout_s = page_timeout_s
        self._process: subprocess.Popen[bytes] | None = None
        self._unread = bytearray()

    def __enter__(self) -> ReaderProcess:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop()
        self._file.unlink(missing_ok=True)

    def read(self, content: bytes, request: ReadRequest, still_at_it: Callable[[], None]) -> Reading:
        """The document read. ``still_at_it`` is called about every second and may raise to stop the reading.

        Raises:
            DocumentRejected: the reader's own reason, ``parser_timeout`` or ``parser_crashed``.
            ReaderFailed: an error in the reader.
        """
        self._file.write_bytes(content)
        order = {"file": str(self._file), "request": request.model_dump(mode="json")}
        try:
            return self._ask(order, still_at_it)
        except (DocumentRejected, ReaderFailed):
            raise
        except BaseException:  # told to stop: what the child is at is of no more use
            self._stop()
            raise

    def _ask(self, order: dict[str, Any], still_at_it: Callable[[], None]) -> Reading:
        process = self._running()
        assert process.stdin is not None and process.stdout is not None
        try:
            process.stdin.write(json.dumps(order).encode() + b"\n")
            process.stdin.flush()
        except BrokenPipeError:
            raise self._crashed(process) from None
        while True:
            answer = self._answer(process, process.stdout, still_at_it)
            if "reading" in answer:
                return Reading.model_validate(answer["reading"])
            if "rejected" in answer:
                raise DocumentRejected(*answer["rejected"])
            if "broken" in answer:
                raise ReaderFailed(answer["broken"])

    def _answer(
        self, process: subprocess.Popen[bytes], out: IO[bytes], still_at_it: Callable[[], None]
    ) -> dict[str, Any]:
        """The child's next line, waited for until the page timeout.

        The descriptor is read directly: a buffered reader would take several lines at once, and the selector, which
        sees only the descriptor, would then wait for what is already here.
        """
        give_up = time.monotonic() + self._page_timeout_s
        with selectors.DefaultSelector() as selector:
            selector.register(out, selectors.EVENT_READ)
            while b"\n" not in self._unread:
                if selector.select(_WATCH_S):
                    part = os.read(out.fileno(), _READ_BYTES)
                    if not part:
                        raise self._crashed(process)
                    self._unread += part
                    continue
                if time.monotonic() > give_up:
                    self._stop()
                    raise DocumentRejected("parser_timeout", f"no page finished in {self._page_timeout_s:.0f} s")
                still_at_it()
        line, _, rest = self._unread.partition(b"\n")
        self._unread = rest
        answer: dict[str, Any] = json.loads(line)
        return answer

    def _crashed(self, process: subprocess.Popen[bytes]) -> DocumentRejected:
        code = process.wait()
        self._stop()
        cause = signal.Signals(-code).name if code < 0 else f"exit code {code}"
        return DocumentRejected("parser_crashed", f"the reader ended with {cause}")

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is None:
            environment = {
                **os.environ,
                # It imports the project from where we did, whatever the current folder is.
                "PYTHONPATH": os.pathsep.join(part for part in sys.path if part),
                # More threads make Tesseract slower on one page and fight with the other workers of this machine.
                "OMP_THREAD_LIMIT": "1",
            }
            self._process = subprocess.Popen(
                _COMMAND,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                env=environment,
            )
        return self._process

    def _stop(self) -> None:
        if self._process is None:
            return
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with suppress(BrokenPipeError):  # an order the dead child never took is still in the buffer
                    pipe.close()
        self._process = None
        self._unread.clear()
