"""``finetune submit``: a job for a cluster."""

from __future__ import annotations

from typing import Any

import click

from agent.cli.connection import connection_options, named_broker
from agent.cli.job_options import spec_from, spec_options
from agent.cli.output import json_option, print_json


@click.command("submit")
@spec_options
@connection_options
@json_option
def command(as_json: bool, **chosen: Any) -> None:
    """Hand a job to a cluster and return.

    Prints the job's id. The cluster's workers must be able to read the sources and the model.
    """
    settings = named_broker("submit", "use `finetune run`, which brings its own")
    spec = spec_from(chosen)
    from agent.cli.hint import waiting_of
    from agent.client import Client

    with Client(settings=settings) as client:
        job = client.submit(spec)
        waiting = waiting_of(client, job.view())
    if as_json:
        print_json({"event": "submitted", "job_id": job.id, "model": spec.model, "waits_for": waiting})
        return
    click.echo(job.id)
    click.echo(waiting or f"`finetune watch {job.id}` follows it.", err=True)
