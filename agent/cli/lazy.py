"""A click group that imports a command's module only when that command is used."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any

import click


class LazyGroup(click.Group):
    """Knows its commands by name and one sentence; module ``package.name`` defines each as ``command``."""

    def __init__(self, *args: Any, package: str, sentences: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._package = package
        self._sentences = dict(sentences)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names in the order they were given: the order in which people meet them."""
        return list(self._sentences)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command, imported now."""
        if cmd_name not in self._sentences:
            return None
        command = import_module(f"{self._package}.{cmd_name}").command
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List all commands by their sentences, without importing any."""
        with formatter.section("Commands"):
            formatter.write_dl(list(self._sentences.items()))
