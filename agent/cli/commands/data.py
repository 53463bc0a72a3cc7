"""``finetune data``: the training examples of a job, at any time."""

from __future__ import annotations

from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import click

from agent.cli.connection import connection_options, open_client
from agent.cli.output import json_option, print_json

if TYPE_CHECKING:
    from agent.dataset.select import Filter
    from agent.dataset.shown import Shown
    from agent.dataset.view import Dataset

SHOWN = 20
"""Rows that a search shows, and set-aside examples of each reason."""
SHOWN_PER_REASON = 3
"""Set-aside examples of each reason, where no reason is named."""
_ANY_REASON = "*"


@click.command("data")
@click.argument("job_id", metavar="JOB")
@click.option("--sample", type=click.IntRange(min=1), metavar="N", help="Show N rows by chance.")
@click.option("--search", metavar="WORDS", help=f"Show the first {SHOWN} rows with all of these words.")
@click.option(
    "--rejected", is_flag=False, flag_value=_ANY_REASON, metavar="[REASON]", help="What was refused, and why."
)
@click.option("--explain", metavar="ROW", help="Trace one row back to its page; the beginning of its id is enough.")
@click.option(
    "--export",
    "form",
    metavar="FORMAT",
    help="Write it for other tools: chat, prompt_completion, text, alpaca, sharegpt.",
)
@click.option(
    "--output", type=click.Path(path_type=Path, file_okay=False), metavar="DIR", help="A new folder, for --export."
)
@click.option("--split", type=click.Choice(["train", "validation", "test"]), help="Rows of this split only.")
@click.option("--kind", default="", metavar="KIND", help="Rows of this kind only, for example factual.")
@click.option("--topic", default="", metavar="TOPIC", help="Rows of topics with this in their name only.")
@click.option("--seed", type=int, default=0, show_default=True, help="Of --sample: another number shows other rows.")
@connection_options
@json_option
def command(
    job_id: str,
    sample: int | None,
    search: str | None,
    rejected: str | None,
    explain: str | None,
    form: str | None,
    output: Path | None,
    split: str | None,
    kind: str,
    topic: str,
    seed: int,
    as_json: bool,
) -> None:
    """Show a job's training examples, each back to its page.

    Counts, alerts, and what training on them will likely come to; also while they are made, and after the job failed
    or was rejected. One of --sample, --search, --rejected, --explain and --export shows more.
    """
    asked = [name for name, value in (("--sample", sample), ("--search", search), ("--rejected", rejected),
                                      ("--explain", explain), ("--export", form)) if value is not None]  # fmt: skip
    if len(asked) > 1:
        raise click.UsageError(f"{' and '.join(asked)} show different things: give one of them.")
    if (form is None) != (output is None):
        raise click.UsageError("--export FORMAT and --output DIR go together.")
    narrowed = [name for name, value in (("--split", split), ("--kind", kind), ("--topic", topic)) if value]
    if narrowed and sample is None and search is None:
        raise click.UsageError(f"{' and '.join(narrowed)} narrow what --sample and --search show: give one of them.")
    if search is not None and not search.split():
        raise click.UsageError("--search needs a word to look for.")
    wanted = _filter(split or "", kind, topic, search or "")
    with open_client() as client:
        dataset = client.job(job_id).dataset()
        if sample is not None:
            _rows(dataset.sample(sample, wanted, seed), job_id, as_json=as_json)
        elif search is not None:
            _rows(list(islice(dataset.rows(wanted), SHOWN)), job_id, as_json=as_json)
        elif rejected is not None:
            _refused(dataset, rejected, as_json=as_json)
        elif explain is not None:
            _explained(dataset, explain, as_json=as_json)
        elif form is not None and output is not None:
            _exported(dataset, form, output, as_json=as_json)
        else:
            _summary(dataset, as_json=as_json)


def _filter(split: str, kind: str, topic: str, words: str) -> Filter:
    from agent.dataset.select import Filter
    from agent.job.records import ExampleKind

    if kind and kind not in set(ExampleKind):
        raise click.BadParameter(f"{kind!r} is none; the kinds are {', '.join(ExampleKind)}.", param_hint="--kind")
    return Filter(split=split, kind=kind, topic=topic, words=words)


def _summary(dataset: Dataset, *, as_json: bool) -> None:
    summary = dataset.summary()
    if as_json:
        from agent.cli.payload import summary_payload

        print_json(summary_payload(summary))
        return
    from agent.cli.examples import print_summary
    from agent.cli.terminal import stdout

    print_summary(stdout(), summary)


def _rows(rows: list[Shown], job_id: str, *, as_json: bool) -> None:
    if as_json:
        from dataclasses import asdict

        for row in rows:
            print_json({"event": "row", **asdict(row)})
        return
    from agent.cli.examples import print_rows
    from agent.cli.terminal import stdout

    print_rows(stdout(), rows, job_id)


def _refused(dataset: Dataset, reason: str, *, as_json: bool) -> None:
    named = "" if reason == _ANY_REASON else reason
    items = dataset.refused(named, SHOWN if named else SHOWN_PER_REASON)
    if as_json:
        for stage, item in items:
            print_json({"event": "set_aside", "stage": stage, **item.model_dump(mode="json")})
        return
    from agent.cli.examples import print_refused
    from agent.cli.terminal import stdout

    print_refused(stdout(), items)


def _explained(dataset: Dataset, row_id: str, *, as_json: bool) -> None:
    origin = dataset.explain(row_id)
    if as_json:
        from agent.cli.payload import origin_payload

        print_json(origin_payload(origin))
        return
    from agent.cli.terminal import stdout
    from agent.cli.tracing import print_origin

    print_origin(stdout(), origin)


def _exported(dataset: Dataset, form: str, output: Path, *, as_json: bool) -> None:
    from agent.dataset.shapes import ExportFormat

    if form not in set(ExportFormat):
        raise click.BadParameter(f"{form!r} is none; the formats are {', '.join(ExportFormat)}.", param_hint="--export")
    files = dataset.export(ExportFormat(form), output.expanduser())
    if as_json:
        print_json({"event": "exported", "format": form, "files": [str(file) for file in files]})
        return
    for file in files:
        click.echo(str(file))
