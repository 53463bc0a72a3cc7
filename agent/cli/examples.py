"""Prints the training examples of a job: how many of what, rows as people read them, and what was refused."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from rich import box
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from agent.contract import Stage
from agent.dataset.shown import Shown
from agent.dataset.summary import Summary
from agent.job.records import Rejected, Split
from agent.report.words import count, percent, printable, spoken, stage_name

_STANDINGS = {
    "empty": "No example was made yet.",
    "generating": "The examples of {} of {} parts, before duplicates go and the dataset is built:",
    "assembled": "The dataset, before permissions are asked for again:",
    "cleared": "The dataset as it is trained on:",
}
_TOPICS_SHOWN = 15
_TEXT_CHARS = 700
"""Of running text and passages: enough to judge it."""
_SPEAKERS = {"user": "asked", "assistant": "answer", "system": "system", "text": "text"}


def print_summary(console: Console, summary: Summary) -> None:
    """Counts by split, kind, difficulty and topic; what was set aside; alerts; the forecast."""
    console.print(Text(f"{summary.job_id}: {count(summary.counts.rows)} rows", "bold"))
    console.print(_STANDINGS[summary.standing].format(*summary.units))
    for table in _tables(summary):
        console.print()
        console.print(table)
    console.print()
    for alert in summary.alerts:
        where = f" (parts {_some(alert.shards)})" if alert.shards else ""
        line = f"Alert: {printable(alert.text)}{where}; {alert.advice_for(summary.job_id)}."
        console.print(Text(line, "yellow"), soft_wrap=True)
    if not summary.alerts and summary.counts.rows:
        console.print(Text("No alert: drift, repetition, diversity and refusals are within their limits.", "dim"))
    if summary.forecast:
        console.print(Text("Forecast, a rule of thumb:", "bold"))
        for sentence in summary.forecast.sentences:
            console.print(Text(sentence), soft_wrap=True)


def _tables(summary: Summary) -> Iterator[Table]:
    counts = summary.counts
    if not counts.rows:
        return
    yield _by_split("Kind", counts.kinds, counts.splits)
    if counts.difficulties:
        yield _by_split("Difficulty", counts.difficulties, None)
    if set(counts.topics) - {""}:
        yield _by_split("Topic", counts.topics, None, _TOPICS_SHOWN)
    if summary.set_aside:
        table = _table("Set aside by", "reason")
        for stage, reasons in summary.set_aside.items():
            table.add_row(stage_name(stage), ", ".join(f"{count(many)} {spoken(why)}" for why, many in reasons.items()))
        yield table


def _by_split(
    title: str, counts: Mapping[str, Counter[str]], total: Counter[str] | None, most: int | None = None
) -> Table:
    table = _table(title, *(split.value for split in Split), "all", "share")
    every = sum(splits.total() for splits in counts.values())
    ordered = sorted(counts.items(), key=lambda item: (-item[1].total(), item[0]))
    for name, splits in ordered[:most]:
        cells = [count(splits[split.value]) for split in Split]
        shown = spoken(printable(name)) or "none of the map"
        table.add_row(shown, *cells, count(splits.total()), percent(splits.total() / every))
    if len(ordered) > len(ordered[:most]):
        table.add_row(Text(f"and {len(ordered) - len(ordered[:most])} more", "dim"))
    if total is not None:
        cells = [count(total[split.value]) for split in Split]
        table.add_row(*(Text(cell, "bold") for cell in ("all", *cells, count(total.total()))))
    return table


def print_rows(console: Console, rows: Sequence[Shown], job_id: str) -> None:
    """Rows one below the other, with the command that traces the first back to its page."""
    for row in rows:
        console.print(row_head(row))
        print_turns(console, row)
        console.print()
    if not rows:
        console.print("No row fits.")
        return
    console.print(Text(f"Where it comes from: finetune data {job_id} --explain {rows[0].id}", "dim"), soft_wrap=True)


def row_head(row: Shown) -> Text:
    """``3f2a…  factual · easy · train · surface codes``."""
    about = " · ".join(part for part in (spoken(row.kind), row.difficulty, row.split, printable(row.topic)) if part)
    return Text.assemble((row.id, "bold"), "  ", (about, "dim"))


def print_turns(console: Console, row: Shown, *, whole: bool = False) -> None:
    """What is said in it, each turn under who says it; long texts are cut unless the ``whole`` is wanted."""
    for speaker, said in row.turns:
        style = "cyan" if speaker == "user" else ""
        told = Text.assemble(
            (f"{_SPEAKERS.get(speaker, speaker)}: ", "dim"),
            (printable(said) if whole else _cut(printable(said)), style),
        )
        console.print(Padding(told, (0, 0, 0, 2)))
    for option in row.wrong_answers:
        console.print(Padding(Text.assemble(("not: ", "dim"), printable(option)), (0, 0, 0, 2)))


def print_refused(console: Console, items: Sequence[tuple[Stage, Rejected]]) -> None:
    """What was set aside, with its reason and what was written where that was kept."""
    for stage, item in items:
        where = f"  {stage_name(stage)}  {item.id}  {item.url}"
        head = Text.assemble((spoken(item.reason), "bold yellow"), (where, "dim"))
        console.print(head, soft_wrap=True)
        record = {name: str(item.record[name]) for name in ("kind", "prompt", "response") if item.record.get(name)}
        for name, said in {**record, "because": item.detail}.items():
            if said and (name == "prompt" or said != record.get("prompt")):
                told = Text.assemble((f"{name}: ", "dim"), _cut(printable(said)))
                console.print(Padding(told, (0, 0, 0, 2)))
        console.print()
    if not items:
        console.print("No example was set aside.")


def _cut(text: str) -> str:
    return text if len(text) <= _TEXT_CHARS else f"{text[:_TEXT_CHARS].rstrip()} …"


def _some(shards: Sequence[str], most: int = 4) -> str:
    return ", ".join(shards[:most]) + (" …" if len(shards) > most else "")


def _table(first: str, *columns: str) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    table.add_column(first)
    for column in columns:
        table.add_column(column, justify="left" if column == "reason" else "right", overflow="fold")
    return table
