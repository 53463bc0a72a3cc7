"""A list of candidates goes to a file, through a person's hands, and back."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from agent.errors import SourceFailed
from agent.job.candidate_list import read_candidates, write_candidates
from agent.job.records import Candidate, Copy


def candidate(name: str) -> Candidate:
    return Candidate(
        id=name, url=f"https://example.org/{name}", source="arxiv", title=f"Über {name}", score=0.5,
        topics={"gates": 0.7}, copies=(Copy(url=f"https://example.org/{name}.pdf", licence="CC-BY-4.0"),),
    )  # fmt: skip


def test_what_was_written_is_read_again_in_the_same_order(tmp_path: Path) -> None:
    written = [candidate(name) for name in ("b", "a", "c")]
    assert write_candidates(written, tmp_path / "list.jsonl") == 3
    assert list(read_candidates(tmp_path / "list.jsonl")) == written


def test_a_line_begins_with_what_a_person_decides_by(tmp_path: Path) -> None:
    write_candidates([candidate("a")], tmp_path / "list.jsonl")
    fields = list(json.loads((tmp_path / "list.jsonl").read_text()))
    assert fields[:5] == ["keep", "score", "licence", "title", "url"]


def test_a_line_that_was_deleted_or_marked_is_left_out(tmp_path: Path) -> None:
    file = tmp_path / "list.jsonl"
    write_candidates([candidate(name) for name in ("a", "b", "c")], file)
    lines = file.read_text().splitlines()
    file.write_text("\n".join([lines[0].replace('"keep": true', '"keep": false'), "", lines[2]]))
    assert [each.id for each in read_candidates(file)] == ["c"]


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("not json", "line 2: it is no JSON object"),
        ("[1]", "line 2: it is no JSON object"),
        ('{"id": "x"}', "line 2: url: Field required"),
        ('{"id": "x", "url": "u", "source": "s", "score": "high"}', "line 2: score"),
        ('{"id": "x", "url": "u", "source": "s", "score": NaN}', "line 2: .*score a number"),
        ('{"keep": "false", "id": "x", "url": "u", "source": "s", "score": 1}', "line 2: .*keep is true or false"),
    ],
)
def test_a_broken_line_is_named_with_its_fault(tmp_path: Path, line: str, told: str) -> None:
    file = tmp_path / "list.jsonl"
    write_candidates([candidate("a")], file)
    with file.open("a") as more:
        more.write(line + "\n")
    with pytest.raises(SourceFailed, match=told) as caught:
        list(read_candidates(file))
    assert "finetune discover" in str(caught.value)


def test_a_missing_list_is_named(tmp_path: Path) -> None:
    with pytest.raises(SourceFailed, match=r"gone\.jsonl cannot be read"):
        list(read_candidates(tmp_path / "gone.jsonl"))


def test_the_mark_that_some_editors_set_before_the_first_line_does_no_harm(tmp_path: Path) -> None:
    file = tmp_path / "list.jsonl"
    write_candidates([candidate("a")], file)
    file.write_text("\ufeff" + file.read_text())
    assert [each.id for each in read_candidates(file)] == ["a"]
