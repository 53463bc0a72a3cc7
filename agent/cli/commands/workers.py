"""``finetune workers``: who is there."""

from __future__ import annotations

import click

from agent.cli.connection import connection_options, open_client
from agent.cli.output import json_option, print_json


@click.command("workers")
@connection_options
@json_option
def command(as_json: bool) -> None:
    """List the live workers.

    How many slots were in use, how long the worker runs, and when it last announced itself (every 10 s).
    """
    with open_client() as client:
        workers, now_ms = client.workers(), client.health().now_ms
    if as_json:
        for worker in workers:
            print_json(worker.model_dump(mode="json"))
        return
    if not workers:
        click.echo("No live workers: `finetune worker POOL` starts one.", err=True)
        return
    from agent.cli.listings import workers_table
    from agent.cli.terminal import stdout

    stdout().print(workers_table(workers, now_ms))
