"""The root command: help, laziness, and sentences that agree."""

from __future__ import annotations

import subprocess
import sys
import time
from importlib import import_module

import pytest

from agent.cli.main import SENTENCES
from tests.agent.cli.conftest import Finetune

HELP_BOUND_S = 0.4


def test_help_answers_within_its_bound() -> None:
    def seconds() -> float:
        began = time.monotonic()
        subprocess.run([sys.executable, "-m", "agent.cli", "--help"], check=True, capture_output=True)
        return time.monotonic() - began

    assert min(seconds() for _ in range(5)) < HELP_BOUND_S


def test_help_lists_every_command_and_documents_the_exit_codes(finetune: Finetune) -> None:
    shown = finetune("--help").output
    for name, sentence in SENTENCES.items():
        assert f"{name} " in shown
        assert sentence in shown
    for code in ("0 ", "1 ", "2 ", "3 ", "130 "):
        assert f"\n    {code}" in shown


def test_help_imports_no_command_and_none_of_the_heavy_libraries() -> None:
    look = (
        "import sys; from agent.cli.main import cli\n"
        "try: cli.main(['--help'])\n"
        "except SystemExit: print([m for m in sys.modules if m.startswith(('agent.cli.commands.',"
        " 'pydantic.', 'rich.', 'redis.', 'celery.', 'torch'))])"
    )
    done = subprocess.run([sys.executable, "-c", look], check=True, capture_output=True, text=True)
    assert done.stdout.splitlines()[-1] == "[]"


@pytest.mark.parametrize("name", SENTENCES)
def test_each_command_begins_with_the_sentence_of_the_list(name: str) -> None:
    command = import_module(f"agent.cli.commands.{name}").command
    assert command.help.split("\n")[0] == SENTENCES[name]
    assert command.name == name


@pytest.mark.parametrize("name", SENTENCES)
def test_each_command_explains_itself(finetune: Finetune, name: str) -> None:
    shown = finetune(name, "--help")
    assert shown.exit_code == 0
    assert shown.output.startswith(f"Usage: finetune {name}")


def test_the_version_names_the_distribution(finetune: Finetune) -> None:
    assert finetune("--version").output.startswith("finetune-agent ")
