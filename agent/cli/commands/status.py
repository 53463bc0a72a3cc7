"""``finetune status``: one look at a job."""

from __future__ import annotations

import click

from agent.cli.connection import connection_options, open_client
from agent.cli.output import json_option, print_json


@click.command("status")
@click.argument("job_id", metavar="JOB")
@connection_options
@json_option
def command(job_id: str, as_json: bool) -> None:
    """Show where a job stands and what it waits for."""
    from agent.cli.hint import waiting_of
    from agent.dataset.news import read_alerts, read_forecast

    with open_client() as client:
        job = client.job(job_id)
        view = job.view()
        waiting, foreseen = waiting_of(client, view), job.cost_forecast()
        outputs = job.outputs()
        alerts, forecast = read_alerts(view, outputs, client.store), read_forecast(outputs, client.store)
    if as_json:
        from agent.cli.payload import status_payload

        print_json(status_payload(view, waiting, alerts, forecast, foreseen))
        return
    from agent.cli.standing import print_standing
    from agent.cli.terminal import stdout

    print_standing(stdout(), view, waiting, alerts, forecast, foreseen)
