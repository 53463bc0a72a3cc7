"""``finetune flower``: the dashboard of Celery, behind a password."""

from __future__ import annotations

import os
import secrets
import signal
import subprocess
import sys
from collections.abc import Mapping

import click

from agent.cli.connection import connection_options, open_client
from agent.cli.installed import demand_installed
from agent.errors import InvalidSpec

USER_VARIABLE = "FINETUNE_FLOWER_USER"
PASSWORD_VARIABLE = "FINETUNE_FLOWER_PASSWORD"
LOOPBACK = "127.0.0.1"
_GRACE_S = 5.0
"""Flower waits for ever for a server that went away before it."""
_PASSWORD_BYTES = 18
_COLUMNS = "name,state,kwargs,received,started,runtime,worker,uuid"
"""What a task is and about what comes first; our tasks carry job, stage and shard as keyword arguments."""


@click.command("flower")
@click.option("--port", type=click.IntRange(0, 65535), default=5555, show_default=True, help="0 takes any free one.")
@click.option("--address", default=LOOPBACK, show_default=True, help="Address to listen on.")
@click.option("--url-prefix", default="", help="First part of every path, behind a proxy.")
@click.option("--control", is_flag=True, help="Allow Flower to steer workers; otherwise it only shows.")
@connection_options
def command(port: int, address: str, url_prefix: str, control: bool) -> int:
    """Serve the Flower dashboard, with a password.

    User and password come from FINETUNE_FLOWER_USER and FINETUNE_FLOWER_PASSWORD; what is not set is made
    up and printed. It listens on this machine only, unless --address says otherwise; put TLS in front then.
    """
    demand_installed("flower")
    user, password, made_up = credentials(os.environ)
    with open_client() as client:
        argv = flower_argv(port=port, address=address, url_prefix=url_prefix, control=control)
        environment = flower_environment(os.environ, client.settings.broker_url, user, password)
        shown = password if made_up else f"as in {PASSWORD_VARIABLE}"
        prefix = f"{url_prefix.strip('/')}/" if url_prefix else ""
        click.echo(f"Flower: http://{address}:{port or '…'}/{prefix}  user {user}  password {shown}", err=True)
        process = subprocess.Popen(argv, env=environment)
        # SIGTERM would end this process alone and leave the dashboard behind.
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
        try:
            return process.wait()
        except BaseException:
            process.terminate()
            try:
                process.wait(_GRACE_S)
            except subprocess.TimeoutExpired:
                process.kill()
            raise


def credentials(environment: Mapping[str, str]) -> tuple[str, str, bool]:
    """User, password, and whether the password was made up here.

    Raises:
        InvalidSpec: a comma or a colon would end the name or begin another account in Flower's own syntax.
    """
    user = environment.get(USER_VARIABLE) or "finetune"
    password = environment.get(PASSWORD_VARIABLE) or ""
    for name, value, forbidden in ((USER_VARIABLE, user, ":,"), (PASSWORD_VARIABLE, password, ",")):
        if any(sign in value for sign in forbidden):
            raise InvalidSpec(f"{name} must not contain any of {forbidden!r}.", next_step="Choose another.")
    return user, password or secrets.token_urlsafe(_PASSWORD_BYTES), not password


def flower_argv(*, port: int, address: str, url_prefix: str, control: bool) -> list[str]:
    """Flower's command line; nothing in it is secret."""
    argv = [
        sys.executable,
        "-m",
        "celery",
        "-A",
        "workers.app",
        "flower",
        f"--address={address}",
        f"--port={port}",
    ]
    argv += [f"--tasks-columns={_COLUMNS}", f"--read-only={not control}"]
    return [*argv, f"--url-prefix={url_prefix.strip('/')}"] if url_prefix else argv


def flower_environment(environment: Mapping[str, str], broker_url: str, user: str, password: str) -> dict[str, str]:
    """The environment with server and account: a command line could be read by every user of the machine.

    Settings that would open Flower's API or replace its login are taken out.
    """
    weakening = {"FLOWER_UNAUTHENTICATED_API", "FLOWER_AUTH_PROVIDER", "FLOWER_AUTH"}
    kept = {name: value for name, value in environment.items() if name not in weakening}
    return {**kept, "FINETUNE_BROKER_URL": broker_url, "FLOWER_BASIC_AUTH": f"{user}:{password}"}
