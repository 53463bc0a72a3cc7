"""The progress table: one line a stage. Pure; what `watch` shows live and `status` shows once."""

from __future__ import annotations

from collections.abc import Iterable

from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from agent.job.progress import StageProgress
from agent.report.words import STAGE_NAMES, count, duration, figures, rate

BAR_CELLS = 16
_MARKS = {
    "waiting": ("·", "dim"),
    "queued": ("·", "yellow"),
    "running": ("▸", "cyan"),
    "done": ("✓", "green"),
}


def stage_table(stages: Iterable[StageProgress]) -> Table:
    """Mark, name, bar, done of total, pace or time, then what was lost and the figures."""
    table = Table.grid(padding=(0, 1))
    for column in ("mark", "name", "bar"):
        table.add_column(column, no_wrap=True)
    table.add_column("done", justify="right", no_wrap=True)
    table.add_column("pace", justify="right", no_wrap=True)
    # The one column that gives way on a narrow terminal.
    table.add_column("detail")
    for stage in stages:
        table.add_row(*_cells(stage))
    return table


def _cells(stage: StageProgress) -> tuple[Text | ProgressBar, ...]:
    mark, style = _MARKS[stage.state]
    if stage.state == "waiting":
        return Text(mark, style), Text(STAGE_NAMES[stage.stage], "dim")
    return (
        Text(mark, style),
        Text(STAGE_NAMES[stage.stage]),
        _bar(stage),
        Text(done_of_total(stage)),
        Text(pace(stage), "dim"),
        _detail(stage),
    )


def _detail(stage: StageProgress) -> Text:
    parts = [(lost(stage), "yellow"), (figures(stage.figures) if stage.state == "running" else "", "dim")]
    shown = Text("  ").join(Text(text, style) for text, style in parts if text)
    shown.no_wrap, shown.overflow = True, "ellipsis"
    return shown


def _bar(stage: StageProgress) -> ProgressBar:
    if stage.state == "done":
        return ProgressBar(total=1, completed=1, width=BAR_CELLS)
    return ProgressBar(total=stage.total or 1, completed=stage.done if stage.total else 0, width=BAR_CELLS)


def done_of_total(stage: StageProgress) -> str:
    """``12/40 documents``; only what is done while the total is unknown."""
    total = f"/{count(stage.total)}" if stage.total is not None else ""
    return f"{count(stage.done)}{total} {stage.noun}"


def lost(stage: StageProgress) -> str:
    """``3 rejected, 1 failed``; '' for none."""
    parts = [(stage.rejected, "rejected"), (stage.failed, "failed")]
    return ", ".join(f"{count(number)} {word}" for number, word in parts if number)


def pace(stage: StageProgress) -> str:
    """How long it took when done; else the rate."""
    return duration(stage.elapsed_s) if stage.state == "done" else rate(stage.rate_per_s)
