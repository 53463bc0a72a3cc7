"""The consoles that results and messages are printed on."""

from __future__ import annotations

from rich.console import Console

PIPE_WIDTH = 110
"""Columns where no terminal says how many there are: tables fit, and paths are never broken anyway."""


def stdout() -> Console:
    """For results."""
    return _console(stderr=False)


def stderr() -> Console:
    """For what is said beside the result."""
    return _console(stderr=True)


def _console(*, stderr: bool) -> Console:
    console = Console(stderr=stderr, highlight=False)
    if not console.is_terminal:
        console.width = PIPE_WIDTH
    return console
