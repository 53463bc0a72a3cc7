"""The one seam where exceptions become lines on stderr and an exit code; tracebacks go to a file."""

from __future__ import annotations

import os
import sys
import tempfile
import traceback
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import click

from agent.cli.exits import ExitCode
from agent.errors import FinetuneError, UsageError

LOG_FILE = "errors.log"


def guarded(command: Callable[[], object]) -> int:
    """Run ``command`` and return its exit code: what it returned, or what its exception means."""
    try:
        returned = command()
        sys.stdout.flush()
    except BaseException as error:
        return report_failure(error)
    return int(returned) if isinstance(returned, int) else ExitCode.PUBLISHED


def report_failure(error: BaseException) -> int:
    """Say on stderr what went wrong and what to do next; returns the exit code.

    An exception that nobody foresaw is named by its type, and its traceback goes to a log file.
    """
    if isinstance(error, SystemExit):
        return error.code if isinstance(error.code, int) else ExitCode.FAILED
    if isinstance(error, FinetuneError):
        _say(error.message, error.next_step)
        return ExitCode.USAGE if isinstance(error, UsageError) else ExitCode.FAILED
    if isinstance(error, click.UsageError):
        asked = error.ctx.command_path if error.ctx else "finetune"
        _say(error.format_message(), f"`{asked} --help` shows how it is used.")
        return ExitCode.USAGE
    if isinstance(error, click.ClickException):
        _say(error.format_message(), "")
        return ExitCode.FAILED
    if isinstance(error, (KeyboardInterrupt, click.Abort)):
        return ExitCode.INTERRUPTED
    if isinstance(error, BrokenPipeError):
        # The reader (`| head`) has seen enough; flushing at exit must not complain again.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return ExitCode.FAILED
    _say(f"{type(error).__name__}: {_first_line(error)}", _where_logged(error))
    return ExitCode.FAILED


def _say(message: str, next_step: str) -> None:
    # What was read of strangers may stand in it; only now imported, since most commands end well.
    from agent.report.words import printable

    click.echo(f"error: {printable(message)}", err=True)
    if next_step:
        click.echo(f"next: {printable(next_step)}", err=True)


def _first_line(error: BaseException) -> str:
    return (str(error).splitlines() or ["(no message)"])[0]


def _where_logged(error: BaseException) -> str:
    """Append the traceback to the log; returns the sentence that says where."""
    from agent.settings import Settings

    text = "".join(traceback.format_exception(error))
    entry = f"--- {datetime.now(UTC).isoformat(timespec='seconds')}\n{text}\n"
    log = Settings().home_folder / LOG_FILE
    try:
        _append(log, entry)
    except OSError:
        # A home that cannot be written may be the very fault.
        descriptor, name = tempfile.mkstemp(prefix="finetune-", suffix=".log")
        with os.fdopen(descriptor, "w") as file:
            file.write(entry)
        log = Path(name)
    return f"This is a fault of finetune; its traceback is in {log}."


def _append(log: Path, text: str) -> None:
    log.parent.mkdir(parents=True, exist_ok=True)
    # Readable by its owner only: a traceback may quote what was being read.
    with os.fdopen(os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "a") as file:
        file.write(text)
