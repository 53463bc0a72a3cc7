"""The tables that commands print: jobs, workers, checks, planted cases."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from rich import box
from rich.table import Table
from rich.text import Text

from agent.cli.checks.check import Check
from agent.cli.planted import PlantedCase
from agent.job.job import JobRecord
from agent.job.states import JobState
from agent.job.workers import WorkerInfo
from agent.report.words import accelerator, duration, printable, spoken, stage_name
from agent.restore import StoredJob

_STATE_STYLES = {
    JobState.COMPLETED: "green",
    JobState.REJECTED: "red",
    JobState.FAILED: "red",
    JobState.CANCELLED: "yellow",
}
_CHECK_MARKS = {"ok": ("✓", "green"), "optional": ("–", "yellow"), "missing": ("✗", "red")}


def jobs_table(jobs: Sequence[JobRecord]) -> Table:
    """One job a line, oldest first."""
    table = _table("job", "state", "user", "model", "subject", "submitted")
    for job in jobs:
        submitted = datetime.fromtimestamp(job.submitted_at_ms / 1000).isoformat(" ", "minutes")
        state = Text(spoken(job.state), _STATE_STYLES.get(job.state, "cyan"))
        table.add_row(job.id, state, printable(job.user), job.spec.model, Text(printable(job.spec.subject)), submitted)
    return table


def stored_jobs_table(jobs: Sequence[StoredJob]) -> Table:
    """One job of the store a line, oldest first, with the last stage that left a complete artifact."""
    table = _table("job", "finished up to", "user", "model", "subject")
    for job in jobs:
        spec = job.record.spec
        furthest = stage_name(job.furthest) if job.furthest else "nothing"
        table.add_row(job.record.id, furthest, printable(job.record.user), spec.model, Text(printable(spec.subject)))
    return table


def workers_table(workers: Sequence[WorkerInfo], now_ms: int) -> Table:
    """One worker a line; ``now_ms`` on the server's clock."""
    table = _table("worker", "queues", "busy", "up", "last sign", "accelerator", "version")
    for worker in workers:
        queues = "\n".join(worker.queues)
        table.add_row(
            worker.name,
            queues,
            f"{worker.busy} of {worker.slots}",
            duration((worker.clock_ms - worker.started_at_ms) / 1000) if worker.started_at_ms else "",
            f"{duration(max(0.0, (now_ms - worker.announced_ms) / 1000))} ago",
            accelerator(worker.capability),
            worker.version,
        )
    return table


def checks_table(checks: Iterable[Check]) -> Table:
    """One check a line, with the next step where there is one."""
    table = _table("", "what", "found", "next step")
    for check in checks:
        table.add_row(Text(*_CHECK_MARKS[check.state]), check.name, Text(check.found), Text(check.next_step))
    return table


def planted_table(cases: Iterable[PlantedCase]) -> Table:
    """What became of each case that the demo site plants."""
    table = _table("", "planted on the demo site", "page", "what became of it")
    for case in cases:
        mark = Text("✓", "green") if case.handled else Text("✗", "red")
        table.add_row(mark, case.name, case.path, Text(printable(case.found)))
    return table


def _table(*columns: str) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for column in columns:
        table.add_column(column, overflow="fold")
    return table
