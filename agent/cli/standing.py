"""Prints where a job stands."""

from __future__ import annotations

from rich.console import Console
from rich.text import Text

from agent.cli.displays.footer import footer
from agent.cli.displays.table import stage_table
from agent.job.progress import eta_s, measure
from agent.ledger.contract import JobView
from agent.report.words import printable, stage_name


def print_standing(console: Console, view: JobView, waiting: str) -> None:
    """The job, its stages, the parts that were given up, and what it waits for."""
    job = view.job
    console.print(Text(f"{job.id}: {printable(job.spec.subject)}", "bold"))
    console.print(Text(f"model {job.spec.model}, user {job.user}, from {', '.join(job.spec.sources)}", "dim"))
    console.print(stage_table(stage for stage in measure(view) if stage.state != "waiting"))
    for stage, each in view.stages.items():
        for shard, reason in each.faults.items():
            line = f"{stage_name(stage)}, part {shard} was given up: {printable(reason)}"
            console.print(Text(line, "yellow"), soft_wrap=True)
    console.print(Text(footer(job.state, printable(job.reason), eta_s(view)), "bold"), soft_wrap=True)
    if waiting:
        console.print(Text(waiting, "yellow"), soft_wrap=True)
