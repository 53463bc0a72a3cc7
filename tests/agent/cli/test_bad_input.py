"""Bad input is one line that names the thing, perhaps one with the next step, and never a traceback."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.agent.cli.conftest import Finetune
from tests.servers import free_port, valkey_server


def _said(finetune: Finetune, *words: str) -> tuple[int, list[str]]:
    done = finetune(*words)
    lines = done.stderr.splitlines()
    assert "Traceback" not in done.output
    assert sum(line.startswith("error: ") for line in lines) == 1
    return done.exit_code, [line for line in lines if line.startswith(("error: ", "next: "))]


def test_an_unknown_job(on_server: Finetune) -> None:
    for command in ("status", "watch", "cancel", "resume", "report", "chat"):
        code, lines = _said(on_server, command, "nope")
        assert (code, lines) == (
            2,
            ["error: No job 'nope' here.", "next: `finetune jobs` lists what there is."],
        )


@pytest.mark.parametrize("words", [("submit", "quantum computing", "--source", "dir:."), ("worker", "crawl")])
def test_no_server_where_one_is_needed(finetune: Finetune, words: tuple[str, ...]) -> None:
    code, lines = _said(finetune, *words)
    assert code == 2
    assert "needs a Redis or Valkey server, and none is named." in lines[0]
    assert "finetune run" in lines[1]


def test_a_server_that_does_not_answer(finetune: Finetune) -> None:
    port = free_port()
    code, lines = _said(finetune, "worker", "crawl", "--broker", f"redis://127.0.0.1:{port}/0")
    assert code == 1
    assert lines[0] == f"error: No Redis or Valkey server answers at redis://127.0.0.1:{port}/0."


def test_a_wrong_password_is_named_and_not_shown(finetune: Finetune, tmp_path: Path) -> None:
    with valkey_server(tmp_path / "valkey", password="right") as server:
        code, lines = _said(finetune, "jobs", "--broker", f"redis://:wrong@127.0.0.1:{server.port}/0")
    assert code == 1
    assert "refuses the password" in lines[0]
    assert "wrong" not in lines[0]


def test_a_broker_url_that_is_none(finetune: Finetune) -> None:
    code, lines = _said(finetune, "jobs", "--broker", "server.example")
    assert code == 1
    assert "'server.example' is not usable" in lines[0]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--source", "ftp:x"], "source 'ftp:x' is not known"),
        (["--source", "dir:/not/there"], "Folder '/not/there' of source 'dir:/not/there' does not exist."),
        (["--source", "site:example.org"], "'site:example.org' is no web address"),
        (["--source", "dir:{documents}", "--set", "train.epoch=3"], "'train' has no field 'epoch'"),
        (["--source", "dir:{documents}", "--set", "train.epochs=many"], "train.epochs = 'many'"),
        (["--source", "dir:{documents}", "--method", "magic"], "'magic' is not one of 'lora', 'full'"),
        (["--source", "dir:{documents}", "--model", "nobody/nothing"], "Model 'nobody/nothing'"),
        (["--source", "dir:{documents}", "--model", "/not/a/model"], "Model folder '/not/a/model'"),
        (["--source", "dir:{documents}", "--job-id", "Not Allowed"], "job_id = 'Not Allowed'"),
        (["--spec", "/not/there.json"], "'/not/there.json' cannot be read"),
    ],
)
def test_a_wrong_job_costs_no_start(
    finetune: Finetune, documents: Path, own_home: Path, words: list[str], message: str
) -> None:
    code, lines = _said(finetune, "run", "quantum computing", *(word.format(documents=documents) for word in words))
    assert code == 2
    assert message in lines[0]
    assert not (own_home / "local").exists()


def test_an_empty_folder(finetune: Finetune, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    code, lines = _said(finetune, "run", "quantum computing", "--source", f"dir:{tmp_path}/empty")
    assert code == 2
    assert "is empty" in lines[0]


def test_an_unknown_command_and_an_unknown_pool(finetune: Finetune) -> None:
    assert _said(finetune, "rum")[0] == 2
    code, lines = _said(finetune, "worker", "crowl")
    assert code == 2
    assert "'crowl' is not one of 'crawl'" in lines[0]


def test_a_model_folder_that_is_not_there(finetune: Finetune) -> None:
    code, lines = _said(finetune, "chat", "/not/there")
    assert (code, lines[0]) == (2, "error: There is no model folder '/not/there'.")


def test_a_home_that_cannot_be_made(finetune: Finetune, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    code, lines = _said(finetune, "jobs", "--home", str(tmp_path / "file" / "home"))
    assert code == 1
    assert lines[0].startswith(f"error: The home folder '{tmp_path}/file/home' cannot be used")


def test_a_reader_that_has_seen_enough_is_no_fault() -> None:
    reader, writer = os.pipe()
    os.close(reader)
    try:
        shown = subprocess.run(
            [sys.executable, "-m", "agent.cli", "--help"], stdout=writer, stderr=subprocess.PIPE, check=False
        )
    finally:
        os.close(writer)
    assert shown.returncode == 1
    assert shown.stderr == b""
