"""``finetune cancel``: stop a job."""

from __future__ import annotations

import click

from agent.cli.connection import connection_options, open_client


@click.command("cancel")
@click.argument("job_id", metavar="JOB")
@connection_options
def command(job_id: str) -> None:
    """Stop a job; it can be resumed.

    What runs ends at its next sign of life, within some seconds; nothing finished is lost.
    """
    with open_client() as client:
        record = client.job(job_id).cancel()
    click.echo(f"Job {job_id} is {record.state}; `finetune resume {job_id}` goes on with it.")
