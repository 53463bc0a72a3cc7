"""``finetune demo``: the whole way once, without a network."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from agent.cli.connection import home_options, local_client
from agent.cli.exits import ExitCode
from agent.cli.follow import follow
from agent.cli.installed import demand_installed
from agent.cli.job_options import DEFAULT_MODEL, model_option, set_option
from agent.cli.output import announce, display_options, print_json

if TYPE_CHECKING:
    from agent.client import Client, Job
    from agent.spec import JobSpec

EPOCHS = 0.75
"""Three quarters of a pass over the rows show a gain far beyond noise and take about three minutes on two cores."""
REQUESTS_PER_S = 50.0
"""The site is served by this very command: there is nobody to be polite to."""


@click.command("demo")
@model_option
@set_option
@home_options
@display_options
def command(model: str | None, assignments: tuple[str, ...], as_json: bool, plain: bool) -> ExitCode:
    """Run the whole way once on a small site that comes with finetune.

    Needs no network but for the base model. The site has a page that robots.txt closes, a licence that
    forbids training, a near duplicate, pages off the subject and a scan: the end shows what became of each.
    """
    demand_installed("run")
    from agent.cli.hint import hint_for
    from agent.demo.server import free_demo_port, serve_demo_site

    with serve_demo_site(free_demo_port()) as base:
        spec = demo_spec(base, model or DEFAULT_MODEL, assignments)
        click.echo(f"Demo site: {base}  subject: {spec.subject}  base model: {spec.model}", err=True)
        with local_client(workers=True) as client:
            job = client.submit(spec)
            announce(job.id, as_json=as_json)
            code = follow(job, hint_for(client, job.id), as_json=as_json, plain=plain)
            if job.record.ended:
                _tell_planted(client, job, as_json=as_json)
            return code


def demo_spec(base: str, model: str, assignments: tuple[str, ...]) -> JobSpec:
    """The job on the site served at ``base``.

    Raises:
        InvalidSpec: an assignment is wrong.
    """
    from agent.cli.assignments import Fields, assign, read_assignments
    from agent.demo.server import DEMO_SUBJECT
    from agent.spec import JobSpec

    fields: Fields = {"model": model, "subject": DEMO_SUBJECT, "sources": [f"site:{base}"]}
    fields = assign(fields, "retrieve.requests_per_second", REQUESTS_PER_S)
    fields = assign(fields, "train.epochs", EPOCHS)
    for path, value in read_assignments(assignments):
        fields = assign(fields, path, value)
    return JobSpec(**fields)


def _tell_planted(client: Client, job: Job, *, as_json: bool) -> None:
    from agent.cli.planted import planted_cases
    from agent.report.evidence import documents_read, rejected_items

    outputs = job.outputs()
    cases = planted_cases(rejected_items(outputs, client.store), documents_read(outputs, client.store))
    if as_json:
        print_json({"event": "planted", "cases": [case.payload() for case in cases]})
        return
    from agent.cli.listings import planted_table
    from agent.cli.terminal import stdout

    stdout().print()
    stdout().print(planted_table(cases))
