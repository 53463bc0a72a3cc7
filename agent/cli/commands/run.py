"""``finetune run``: the whole job on this machine."""

from __future__ import annotations

from typing import Any

import click

from agent.cli.connection import home_options, local_client
from agent.cli.exits import ExitCode
from agent.cli.follow import follow
from agent.cli.installed import demand_installed
from agent.cli.job_options import DEFAULT_MODEL, spec_from, spec_options
from agent.cli.output import announce, display_options


@click.command("run")
@spec_options
@home_options
@display_options
def command(as_json: bool, plain: bool, **chosen: Any) -> ExitCode:
    """Run a job on this machine and watch it to its end.

    SUBJECT says what the model shall learn, for example "quantum computing". A private server and one worker
    per pool are started for it, and end with it. Ctrl-C leaves the job resumable.
    """
    spec = spec_from(chosen)
    demand_installed("run")
    if chosen["model"] is None and spec.model == DEFAULT_MODEL:
        click.echo(f"Base model: {DEFAULT_MODEL}, the default; --model takes another.", err=True)
    from agent.cli.hint import hint_for
    from agent.preflight import check

    # Before the cluster starts: a wrong model name must not cost the seconds that takes.
    check(spec)
    with local_client(workers=True) as client:
        job = client.submit(spec)
        announce(job.id, as_json=as_json)
        return follow(job, hint_for(client, job.id), as_json=as_json, plain=plain)
