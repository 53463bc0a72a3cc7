"""The child's half of the line between a worker and its training process: configuration in, events out.

A child of ours is ``python -m MODULE CONFIG.json``. It writes one JSON object a line to what was its standard
output, and everything else, also the prints of libraries, to standard error. It ends when its standard input
closes, so that no training goes on behind a worker that was killed.
"""

from __future__ import annotations

import json
import os
import sys
import threading
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any, TextIO, TypeVar

from agent.errors import FinetuneError
from agent.job.records import Record

C = TypeVar("C", bound=Record)

_FAILED = 1


class Events:
    """Writes events for the parent; the only way a child says anything."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._lock = threading.Lock()

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


def serve(kind: type[C], work: Callable[[C, Events], Record]) -> None:
    """Run ``work`` on the configuration file named on the command line, hand over its result, and exit."""
    events = Events(_take_stdout())
    threading.Thread(target=_end_with_parent, daemon=True).start()
    config = kind.model_validate_json(Path(sys.argv[1]).read_bytes())
    try:
        events.result(work(config, events))
    except FinetuneError as error:
        traceback.print_exc()
        events.error(error)
        sys.exit(_FAILED)


def _take_stdout() -> TextIO:
    """The real standard output for events; descriptor 1 is turned to standard error for everybody else."""
    private = os.dup(1)
    os.dup2(2, 1)
    return os.fdopen(private, "w", encoding="utf-8")


def _end_with_parent() -> None:
    # Not through sys.stdin: the interpreter aborts at exit when a thread holds that object's lock.
    while os.read(0, 1):
        continue
    os._exit(_FAILED)
