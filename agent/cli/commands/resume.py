"""``finetune resume``: go on with a job."""

from __future__ import annotations

import click

from agent.cli.connection import connection_options, open_client, settings
from agent.cli.exits import ExitCode
from agent.cli.follow import follow
from agent.cli.installed import demand_installed
from agent.cli.output import display_options, print_json
from agent.cli.restoring import tell_restored


@click.command("resume")
@click.argument("job_id", metavar="JOB")
@click.option(
    "--watch",
    "watching",
    is_flag=True,
    help="Follow it to its end; without a named server this is so anyway.",
)
@click.option(
    "--from-store",
    is_flag=True,
    help="The server lost the job: read it back from the artifact store. `finetune jobs --from-store` lists the ids.",
)
@connection_options
@display_options
def command(job_id: str, watching: bool, from_store: bool, as_json: bool, plain: bool) -> ExitCode:
    """Go on with a job that failed, was cancelled, was left or was lost.

    Only what is missing is done. Without a named server this machine works on it until it ends.
    """
    from agent.cli.hint import hint_for

    embedded = not settings().broker_url
    if embedded:
        demand_installed("run")
    with open_client(workers=embedded) as client:
        if from_store:
            restored = client.restore(job_id)
            tell_restored(restored, as_json=as_json)
            job, record = client.job(job_id), restored.record
        else:
            job = client.job(job_id)
            record = job.resume()
        if embedded or watching:
            hint = hint_for(client, job_id)
            return follow(job, hint, as_json=as_json, plain=plain, hint_at_once=not embedded)
    if as_json:
        print_json({"event": "resumed", "job_id": job_id, "state": record.state})
        return ExitCode.PUBLISHED
    goes_on = f"`finetune report {job_id}` shows it" if record.ended else f"`finetune watch {job_id}` follows it"
    click.echo(f"Job {job_id} is {record.state}; {goes_on}.")
    return ExitCode.PUBLISHED
