"""Fixtures of the train room: tiny models, and units on a store."""

from __future__ import annotations

from pathlib import Path

import pytest

from agent.job.model import ModelFacts
from agent.models import inspect_model
from tests.tiny_models import tiny_gpt2, tiny_llama
from tests.workers.train.units import Jobs


@pytest.fixture(scope="session")
def llama_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A two-layer Llama with a chat template."""
    return tiny_llama(tmp_path_factory.mktemp("llama"))


@pytest.fixture(scope="session")
def gpt2_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A two-layer GPT-2 without a chat template."""
    return tiny_gpt2(tmp_path_factory.mktemp("gpt2"))


@pytest.fixture
def jobs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Jobs:
    """Units on a store of this test's own."""
    monkeypatch.setenv("FINETUNE_HOME", str(tmp_path / "home"))
    return Jobs(tmp_path)


@pytest.fixture
def llama(llama_folder: Path) -> ModelFacts:
    """What is known of the tiny Llama."""
    return inspect_model(str(llama_folder))


@pytest.fixture
def gpt2(gpt2_folder: Path) -> ModelFacts:
    """What is known of the tiny GPT-2."""
    return inspect_model(str(gpt2_folder))
