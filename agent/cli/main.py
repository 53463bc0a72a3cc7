"""The console script ``finetune``."""

from __future__ import annotations

import sys
from typing import Any, Never

import click

from agent.cli.exits import EXIT_CODES_HELP
from agent.cli.failures import guarded
from agent.cli.lazy import LazyGroup

SENTENCES = {
    "run": "Run a job on this machine and watch it to its end.",
    "discover": "Find the documents about a subject, ranked; nothing is trained.",
    "parse": "Read documents and print their text as Markdown.",
    "demo": "Run the whole way once on a small site that comes with finetune.",
    "submit": "Hand a job to a cluster and return.",
    "status": "Show where a job stands and what it waits for.",
    "watch": "Follow a job live until it ends.",
    "cancel": "Stop a job; it can be resumed.",
    "resume": "Go on with a job that failed, was cancelled, was left or was lost.",
    "jobs": "List the jobs.",
    "data": "Show a job's training examples, each back to its page.",
    "report": "Write a job's report and print where it is.",
    "chat": "Ask a published model.",
    "worker": "Become a worker of one pool.",
    "workers": "List the live workers.",
    "flower": "Serve the Flower dashboard, with a password.",
    "doctor": "Check what is installed, reachable and missing.",
}


class CommandLine(LazyGroup):
    """The root group: every exception of every command passes through the one seam, `agent.cli.failures`."""

    def main(self, *args: Any, **kwargs: Any) -> Never:
        """Run and exit with the code that `agent.cli.exits` documents."""
        run = super().main
        sys.exit(guarded(lambda: run(*args, **{**kwargs, "standalone_mode": False})))


cli = CommandLine(
    "finetune",
    package="agent.cli.commands",
    sentences=SENTENCES,
    help="From a base model and a subject to a model that provably knows the subject.",
    epilog=EXIT_CODES_HELP,
    context_settings={"help_option_names": ["-h", "--help"]},
    params=[
        click.Option(
            ["--version"],
            is_flag=True,
            is_eager=True,
            expose_value=False,
            callback=lambda ctx, _, wanted: _print_version(ctx) if wanted else None,
            help="Show the version and exit.",
        )
    ],
)


def _print_version(ctx: click.Context) -> None:
    from agent.store.artifact import producer

    click.echo(producer())
    ctx.exit()


def main() -> None:
    """Parse the command line, run the command, exit."""
    cli.main()
