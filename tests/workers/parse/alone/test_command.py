"""`finetune parse` on real files: what it prints, and what it does with files that are none."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from tests.workers.parse.papers import column, paper
from tests.workers.parse.shards import PROSE
from workers.parse.alone.command import main

GOOD = f"# Qubits\n\n{PROSE}\n"


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """A folder with a good document, a paper, one that is too short, one that is no document, and a hidden one."""
    (tmp_path / "good.md").write_text(GOOD)
    (tmp_path / "paper.pdf").write_bytes(paper([column(textwrap.wrap(PROSE, 80), 72, 90)]))
    (tmp_path / "short.txt").write_text("Too short to learn from.")
    (tmp_path / "song.mp3").write_bytes(b"ID3\x03\x00\x00\x00\x00\x00\x00" + bytes(range(256)))
    (tmp_path / ".hidden.md").write_text(GOOD)
    return tmp_path


def test_json_has_one_line_a_file_in_order_with_the_text_also_of_what_a_job_would_refuse(
    files: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([str(files), "--form", "json", "--processes", "2"]) == 1, "one of them could not be read"
    good, pdf, short, song = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert good["path"] == str(files / "good.md") and "rejected" not in good
    assert good["metadata"]["title"] == "Qubits" and good["language"] == "en" and good["quality"] > 0.7
    assert good["blocks"][0]["kind"] == "heading" and "qubit" in good["text"].lower()
    assert good["decisions"][0]["step"] == "route"
    assert pdf["metadata"]["parser"] == "pdf" and pdf["metadata"]["pages"] == 1
    assert (short["rejected"], short["text"]) == ("too_short", "Too short to learn from.")
    assert song["rejected"] == "unsupported_format" and "text" not in song


def test_markdown_goes_to_stdout_and_what_a_job_would_refuse_is_said_beside_it(
    files: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([str(files / "good.md"), str(files / "short.txt")]) == 0
    printed = capsys.readouterr()
    assert "# Qubits\n" in printed.out and "<!-- block" not in printed.out and "Too short to learn from." in printed.out
    assert "short.txt would not be used by a job: too_short" in printed.err


def test_an_explanation_names_what_was_decided_and_why(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(files / "good.md"), "--form", "explain"]) == 0
    told = capsys.readouterr().out
    assert "route" in told and "extension .md" in told and "quality" in told


def test_a_pipe_is_not_waited_for(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert main([str(tmp_path / "pipe"), "--form", "json"]) == 1
    assert json.loads(capsys.readouterr().out)["rejected"] == "not_a_file"


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("nowhere.pdf",), "There is no file 'nowhere.pdf'"),
        (("--set", "train.epochs=3", __file__), "has no such stage"),
        (("--set", "parse.min_quality=3", __file__), "min_quality"),
        ((), "Missing argument"),
    ],
)
def test_wrong_usage_is_one_clear_error(words: tuple[str, ...], told: str) -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "agent.cli", "parse", *words], capture_output=True, text=True, timeout=60, check=False
    )
    assert ended.returncode == 2 and told in ended.stderr and "Traceback" not in ended.stderr


def test_finetune_parse_becomes_the_reader(files: Path) -> None:
    command = [sys.executable, "-m", "agent.cli", "parse", "--set", "parse.min_words=3", "--json"]
    ended = subprocess.run([*command, str(files / "short.txt")], capture_output=True, text=True, timeout=60, check=True)
    assert json.loads(ended.stdout)["text"] == "Too short to learn from."
