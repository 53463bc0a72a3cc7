"""Which deployment a command speaks to: a server that was named, or the embedded one."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from agent.errors import InvalidSpec, StoreUnavailable

if TYPE_CHECKING:
    from collections.abc import Callable

    from agent.client import Client
    from agent.settings import Settings

_VARIABLES = {"broker": "FINETUNE_BROKER_URL", "store": "FINETUNE_STORE_URL", "home": "FINETUNE_HOME"}


def _into_environment(ctx: click.Context, option: click.Parameter, value: str | None) -> None:
    """Put an address where every process of ours looks for it: the processes a command starts inherit it."""
    if value and option.name:
        is_folder = option.name == "home"
        os.environ[_VARIABLES[option.name]] = str(Path(value).expanduser().absolute()) if is_folder else value


def home_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """``--home`` and ``--store``, for commands that use the embedded server."""
    command = click.option(
        "--store", metavar="URL", callback=_into_environment, expose_value=False,
        help="Artifact store: a folder or fsspec URL.  [default: HOME/store]",
    )(command)  # fmt: skip
    return click.option(
        "--home", metavar="DIR", callback=_into_environment, expose_value=False,
        help="Folder of the embedded server, its data and models.  [default: ~/.finetune]",
    )(command)  # fmt: skip


def connection_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """``--broker``, ``--home`` and ``--store``, for commands that look at jobs wherever they are."""
    return click.option(
        "--broker", metavar="URL", callback=_into_environment, expose_value=False,
        help="Redis or Valkey server, redis://:PASSWORD@HOST:6379/0; better set FINETUNE_BROKER_URL, "
        "which other users of the machine cannot read.  [default: the embedded server]",
    )(home_options(command))  # fmt: skip


def settings() -> Settings:
    """The settings of this command."""
    from agent.settings import Settings

    return Settings()


def open_client(*, workers: bool = False) -> Client:
    """A client of the named server, else of the embedded one; ``workers`` starts its workers too."""
    from agent.client import Client

    chosen = settings()
    return Client(settings=chosen) if chosen.broker_url else local_client(workers=workers)


def local_client(*, workers: bool) -> Client:
    """A client of the embedded server, also where the environment names another.

    Raises:
        StoreUnavailable: the home folder cannot be made or written.
        MissingDependency: the embedded server is not installed.
    """
    from agent.client import Client

    chosen = settings()
    try:
        return Client.local(chosen, workers=workers)
    except OSError as error:
        raise StoreUnavailable(
            f"The home folder {str(chosen.home_folder)!r} cannot be used: {error.strerror}.",
            next_step="Name another with --home or FINETUNE_HOME.",
        ) from error


def named_broker(command: str, otherwise: str) -> Settings:
    """Settings that name a server.

    Raises:
        InvalidSpec: none is named; ``otherwise`` says what to do without one.
    """
    chosen = settings()
    if not chosen.broker_url:
        raise InvalidSpec(
            f"`finetune {command}` needs a Redis or Valkey server, and none is named.",
            next_step=f"Set FINETUNE_BROKER_URL=redis://:PASSWORD@HOST:6379/0, or {otherwise}.",
        )
    return chosen
