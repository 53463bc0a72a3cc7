"""``finetune parse``: files to clean, structured text, and nothing more."""

from __future__ import annotations

import os
import sys
from functools import partial
from pathlib import Path

import click

from agent.cli.assignments import Fields, assign, read_assignments
from agent.cli.installed import demand_installed
from agent.cli.job_options import set_option
from agent.errors import InvalidSpec

_MAX_PROCESSES = 4
"""Readers at once unless more are asked for: each takes up to 1 GB with its libraries."""


@click.command("parse")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="FILE...")
@click.option("--json", "form", flag_value="json", help="One JSON object a line for each file, with all that is known.")
@click.option("--marked", "form", flag_value="marked", help="Markdown with comments that keep all else that is known.")
@click.option("--explain", "form", flag_value="explain", help="What was decided about each file, and why.")
@click.option(
    "--processes",
    type=click.IntRange(1, 64),
    help=f"Files read at once.  [default: one a core, at most {_MAX_PROCESSES}]",
)
@partial(set_option, fields="Any field of parse", example="parse.languages=[]")
def command(files: tuple[Path, ...], form: str | None, processes: int | None, assignments: tuple[str, ...]) -> None:
    """Read documents and print their text as Markdown.

    FILE is a document (PDF, HTML, JATS, Markdown, reStructuredText, LaTeX, text, notebook, EPUB, DOCX) or a folder of
    them. Each is read as a job reads it, in a process with limits. What a job would not use is printed all the same,
    with the reason on stderr; the exit code is 1 when a file could not be read at all.
    """
    config = _parse_fields(assignments)
    for file in files:
        if not os.path.lexists(file):
            raise InvalidSpec(f"There is no file {str(file)!r}.", next_step="Check the path.")
    demand_installed("parse")
    from agent.cli.checks.machine import allowed_cores
    from agent.spec import JobSpec

    spec = JobSpec(model="none", subject="none", **config)
    readers = processes or min(allowed_cores(), _MAX_PROCESSES)
    options = ["--form", form or "markdown", "--config", spec.parse.model_dump_json(), "--processes", str(readers)]
    # -P: a file of the current folder must not pass for a library of ours.
    argv = [sys.executable, "-P", "-m", "workers.parse.alone", *options, "--", *map(str, files)]
    os.execv(sys.executable, argv)


def _parse_fields(assignments: tuple[str, ...]) -> Fields:
    fields: Fields = {}
    for path, value in read_assignments(assignments):
        if not path.startswith("parse."):
            raise InvalidSpec(f"--set {path}: `finetune parse` has no such stage.", next_step="Set fields of parse.")
        fields = assign(fields, path, value)
    return fields
