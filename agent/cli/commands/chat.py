"""``finetune chat``: ask a published model."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

from agent.cli.connection import connection_options, open_client
from agent.errors import IllegalTransition, InvalidSpec


@click.command("chat")
@click.argument("model", metavar="JOB|FOLDER")
@click.option("--question", help="Answer this one question and end.")
@connection_options
def command(model: str, question: str | None) -> None:
    """Ask a published model.

    JOB is a job whose model was published, FOLDER a folder with a model.
    """
    folder = folder_of(model)
    argv = [sys.executable, "-m", "workers.train.chat", str(folder)]
    os.execv(sys.executable, [*argv, "--question", question] if question else argv)


def folder_of(model: str) -> Path:
    """The folder to load: the one that is named, else the one that the job published.

    Raises:
        InvalidSpec: a path was given and there is no folder, or the model is on a store of another machine.
        UnknownJob: it is neither a folder nor a job.
        IllegalTransition: the job published nothing.
    """
    folder = Path(model).expanduser()
    if folder.is_dir():
        return folder
    if os.sep in model:
        raise InvalidSpec(f"There is no model folder {model!r}.", next_step="Check the path, or name a job.")
    with open_client() as client:
        result = client.job(model).result()
    if not result.published:
        raise IllegalTransition(
            f"Job {model} is {result.state} and has published no model.",
            next_step=f"`finetune report {model}` says why.",
        )
    published = Path(result.model_uri)
    if not published.is_dir():
        raise InvalidSpec(
            f"The model is at {result.model_uri}, which is no folder of this machine.",
            next_step="Copy it here and name the folder.",
        )
    return published
