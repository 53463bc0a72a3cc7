"""`finetune discover`: what it prints, what it writes, and what can be done with that."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from agent.job.candidate_list import read_candidates
from tests.agent.cli.conftest import Finetune


@pytest.fixture
def papers(tmp_path: Path) -> Path:
    """Three documents on the subject, with a licence, and one beside it."""
    folder = tmp_path / "papers"
    folder.mkdir()
    for name, gate in (("x", "flips"), ("z", "turns the phase of"), ("h", "superposes")):
        text = f"The {name.upper()} gate {gate} a qubit of a quantum computer."
        text = f"# The {name.upper()} gate\n\nLicence: CC BY 4.0\n\n{text}\n"
        (folder / f"{name}-gate.md").write_text(text)
    (folder / "roses.md").write_text("# Roses\n\nPrune roses in late winter and mulch the bed with compost.\n")
    return folder


def test_the_list_is_printed_and_written_and_an_edited_list_is_a_source(
    finetune: Finetune, papers: Path, tmp_path: Path
) -> None:
    file = tmp_path / "list.jsonl"
    found = finetune("discover", "quantum gates", "--source", f"dir:{papers}", "--output", str(file), "--top", "2")
    assert found.exit_code == 0, found.output
    assert "FOUND  3 documents about “quantum gates”" in found.stdout
    assert "off topic" in found.stdout and "1 more documents" in found.stdout
    assert f"--source candidates:{file}" in found.stderr

    lines = file.read_text().splitlines()
    file.write_text("\n".join(lines[:2]))
    kept = [item.id for item in read_candidates(file)]
    again = finetune("discover", "quantum gates", "--source", f"candidates:{file}", "--json")
    told = [json.loads(line) for line in again.stdout.splitlines()]
    assert [line["id"] for line in told if line["event"] == "candidate"] == kept
    assert told[-1]["event"] == "discovery" and told[-1]["sources"][0]["found"] == 2


def test_when_nothing_is_found_it_fails_and_names_each_source(finetune: Finetune, tmp_path: Path) -> None:
    beside = tmp_path / "beside"
    beside.mkdir()
    (beside / "roses.md").write_text("Prune roses in late winter and mulch the bed with compost.")
    failed = finetune("discover", "quantum gates", "--source", f"dir:{beside}", "--set", "failure.work_attempts=1")
    assert failed.exit_code == 1
    assert "FAILED" in failed.stdout and "1 off_topic" in failed.stdout
    assert f"file://{beside}/roses.md" in failed.stdout.replace("\n", ""), "what was set aside can be read again"


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--source", "candidates:gone.jsonl"), "does not exist"),
        (("--source", "nowhere:x"), "source 'nowhere:x' is not known"),
        (("--source", "dir:.", "--output", "/no/such/folder/list.jsonl"), "/no/such/folder"),
    ],
)
def test_a_wrong_request_is_refused_before_anything_starts(
    finetune: Finetune, own_home: Path, words: tuple[str, ...], told: str
) -> None:
    refused = finetune("discover", "quantum gates", *words)
    assert refused.exit_code == 2
    assert told in refused.stderr
    assert not own_home.exists()
