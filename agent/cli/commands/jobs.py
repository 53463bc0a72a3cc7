"""``finetune jobs``: all jobs."""

from __future__ import annotations

import click

from agent.cli.connection import connection_options, open_client, settings
from agent.cli.output import json_option, print_json


@click.command("jobs")
@click.option("--user", default="", help="Only the jobs of this user.")
@click.option("--from-store", is_flag=True, help="The jobs that the artifact store knows; asks no server.")
@connection_options
@json_option
def command(user: str, from_store: bool, as_json: bool) -> None:
    """List the jobs."""
    if from_store:
        _list_stored(user, as_json=as_json)
        return
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


def _list_stored(user: str, *, as_json: bool) -> None:
    from agent.restore import stored_jobs
    from agent.store import Store

    place = settings().store
    known, unreadable = stored_jobs(Store(place))
    chosen = [job for job in known if not user or job.record.user == user]
    for job_id in unreadable:
        click.echo(f"The record of job {job_id} cannot be read.", err=True)
    if as_json:
        from agent.cli.payload import stored_payload

        for job in chosen:
            print_json(stored_payload(job))
        return
    if not chosen:
        click.echo(f"No jobs{f' of {user}' if user else ''} in the store {place}.", err=True)
        return
    from agent.cli.listings import stored_jobs_table
    from agent.cli.terminal import stdout

    stdout().print(stored_jobs_table(chosen))
