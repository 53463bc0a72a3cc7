"""How commands speak: options for machines and pipes, and the line that names a new job."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import click


def json_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """``--json`` as ``as_json``."""
    return click.option("--json", "as_json", is_flag=True, help="JSON on stdout, one object a line.")(command)


def display_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """``--json`` and ``--plain``, for commands that show progress."""
    plain = click.option("--plain", is_flag=True, help="Lines instead of the live table, also on a terminal.")
    return json_option(plain(command))


def print_json(payload: object) -> None:
    """One object on one line."""
    click.echo(json.dumps(payload))


def announce(job_id: str, *, as_json: bool) -> None:
    """Name the job at once, so that it can be found again whatever happens to this terminal."""
    if as_json:
        print_json({"event": "submitted", "job_id": job_id})
    else:
        click.echo(f"Job {job_id}", err=True)
