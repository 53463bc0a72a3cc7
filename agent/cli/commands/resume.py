"""``finetune resume``: go on with a job."""

from __future__ import annotations

import click

from agent.cli.connection import connection_options, open_client, settings
from agent.cli.exits import ExitCode
from agent.cli.follow import follow
from agent.cli.installed import demand_installed
from agent.cli.output import display_options


@click.command("resume")
@click.argument("job_id", metavar="JOB")
@click.option(
    "--watch",
    "watching",
    is_flag=True,
    help="Follow it to its end; without a named server this is so anyway.",
)
@connection_options
@display_options
def command(job_id: str, watching: bool, as_json: bool, plain: bool) -> ExitCode:
    """Go on with a job that failed, was cancelled or was left.

    Only what is missing is done. Without a named server this machine works on it until it ends.
    """
    from agent.cli.waiting import waits_for

    embedded = not settings().broker_url
    if embedded:
        demand_installed("run")
    with open_client(workers=embedded) as client:
        job = client.job(job_id)
        record = job.resume()
        if embedded:
            return follow(job, as_json=as_json, plain=plain)
        if watching:
            return follow(job, as_json=as_json, plain=plain, hint=lambda: waits_for(job.view(), client.workers()))
    click.echo(f"Job {job_id} is {record.state}; `finetune watch {job_id}` follows it.")
    return ExitCode.PUBLISHED
