"""``finetune jobs``: all jobs."""

from __future__ import annotations

import click

from agent.cli.connection import connection_options, open_client
from agent.cli.output import json_option, print_json


@click.command("jobs")
@click.option("--user", default="", help="Only the jobs of this user.")
@connection_options
@json_option
def command(user: str, as_json: bool) -> None:
    """List the jobs."""
    with open_client() as client:
        jobs = client.jobs(user)
    if as_json:
        from agent.cli.payload import job_payload

        for job in jobs:
            print_json(job_payload(job))
        return
    if not jobs:
        click.echo(f"No jobs{f' of {user}' if user else ''} here.", err=True)
        return
    from agent.cli.listings import jobs_table
    from agent.cli.terminal import stdout

    stdout().print(jobs_table(jobs))
