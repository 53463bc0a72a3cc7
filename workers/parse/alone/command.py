"""Reads the files named and prints them as Markdown, JSON lines or explanations."""

from __future__ import annotations

import argparse
import io
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from agent.errors import FinetuneError
from agent.spec import ParseConfig
from workers.parse.alone.files import named_files
from workers.parse.alone.reading import FileOutcome, read_files
from workers.parse.alone.show import explained, payload_of
from workers.parse.serialise import to_markdown

_UNREAD, _USAGE_ERROR = 1, 2
"""Exit codes as in `agent.cli.exits`."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the files; returns 1 when one could not be read, else 0."""
    parser = argparse.ArgumentParser(prog="python -m workers.parse.alone", description="Read documents.")
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--config", default="{}", help="A parse configuration as JSON.")
    parser.add_argument("--form", choices=("markdown", "marked", "json", "explain"), default="markdown")
    parser.add_argument("--processes", type=int, default=1)
    options = parser.parse_args(arguments)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # names of files are bytes, not always text
    try:
        files = named_files(options.files)
    except FinetuneError as error:
        print(error, file=sys.stderr)
        return _USAGE_ERROR
    unread = 0
    try:
        for outcome in read_files(files, ParseConfig.model_validate_json(options.config), options.processes):
            unread += outcome.document is None
            _print(outcome, options.form, several=len(files) > 1)
    except BrokenPipeError:
        # The reader (`| head`) has seen enough; flushing at exit must not complain again.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return _UNREAD
    except OSError as error:  # of this machine, a full disk for example; those of a file are its outcome
        print(f"error: {error}", file=sys.stderr)
        return _UNREAD
    return _UNREAD if unread else 0


def _print(outcome: FileOutcome, form: str, *, several: bool) -> None:
    if form == "json":
        print(json.dumps(payload_of(outcome)), flush=True)  # ASCII: whole in every encoding of a terminal
    elif form == "explain":
        print("\n".join(explained(outcome)), end="\n\n" if several else "\n", flush=True)
    else:
        if outcome.reason:
            said = "could not be read" if outcome.document is None else "would not be used by a job"
            print(f"{outcome.path} {said}: {outcome.reason}: {outcome.detail}", file=sys.stderr)
        if outcome.document is not None:
            print(f"<!-- {outcome.path} -->\n" if several else "", end="\n" if several else "")
            print(to_markdown(outcome.document, marks=form == "marked"), flush=True)
