"""The child's half of the line between a worker and its training process: configuration in, events out.

A child of ours is ``python -m MODULE CONFIG.json``. It writes one JSON object a line to what was its standard
output, and everything else, also the prints of libraries, to standard error. The line ``checkpoint`` on its
standard input asks it to save what it has and to end. It ends at once when its standard input closes, so that no
training goes on behind a worker that was killed.
"""

from __future__ import annotations

import ctypes
import json
import os
import signal
import sys
import threading
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any, TextIO, TypeVar

from agent.errors import FinetuneError, WorkerLeaving
from agent.job.records import Record

C = TypeVar("C", bound=Record)

CHECKPOINT_AND_END = b"checkpoint\n"
"""The one order a parent gives."""
_FAILED = 1
_PR_SET_PDEATHSIG = 1
"""From <sys/prctl.h>."""


class Events:
    """Writes events for the parent; the only way a child says anything."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._lock = threading.Lock()
        self.asked_to_leave = threading.Event()
        """Set once the parent wants a checkpoint and the end of this process."""

    def progress(self, done: int, total: int | None = None, **figures: float | str) -> None:
        """Say how far the work is; any progress resets the parent's stall clock."""
        self._write({"event": "progress", "done": done, "total": total, "figures": figures})

    def checkpoint(self, step: int, folder: Path) -> None:
        """Say that a complete checkpoint lies in ``folder``."""
        self._write({"event": "checkpoint", "step": step, "folder": str(folder)})

    def result(self, content: Record) -> None:
        """Hand over what the child was started for."""
        self._write({"event": "result", "content": content.model_dump(mode="json")})

    def error(self, error: FinetuneError) -> None:
        """Hand over an error of our tree; the parent raises it again."""
        kind = type(error).__name__
        self._write({"event": "error", "kind": kind, "message": error.message, "next_step": error.next_step})

    def _write(self, event: dict[str, Any]) -> None:
        with self._lock:
            self._stream.write(json.dumps(event) + "\n")
            self._stream.flush()


def serve(kind: type[C], work: Callable[[C, Events], Record], *, saves: bool = False) -> None:
    """Run ``work`` on the configuration file named on the command line, hand over its result, and exit.

    ``saves`` says that ``work`` looks at ``asked_to_leave``. SIGTERM then asks for the same: some systems send it
    to every process of a service at once, and a training must not die of it before it has saved.
    """
    events = Events(_take_stdout())
    _die_with_parent()
    if saves:
        signal.signal(signal.SIGTERM, lambda *_: events.asked_to_leave.set())
    threading.Thread(target=_hear_parent, args=(events,), daemon=True).start()
    config = kind.model_validate_json(Path(sys.argv[1]).read_bytes())
    try:
        events.result(work(config, events))
    except FinetuneError as error:
        if not isinstance(error, WorkerLeaving):
            traceback.print_exc()
        events.error(error)
        sys.exit(_FAILED)


def _take_stdout() -> TextIO:
    """The real standard output for events; descriptor 1 is turned to standard error for everybody else."""
    private = os.dup(1)
    os.dup2(2, 1)
    return os.fdopen(private, "w", encoding="utf-8")


def _die_with_parent() -> None:
    """Let the kernel kill this process with its parent: a stopped process cannot see its standard input close."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def _hear_parent(events: Events) -> None:
    # Not through sys.stdin: the interpreter aborts at exit when a thread holds that object's lock.
    while heard := os.read(0, len(CHECKPOINT_AND_END)):
        if heard.endswith(b"\n"):
            events.asked_to_leave.set()
    os._exit(_FAILED)
