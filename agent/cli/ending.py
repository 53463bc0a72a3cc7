"""Prints how a job ended: the verdict, base against tuned, the funnel, and where everything lies."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich import box
from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text

from agent.cli.found import set_aside_table, sources_table
from agent.job.evaluation import Evaluation, ShownAnswer, Verdict
from agent.job.result import JobResult
from agent.job.states import JobState
from agent.ledger.contract import JobView
from agent.report.comparison import comparison
from agent.report.funnel import funnel_lines
from agent.report.headline import headline
from agent.report.language_model import LanguageModels, language_models
from agent.report.words import count, printable, spoken, stage_name

_STYLES = {"good": "bold green", "bad": "bold red", "warn": "bold yellow", "open": "bold cyan"}


def print_end(console: Console, view: JobView, result: JobResult) -> None:
    """Print everything a person wants to know at the end of a job."""
    head = headline(view, result)
    console.print()
    console.print(Text.assemble((head.title, _STYLES[head.tone]), f"  {result.job_id}  {head.took}"))
    for line in head.lines:
        console.print(Text(printable(line)), soft_wrap=True)
    for name, why in result.skipped.items():
        console.print(Text.assemble(("Skipped ", "yellow"), printable(f"{name}: {why}")), soft_wrap=True)
    if models := language_models(view, result.usage, result.foreseen):
        print_models(console, models)
    for part in _parts(result):
        console.print()
        console.print(part)
    console.print()
    for name, place in places(result):
        console.print(Text(f"{name:<11} {place}"), soft_wrap=True)


def _parts(result: JobResult) -> Iterator[RenderableType]:
    if result.evaluation:
        yield _comparison_table(result.evaluation)
    if result.verdict:
        yield _criteria(result.verdict)
    if result.evaluation and result.evaluation.answers:
        yield _answers(result.evaluation.answers)
    if result.funnel:
        yield funnel_table(result)
    for failure in result.failures:
        if failure.facts.get("sources"):
            yield sources_table(failure.facts)
        if failure.rejected:
            yield set_aside_table(failure.rejected)


def print_models(console: Console, models: LanguageModels) -> None:
    """What language models took, with a loud line when their budget is spent."""
    console.print()
    if models.alert:
        console.print(Text(models.alert, "bold yellow"), soft_wrap=True)
    if models.lines:
        table = _table("Language model", "requests", "retries", "reused", "prompt tokens", "answer tokens", "cost")
        for line in models.lines:
            used = line.usage
            figures = (used.requests, used.retries, used.reused, used.prompt_tokens, used.completion_tokens)
            table.add_row(line.stage, *map(count, figures), line.cost)
        console.print(table)
    for note in models.notes:
        console.print(Text(note, "dim"), soft_wrap=True)


def _comparison_table(evaluation: Evaluation) -> Table:
    table = _table(
        "Held-out documents",
        "base",
        "tuned",
        "change",
        f"{evaluation.confidence:.0%} interval",
        "measured on",
    )
    for row in comparison(evaluation):
        table.add_row(row.name, row.base, row.tuned, row.change, row.interval, row.basis)
    return table


def _criteria(verdict: Verdict) -> Table:
    table = _table("Gate", "value", "interval", "threshold", "")
    for criterion in verdict.criteria:
        interval = f"{criterion.interval.low:.3f} to {criterion.interval.high:.3f}" if criterion.interval else ""
        value = "not measured" if criterion.value is None else f"{criterion.value:.3f}"
        mark = Text("✓", "green") if criterion.passed else Text("✗", "red")
        name = Text.assemble(mark, " ", spoken(criterion.name))
        table.add_row(name, value, interval, f"{criterion.threshold:.3f}", Text(criterion.sentence, "dim"))
    return table


def _answers(answers: Sequence[ShownAnswer]) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, show_lines=True, expand=True)
    for name, share in (
        ("Held-out question", 3),
        ("base answers", 4),
        ("tuned answers", 4),
        ("the document says", 4),
    ):
        table.add_column(name, ratio=share, overflow="fold")
    for shown in answers:
        table.add_row(*(Text(printable(text)) for text in (shown.question, shown.base, shown.tuned, shown.reference)))
    return table


def funnel_table(result: JobResult) -> Table:
    """What came into each stage, what went on, and why the rest did not."""
    table = _table("Funnel", "what", "in", "out", "rejected", "failed")
    for stage, noun, tally in funnel_lines(result.funnel):
        numbers = (count(tally.received), count(tally.kept))
        table.add_row(stage_name(stage), noun, *numbers, reasons(tally.rejected), reasons(tally.failed))
    return table


def reasons(counts: dict[str, int]) -> str:
    """``12 off topic, 3 near duplicate``, the most frequent first."""
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return ", ".join(f"{count(number)} {spoken(reason)}" for reason, number in ordered)


def places(result: JobResult) -> list[tuple[str, str]]:
    """Name and address of what the job left, and the command to try it."""
    found = [
        ("model", result.model_uri),
        ("report", result.report_uri),
        ("provenance", result.provenance_uri),
    ]
    if result.model_uri:
        found.append(("try it", f"finetune chat {result.job_id}"))
    if result.state in (JobState.FAILED, JobState.CANCELLED):
        found.append(("go on", f"finetune resume {result.job_id}"))
    return [(name, place) for name, place in found if place]


def _table(title: str, *columns: str) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    table.add_column(title, no_wrap=True)
    for column in columns:
        right = column in ("base", "tuned", "change", "value", "threshold", "in", "out")
        table.add_column(column, justify="right" if right else "left", overflow="fold")
    return table
