"""``finetune discover``: the documents about a subject, ranked, and nothing more."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from agent.cli.connection import connection_options, open_client
from agent.cli.exits import ExitCode
from agent.cli.follow import follow
from agent.cli.installed import demand_installed
from agent.cli.job_options import spec_from, spec_options
from agent.cli.output import announce, display_options, print_json
from agent.errors import ArtifactCorrupt

if TYPE_CHECKING:
    from agent.client import Job


@click.command("discover")
@spec_options
@click.option(
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Also write the list there, to be edited and submitted with --source candidates:FILE.",
)
@click.option("--top", type=click.IntRange(min=0), default=30, show_default=True, help="Documents shown; 0 shows all.")
@connection_options
@display_options
def command(output: Path | None, top: int, as_json: bool, plain: bool, **chosen: Any) -> ExitCode:
    """Find the documents about a subject, ranked; nothing is trained.

    Each comes with its score and what that is made of, its licence, and whether it may be used; below stand the
    topics of the subject and how well they are covered. With --json each is one line.
    """  # fmt: skip
    spec = spec_from(chosen).model_copy(update={"until": "discover"})
    if output is not None and not output.expanduser().absolute().parent.is_dir():
        raise click.BadParameter(f"The folder {str(output.parent)!r} does not exist.", param_hint="--output")
    demand_installed("discover")
    from agent.cli.hint import hint_for
    from agent.preflight import check

    check(spec)  # before the cluster starts: a wrong folder must not cost the seconds that takes
    with open_client(workers=True) as client:
        job = client.submit(spec)
        announce(job.id, as_json=as_json)
        tell = partial(_tell, output=output, top=top, as_json=as_json)
        return follow(job, hint_for(client, job.id), as_json=as_json, plain=plain, tell=tell)


def _tell(job: Job, *, output: Path | None, top: int, as_json: bool) -> None:
    discovery = job.discovery()
    if discovery is None:
        raise ArtifactCorrupt(f"Job {job.id} completed without the list of its documents.")
    if as_json:
        from agent.cli.payload import discovery_payload

        for line in discovery_payload(discovery):
            print_json(line)
    else:
        from agent.cli.found import print_discovery
        from agent.cli.terminal import stdout

        print_discovery(stdout(), discovery, top=top)
    if output is not None:
        from agent.job.candidate_list import write_candidates

        written = write_candidates(discovery.candidates, output.expanduser())
        click.echo(f"{written} documents written to {output}; go on with --source candidates:{output}", err=True)
