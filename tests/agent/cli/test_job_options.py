"""From the command line to a specification."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner

from agent.cli.job_options import spec_from, spec_options
from agent.errors import InvalidSpec
from agent.spec import JobSpec
from agent.spec.sources import DEFAULT_SOURCES, absolute


def _spec(*words: str) -> JobSpec:
    made: list[JobSpec] = []

    @click.command()
    @spec_options
    def command(**chosen: Any) -> None:
        made.append(spec_from(chosen))

    result = CliRunner().invoke(command, list(words))
    if isinstance(result.exception, InvalidSpec):
        raise result.exception
    return made[0]


def test_the_least_that_must_be_said_is_a_subject() -> None:
    spec = _spec("quantum computing")
    assert spec.subject == "quantum computing"
    assert spec.sources == DEFAULT_SOURCES and {"arxiv", "wikipedia", "pubmed"} <= set(DEFAULT_SOURCES)
    assert spec.model == "smollm2-135m"
    assert spec.train == JobSpec(model="m", subject="xy", sources=("dir:.",)).train


def test_each_option_sets_its_field() -> None:
    spec = _spec(
        "quantum computing",
        "--source",
        "site:http://a/",
        "--source",
        "site:http://b/",
        "--model",
        "gpt2",
        "--max-documents",
        "7",
        "--method",
        "full",
        "--epochs",
        "0.5",
        "--max-steps",
        "3",
        "--backend",
        "openai",
        "--llm-base-url",
        "http://c/v1",
        "--llm-model",
        "d",
        "--profile",
        "research",
        "--intended-use",
        "research",
        "--declare",
        "site:http://a/=own",
        "--declare",
        "site:http://b/=cc-by-4.0",
        "--job-id",
        "mine",
        "--user",
        "ada",
        "--priority",
        "9",
        "--seed",
        "1",
    )
    assert spec.sources == ("site:http://a/", "site:http://b/")
    assert (spec.model, spec.job_id, spec.user, spec.priority, spec.seed) == ("gpt2", "mine", "ada", 9, 1)
    assert spec.discover.max_documents == 7
    assert (spec.permission.profile, spec.permission.intended_use) == ("research", "research")
    assert spec.permission.declared == {"site:http://a/": "own", "site:http://b/": "cc-by-4.0"}
    assert (spec.train.method, spec.train.epochs, spec.train.max_steps) == ("full", 0.5, 3)
    assert (spec.generate.backend, spec.generate.base_url, spec.generate.model) == (
        "openai",
        "http://c/v1",
        "d",
    )


def test_naming_an_llm_chooses_the_backend_that_uses_it() -> None:
    assert _spec("quantum computing", "--source", "dir:.", "--llm-model", "d").generate.backend == "openai"


def test_options_override_the_file_and_set_overrides_both(tmp_path: Path) -> None:
    base = tmp_path / "base.toml"
    base.write_text('subject = "qubits"\nsources = ["dir:/a"]\nseed = 1\n[train]\nepochs = 1\nlora_rank = 4\n')
    spec = _spec("--spec", str(base), "--epochs", "2", "--seed", "2", "--set", "seed=3")
    assert spec.subject == "qubits"
    assert spec.train.lora_rank == 4
    assert spec.train.epochs == 2.0
    assert spec.seed == 3


def test_local_paths_become_absolute(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "list.txt").write_text("http://a/\n")
    assert absolute("dir:papers") == f"dir:{tmp_path}/papers"
    assert absolute("urls:list.txt") == f"urls:{tmp_path}/list.txt"
    assert absolute("urls:http://a/,http://b/") == "urls:http://a/,http://b/"
    assert absolute("site:http://a/") == "site:http://a/"


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--source", "dir:."], "No subject is given."),
        (["quantum computing", "--source", "ftp:x"], "source 'ftp:x' is not known"),
        (["quantum computing", "--source", "dir:.", "--epochs", "-1"], "train.epochs = -1.0"),
        (["quantum computing", "--source", "dir:.", "--backend", "openai"], "needs generate.model"),
        (["quantum computing", "--source", "dir:.", "--declare", "dir:."], "--declare 'dir:.' names no licence."),
        (["quantum computing", "--source", "dir:.", "--declare", "dir:.=mine"], "'mine' for dir:"),
        (["quantum computing", "--source", "dir:.", "--declare", "arxiv=own"], "which is not among the sources"),
        (["quantum computing", "--source", "dir:.", "--profile", "noncommercial"], "intended_use is commercial; set"),
        (["quantum computing", "--source", "dir:.", "--profile", "research"], "set intended_use to research"),
    ],
)
def test_what_is_missing_or_wrong_is_one_line(words: list[str], message: str) -> None:
    with pytest.raises(InvalidSpec) as caught:
        _spec(*words)
    assert message in caught.value.message
    assert "\n" not in caught.value.message
