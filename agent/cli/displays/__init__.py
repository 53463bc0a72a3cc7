"""Three ways to show a job's progress: a live table, lines with a time, JSON for machines."""

from __future__ import annotations

from types import TracebackType
from typing import Protocol, Self

from agent.job.events import JobEvent


class Display(Protocol):
    """Shows events while it is entered."""

    def __enter__(self) -> Self:
        """Begin to show."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Leave the last picture standing."""

    def show(self, event: JobEvent) -> None:
        """Take in one event."""

    def hint(self, sentence: str) -> None:
        """Show what the job waits for; '' for nothing."""


def choose_display(*, as_json: bool, plain: bool) -> Display:
    """JSON when asked for, the live table on a terminal, else lines; both of these on stderr."""
    import sys

    if as_json:
        from agent.cli.displays.jsonl import JsonDisplay

        return JsonDisplay(sys.stdout)
    if plain or not sys.stderr.isatty():
        from agent.cli.displays.lines import LineDisplay

        return LineDisplay(sys.stderr)
    from rich.console import Console

    from agent.cli.displays.live import LiveDisplay

    return LiveDisplay(Console(stderr=True))
