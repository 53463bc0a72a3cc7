"""Commands are run in this process through click's runner, on a real server."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from agent.cli.main import cli

Finetune = Callable[..., Result]


@pytest.fixture(autouse=True)
def own_home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """No test touches the home folder or the server of the person who runs it."""
    monkeypatch.setenv("FINETUNE_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("FINETUNE_STORE_URL", str(tmp_path / "store"))
    monkeypatch.setenv("FINETUNE_BROKER_URL", "")
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    return tmp_path / "home"


@pytest.fixture
def finetune() -> Finetune:
    """Runs ``finetune`` with some words; no server is named."""
    return lambda *words: CliRunner().invoke(cli, list(words))


@pytest.fixture
def on_server(monkeypatch: pytest.MonkeyPatch, redis_url: str, finetune: Finetune) -> Finetune:
    """Runs ``finetune`` with a named server that has no workers."""
    monkeypatch.setenv("FINETUNE_BROKER_URL", redis_url)
    return finetune


@pytest.fixture
def documents(tmp_path: Path) -> Path:
    """A folder with one document."""
    folder = tmp_path / "documents"
    folder.mkdir()
    (folder / "qubit.txt").write_text("A qubit is a two-state quantum system.")
    return folder
