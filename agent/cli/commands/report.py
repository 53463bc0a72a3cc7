"""``finetune report``: a job's page."""

from __future__ import annotations

import click

from agent.cli.connection import connection_options, open_client


@click.command("report")
@click.argument("job_id", metavar="JOB")
@click.option("--open", "opening", is_flag=True, help="Open it in the browser too.")
@connection_options
def command(job_id: str, opening: bool) -> None:
    """Write a job's report and print where it is.

    One HTML page that needs nothing else. Of a job that has not ended it shows the present state.
    """
    with open_client() as client:
        uri = client.job(job_id).result().report_uri
    click.echo(uri)
    if opening:
        click.launch(uri)
