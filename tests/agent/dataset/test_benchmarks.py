"""The user's own test files, as people keep them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from agent.dataset.benchmarks import read_benchmark
from agent.errors import InvalidSpec
from agent.preflight import check, grounded
from agent.spec import JobSpec

ASKED = "What is a qubit?"


@pytest.mark.parametrize(
    ("name", "content", "answers"),
    [
        ("t.txt", f"\n{ASKED}\n", ()),
        ("t.jsonl", f'\n{{"question": "{ASKED}", "answer": "A system."}}\n', ("A system.",)),
        ("t.jsonl", f'\n{{"Question": "{ASKED}", "choices": ["A", "B"], "answer": 1}}', ("A", "B")),
        ("t.jsonl", f'\n{{"question": "{ASKED}", "choices": {{"text": ["A"], "label": ["x"]}}}}', ("A",)),
        ("t.jsonl", f'\n{{"question": "", "input": "{ASKED}", "target": "B"}}', ("B",)),
        ("t.jsonl", '\n{"messages": [{"role": "system", "content": "Hi."}, {"role": "user", "content": '
                    f'"{ASKED}"}}, {{"role": "assistant", "content": "A."}}]}}', ("A.",)),
        ("t.jsonl", f'\n{{"conversations": [{{"from": "human", "value": "{ASKED}"}}, '
                    '{"from": "gpt", "value": "A."}]}', ("A.",)),
        ("t.jsonl", f'\n"{ASKED}"', ()),
        ("t.json", json.dumps([{"question": ""}, {"prompt": ASKED, "completion": "A."}]), ("A.",)),
        ("t.json", json.dumps({"version": 1, "data": [{}, {"query": ASKED}]}), ()),
        ("t.json", json.dumps({"first": {"n": 1}, "second": {"problem": ASKED, "solution": "A."}}), ("A.",)),
        ("t.csv", f'question,A,B\n"{ASKED}",Yes,No\n', ("Yes", "No")),
        ("t.csv", f'question;answer\n"{ASKED}";"Yes; No"\n', ("Yes; No",)),
        ("t.csv", f"question\tanswer\n{ASKED}\tYes\n", ("Yes",)),
        ("t.CSV", f'\ufeffprompt,response\n"{ASKED}","One\nor two."\n', ("One\nor two.",)),
    ],
)  # fmt: skip
def test_a_question_is_found_with_its_answers_and_its_line(
    tmp_path: Path, name: str, content: str, answers: tuple[str, ...]
) -> None:
    (tmp_path / name).write_text(content, encoding="utf-8")
    (item,) = read_benchmark(str(tmp_path / name))
    assert (item.question, item.answers) == (ASKED, answers)
    assert item.place == f"{tmp_path / name}:{3 if name == 't.CSV' else 2}"


def test_an_address_of_fsspec_is_read(tmp_path: Path) -> None:
    (tmp_path / "t.txt").write_text(ASKED)
    assert [item.question for item in read_benchmark((tmp_path / "t.txt").as_uri())] == [ASKED]


@pytest.mark.parametrize(
    ("name", "content", "fault"),
    [
        ("gone.jsonl", None, "does not exist"),
        ("t.parquet", b"x", r"ends with \.parquet"),
        ("t", b"x", "ends with nothing"),
        ("t.jsonl", b'{"question": "a"}\n{"question"', "is no jsonl: line 2"),
        ("t.json", b"7", "neither a list nor an object"),
        ("t.json", b'{"a": [{"score": 1}]}', "holds no question"),
        ("t.csv", b"x,y\n1,2\n", "holds no question"),
        ("t.txt", b" \n", "holds no question"),
        ("t.txt", b"\xff\xfe\x00", "is not UTF-8"),
    ],
)
def test_a_file_without_a_question_stops_the_submission_with_its_name_and_the_way_out(
    tmp_path: Path, name: str, content: bytes | None, fault: str
) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    spec = JobSpec(model="smollm2-135m", subject="quantum computing", assemble={"benchmarks": [str(tmp_path / name)]})
    with pytest.raises(InvalidSpec, match=fault) as caught:
        check(spec)
    assert str(tmp_path / name) in str(caught.value)
    assert caught.value.next_step


def test_workers_are_told_whole_paths(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    spec = JobSpec(model="m", subject="qubits", assemble={"benchmarks": ["t.csv", "s3://bucket/t.csv"]})
    assert grounded(spec).assemble.benchmarks == (str(tmp_path / "t.csv"), "s3://bucket/t.csv")
