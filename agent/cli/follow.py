"""Follows a job to its end and says how it ended; what `run`, `demo`, `watch` and `resume` share."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

import click

from agent.cli.displays import Display, choose_display
from agent.cli.exits import ExitCode, exit_code_of
from agent.cli.hinting import Hinting
from agent.job.events import StateChanged
from agent.job.states import ENDS, JobState

if TYPE_CHECKING:
    from agent.client import Job


def follow(
    job: Job,
    hint: Callable[[], str],
    *,
    as_json: bool,
    plain: bool,
    hint_at_once: bool = False,
    tell: Callable[[Job], None] | None = None,
) -> ExitCode:
    """Show progress until the job ends, then its result; returns the exit code.

    ``tell`` prints the result of a job that completed, in place of the usual end.

    ``hint`` is asked what the job waits for, '' for nothing worth saying, whenever nothing moved for a while;
    ``hint_at_once`` also after each change of state, for jobs whose workers are not this command's to start.
    Ctrl-C asks whether to leave the job resumable or to cancel it; without a terminal it is left.
    """
    try:
        _show_all(job, choose_display(as_json=as_json, plain=plain), hint, at_once=hint_at_once)
    except KeyboardInterrupt:
        return _interrupted(job)
    if tell is not None and (state := job.record.state) is JobState.COMPLETED:
        tell(job)
        return exit_code_of(state)
    return tell_end(job, as_json=as_json)


def tell_end(job: Job, *, as_json: bool) -> ExitCode:
    """Print the result of an ended job; returns its exit code."""
    result = job.result()
    if as_json:
        from agent.cli.payload import result_payload

        click.echo(json.dumps({"event": "result", **result_payload(result)}))
    else:
        from agent.cli.ending import print_end
        from agent.cli.terminal import stdout

        print_end(stdout(), job.view(), result)
    return exit_code_of(result.state)


def _show_all(job: Job, display: Display, hint: Callable[[], str], *, at_once: bool) -> None:
    with display, Hinting(display, hint) as hinting:
        for event in job.events():
            hinting.show(event)
            if at_once and isinstance(event, StateChanged) and event.state not in ENDS:
                hinting.ask()


def _interrupted(job: Job) -> ExitCode:
    if not job.record.ended and _asks_to_cancel():
        job.cancel()
        how = "cancelled"
    else:
        how = "left as it is"
    click.echo(f"Job {job.id} is {how}; `finetune resume {job.id}` goes on with it.", err=True)
    return ExitCode.INTERRUPTED


def _asks_to_cancel() -> bool:
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        return False
    choice = click.Choice(["leave", "cancel"])
    try:
        answer = click.prompt(
            "\nLeave the job so that it can be resumed, or cancel it?", type=choice, default="leave", err=True
        )
    except click.Abort:
        return False
    return bool(answer == "cancel")
