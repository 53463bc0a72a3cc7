"""What is found wrong before anything is paid for."""

from __future__ import annotations

from pathlib import Path

import pytest

from agent.errors import InvalidSpec
from agent.preflight import check, grounded
from agent.spec import JobSpec


def spec(*sources: str, **fields: object) -> JobSpec:
    return JobSpec(model="smollm2-135m", subject="quantum computing", sources=sources, **fields)


@pytest.mark.parametrize(
    "written", ["dir:papers", "dir:papers/", "dir:./papers", "dir:x/../papers", "dir:{here}/papers"]
)
@pytest.mark.parametrize("source", ["dir:papers", "dir:papers/", "dir:{here}/papers"])
def test_what_is_declared_is_found_however_the_folder_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, source: str, written: str
) -> None:
    monkeypatch.chdir(tmp_path)
    told = {written.format(here=tmp_path): "own"}
    ready = grounded(spec(source.format(here=tmp_path), permission={"declared": told}))
    assert ready.permission.declared == {ready.sources[0]: "own"}
    assert Path(ready.sources[0].partition(":")[2]).is_absolute()


def test_a_site_is_the_same_with_its_last_slash() -> None:
    told = {"site:https://example.org/": "CC-BY-4.0"}
    ready = grounded(spec("site:https://example.org", permission={"declared": told}))
    assert ready.permission.declared == {"site:https://example.org": "CC-BY-4.0"}


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("urls:nowhere.txt", "The list 'nowhere.txt' of source"),
        ("khan:/nowhere", "Folder '/nowhere' of source"),
        ("dir:~nobody-of-that-name/papers", "Folder '~nobody-of-that-name/papers' of source"),
        ("candidates:{list}", "line 1: it is no JSON object"),
    ],
)
def test_a_list_or_folder_that_cannot_be_read_costs_no_cluster(tmp_path: Path, source: str, told: str) -> None:
    (tmp_path / "list.jsonl").write_text("nonsense\n")
    with pytest.raises(InvalidSpec, match=told) as caught:
        check(spec(source.format(list=tmp_path / "list.jsonl")))
    assert caught.value.next_step
