"""Asks what a job waits for whenever nothing of it moved for a while."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import Self

from agent.cli.displays import Display
from agent.job.events import JobEvent

STILL_S = 10.0
"""Units of work report every second or so; a worker of the embedded cluster takes seconds to start."""
AGAIN_S = 5.0
"""Between two questions while nothing moves: the figures of the answer stay fresh."""


class Hinting:
    """Passes events to a display, and hints in between when none comes. One thread, for as long as it is entered."""

    def __init__(
        self, display: Display, hint: Callable[[], str], *, still_s: float = STILL_S, again_s: float = AGAIN_S
    ) -> None:
        self._display = display
        self._hint = hint
        self._still_s = still_s
        self._again_s = again_s
        self._due_s = time.monotonic() + still_s
        # The display belongs to one at a time: the thread that reads events, or ours.
        self._showing = threading.Lock()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="hinting", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._showing:
            self._ended.set()

    def show(self, event: JobEvent) -> None:
        """Something moved."""
        with self._showing:
            self._due_s = time.monotonic() + self._still_s
            self._display.show(event)

    def ask(self) -> None:
        """Ask now, and show the answer."""
        asked_s = time.monotonic()
        sentence = self._hint()
        with self._showing:
            # What moved while we asked is newer than the answer.
            if not self._ended.is_set() and self._due_s <= asked_s + self._still_s:
                self._display.hint(sentence)
                self._due_s = time.monotonic() + self._again_s

    def _watch(self) -> None:
        while not self._ended.wait(max(0.05, self._due_s - time.monotonic())):
            if time.monotonic() >= self._due_s:
                self.ask()
