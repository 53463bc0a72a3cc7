"""Prints where a job stands."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.text import Text

from agent.cli.displays.footer import footer
from agent.cli.displays.table import stage_table
from agent.dataset.alerts import Alert
from agent.dataset.forecast import Forecast
from agent.job.cost_forecast import CostForecast
from agent.job.progress import eta_s, measure
from agent.ledger.contract import JobView
from agent.report.language_model import budget_alert, forecast_line, of_budget
from agent.report.words import printable, stage_name


def print_standing(
    console: Console,
    view: JobView,
    waiting: str,
    alerts: Sequence[Alert] = (),
    forecast: Forecast | None = None,
    foreseen: CostForecast | None = None,
) -> None:
    """The job, its stages, the parts that were given up, what its examples give cause to say, what language models
    take, and what it waits for."""
    job = view.job
    console.print(Text(f"{job.id}: {printable(job.spec.subject)}", "bold"))
    console.print(Text(f"model {job.spec.model}, user {job.user}, from {', '.join(job.spec.sources)}", "dim"))
    console.print(stage_table(stage for stage in measure(view) if stage.state != "waiting"))
    for stage, each in view.stages.items():
        for shard, reason in each.faults.items():
            line = f"{stage_name(stage)}, part {shard} was given up: {printable(reason)}"
            console.print(Text(line, "yellow"), soft_wrap=True)
    for alert in alerts:
        console.print(Text(f"Examples: {printable(alert.text)}; {alert.advice_for(job.id)}.", "yellow"), soft_wrap=True)
    if forecast and not job.ended:
        console.print(Text(" ".join(("Forecast:", *forecast.sentences))), soft_wrap=True)
    if foreseen:
        console.print(Text(forecast_line(view, foreseen), "dim"), soft_wrap=True)
    if view.spent.amount.tokens:
        console.print(Text(f"language model so far: {of_budget(view)}", "dim"), soft_wrap=True)
    if spent := budget_alert(view):
        console.print(Text(spent, "bold yellow"), soft_wrap=True)
    console.print(Text(footer(job.state, printable(job.reason), eta_s(view)), "bold"), soft_wrap=True)
    if waiting:
        console.print(Text(waiting, "yellow"), soft_wrap=True)
