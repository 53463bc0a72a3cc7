"""``finetune doctor``: what is here, what is missing, how to get it."""

from __future__ import annotations

import click

from agent.cli.connection import connection_options, settings
from agent.cli.exits import ExitCode
from agent.cli.output import json_option, print_json


@click.command("doctor")
@click.option("--cluster", is_flag=True, help="Look at server, store and workers instead of this machine.")
@connection_options
@json_option
def command(cluster: bool, as_json: bool) -> ExitCode:
    """Check what is installed, reachable and missing.

    With --cluster: what is wrong with the cluster of the named server, or with the embedded one while it runs.

    Ends with 1 when something is missing or broken without which jobs cannot run; a warning alone does not.
    """
    from dataclasses import asdict

    from agent.cli.checks import all_checks, cluster_checks

    checks = cluster_checks(settings()) if cluster else all_checks(settings())
    if as_json:
        for check in checks:
            print_json(asdict(check))
    else:
        from agent.cli.listings import checks_table
        from agent.cli.terminal import stdout

        stdout().print(checks_table(checks))
    return ExitCode.FAILED if any(check.state == "missing" for check in checks) else ExitCode.PUBLISHED
