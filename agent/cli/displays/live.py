"""The live table on a terminal."""

from __future__ import annotations

from types import TracebackType
from typing import Self

from rich.console import Console, Group
from rich.live import Live
from rich.text import Text

from agent.cli.displays.footer import footer
from agent.cli.displays.notice import notice
from agent.cli.displays.table import stage_table
from agent.contract import Stage
from agent.job.events import JobEvent, ProgressChanged, StateChanged
from agent.job.progress import StageProgress
from agent.job.states import JobState

REFRESH_PER_S = 4.0


class LiveDisplay:
    """Redraws one table; notices scroll by above it."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._stages: dict[Stage, StageProgress] = {}
        self._state: JobState | None = None
        self._reason = ""
        self._hint = ""
        self._eta_s: float | None = None
        self._live = Live(console=console, refresh_per_second=REFRESH_PER_S, get_renderable=self._picture)

    def __enter__(self) -> Self:
        self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._live.stop()

    def show(self, event: JobEvent) -> None:
        """Take in one event; the next redraw shows it."""
        match event:
            case ProgressChanged(progress, eta_s):
                self._stages[progress.stage] = progress
                self._eta_s, self._hint = eta_s, ""
            case StateChanged(state, reason):
                self._state, self._reason, self._hint = state, reason, ""
            case _:
                self._console.print(Text(notice(event), "yellow"))

    def hint(self, sentence: str) -> None:
        """Show a sentence below the table until something moves."""
        self._hint = sentence

    def _picture(self) -> Group:
        stages = [self._stages[stage] for stage in Stage if stage in self._stages]
        last = Text(footer(self._state, self._reason, self._eta_s), "bold")
        return Group(stage_table(stages), last, *([Text(self._hint, "yellow")] if self._hint else []))
