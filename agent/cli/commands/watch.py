"""``finetune watch``: a job, live."""

from __future__ import annotations

import click

from agent.cli.connection import connection_options, open_client
from agent.cli.exits import ExitCode
from agent.cli.follow import follow
from agent.cli.output import display_options


@click.command("watch")
@click.argument("job_id", metavar="JOB")
@connection_options
@display_options
def command(job_id: str, as_json: bool, plain: bool) -> ExitCode:
    """Follow a job live until it ends.

    Ends with the job's exit code. On an embedded server it shows a job that another terminal runs.
    """
    from agent.cli.hint import hint_for

    with open_client() as client:
        job = client.job(job_id)
        return follow(job, hint_for(client, job_id), as_json=as_json, plain=plain, hint_at_once=True)
