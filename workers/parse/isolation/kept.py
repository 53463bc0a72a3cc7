"""The reader a worker keeps from unit to unit: its libraries take about as long to load as a unit to read."""

from __future__ import annotations

import atexit
from collections.abc import Iterator
from contextlib import contextmanager
from shutil import rmtree
from threading import Lock, Timer

from workers.parse.isolation.process import ReaderProcess
from workers.runtime.scratch import make_scratch

IDLE_S = 60.0
"""A worker without work gives the 200 MB of its reader back after this."""

_lock = Lock()
_reader: ReaderProcess | None = None
_timer: Timer | None = None


@contextmanager
def kept_reader() -> Iterator[ReaderProcess]:
    """This process's reader, for one user at a time."""
    global _reader, _timer
    with _lock:
        if _timer is not None:
            _timer.cancel()
        if _reader is None:
            _reader = ReaderProcess(make_scratch("reader"))
        try:
            yield _reader
        finally:
            _timer = Timer(IDLE_S, _let_go)
            _timer.daemon = True
            _timer.start()


def _let_go() -> None:
    global _reader
    with _lock:
        if _reader is not None:
            _reader.close()
            rmtree(_reader.scratch, ignore_errors=True)
        _reader = None


atexit.register(_let_go)
