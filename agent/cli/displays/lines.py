"""Lines with a time of day, for logs and pipes."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime
from types import TracebackType
from typing import Self, TextIO

from agent.cli.displays.footer import footer
from agent.cli.displays.notice import notice, says_the_same
from agent.cli.displays.table import done_of_total, lost, pace
from agent.contract import Stage
from agent.job.events import JobEvent, ProgressChanged, StateChanged
from agent.job.progress import StageProgress
from agent.report.words import STAGE_NAMES, duration, figures

QUIET_S = 5.0
"""A stage speaks at most this often, but for its last line: enough to see life, few enough to read later."""


class LineDisplay:
    """Writes a line for each change of state, and for each stage now and then."""

    def __init__(self, out: TextIO, clock: Callable[[], float] = time.monotonic) -> None:
        self._out = out
        self._clock = clock
        self._spoke_at: dict[Stage, float] = {}
        self._finished: set[Stage] = set()
        self._hinted = ""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._out.flush()

    def show(self, event: JobEvent) -> None:
        """Write a line, unless its stage has just had one."""
        match event:
            case ProgressChanged(progress, eta_s):
                if self._due(progress):
                    self._write(_line(progress, eta_s))
            case StateChanged(state, reason):
                self._write(footer(state, reason, None))
            case _:
                self._write(notice(event))

    def hint(self, sentence: str) -> None:
        """Write the sentence, unless only its figures are new."""
        if sentence and not says_the_same(sentence, self._hinted):
            self._write(sentence)
        self._hinted = sentence

    def _due(self, progress: StageProgress) -> bool:
        now = self._clock()
        if progress.state == "done":
            first_time = progress.stage not in self._finished
            self._finished.add(progress.stage)
            return first_time
        # A stage can be done and get more to do: its producer had not ended.
        self._finished.discard(progress.stage)
        if now - self._spoke_at.get(progress.stage, -QUIET_S) < QUIET_S:
            return False
        self._spoke_at[progress.stage] = now
        return True

    def _write(self, line: str) -> None:
        self._out.write(f"{datetime.now():%H:%M:%S}  {line}\n")
        self._out.flush()


def _line(progress: StageProgress, eta_s: float | None) -> str:
    parts = [done_of_total(progress), lost(progress), pace(progress), figures(progress.figures)]
    if progress.state == "done":
        parts[-1] = "done"
    elif eta_s is not None:
        parts.append(f"about {duration(eta_s)} left in all")
    return f"{STAGE_NAMES[progress.stage]:<16}  " + "  ".join(part for part in parts if part)
