"""`finetune parse` on real files: what it prints, and what it does with files that are none."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path
from typing import Any

import psutil
import pytest

from agent.spec import ParseConfig
from tests.workers.parse.papers import column, paper
from tests.workers.parse.shards import PROSE
from workers.parse.alone import reading
from workers.parse.alone.command import main
from workers.parse.parts import read_part
from workers.parse.ranges import Part

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


def test_a_page_that_objects_to_training_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = f'<html><head><meta name="robots" content="noai"></head><body><h1>Qubits</h1><p>{PROSE}</p></body></html>'
    (tmp_path / "page.html").write_text(page)
    assert main([str(tmp_path / "page.html"), "--form", "json"]) == 0
    (line,) = json.loads(capsys.readouterr().out)["metadata"]["opt_outs"]
    assert "noai" in line


def test_a_pipe_is_not_waited_for(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert main([str(tmp_path / "pipe"), "--form", "json"]) == 1
    assert json.loads(capsys.readouterr().out)["rejected"] == "not_a_file"


def test_whatever_lies_in_a_folder_costs_one_line_each(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "folder"
    (folder / "sub").mkdir(parents=True)
    (folder / "sub" / "back").symlink_to(folder)
    (folder / "loop").symlink_to("loop")
    (folder / "nowhere").symlink_to("gone.md")
    Path(os.fsdecode(bytes(folder) + b"/caf\xe9.md")).write_text(GOOD)
    assert main([str(folder), "--form", "json"]) == 1
    told = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(line.get("rejected"), line.get("detail", "")[:20]) for line in told] == [
        (None, ""),
        ("unreadable", "Too many levels of s"),
        ("unreadable", "No such file or dire"),
        ("not_a_file", "it is a link to a fo"),
    ]


def test_a_long_paper_is_read_in_ranges_as_a_job_reads_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = textwrap.wrap(PROSE, 80)
    pages = [column([f"This is what page {name} says.", *lines], 72, 90) for name in ("alpha", "beta", "gamma")]
    (tmp_path / "book.pdf").write_bytes(paper(pages))
    parts: list[Part] = []

    def noted(*arguments: Any) -> Part:
        parts.append(read_part(*arguments))
        return parts[-1]

    monkeypatch.setattr(reading, "read_part", noted)
    (outcome,) = reading.read_files([tmp_path / "book.pdf"], ParseConfig(pages_per_unit=2, min_quality=0), 1)
    assert sorted(part.first_page for part in parts) == [1, 2]
    assert outcome.document is not None
    assert (outcome.reason, outcome.document.pages) == ("", 3)
    assert all(name in outcome.document.text for name in ("alpha", "beta", "gamma"))


def test_a_file_that_vanished_is_unreadable(tmp_path: Path) -> None:
    (outcome,) = reading.read_files([tmp_path / "gone.md"], ParseConfig(), 1)
    assert (outcome.reason, outcome.detail) == ("unreadable", "No such file or directory")


@pytest.mark.parametrize("moment", ["while it starts", "while it reads"])
def test_ctrl_c_ends_it_at_once_quietly_and_leaves_nothing(tmp_path: Path, moment: str) -> None:
    slow = tmp_path / "slow.md"
    slow.write_text("# A title\n\n" + "*a **a _a __a " * 20_000)
    command = [sys.executable, "-m", "agent.cli", "parse", str(slow), str(slow), "--processes", "2"]
    asked = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env={**os.environ, "TMPDIR": str(tmp_path)},
        start_new_session=True,
    )  # fmt: skip
    process, deadline_s = psutil.Process(asked.pid), time.monotonic() + 30
    while not (process.children() if moment == "while it reads" else "workers.parse.alone" in process.cmdline()):
        assert time.monotonic() < deadline_s
        time.sleep(0.05)
    time.sleep(0.3)
    family = process.children(recursive=True)
    os.killpg(asked.pid, signal.SIGINT)
    _, errors = asked.communicate(timeout=2)
    assert asked.returncode == 130
    assert errors == b""
    assert psutil.wait_procs(family, timeout=1)[1] == []
    assert list(tmp_path.iterdir()) == [slow]


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
