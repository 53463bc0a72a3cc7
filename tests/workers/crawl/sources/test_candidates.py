"""The ``candidates:`` source: a list that discovery wrote and a person looked through."""

from __future__ import annotations

from pathlib import Path

import pytest

from agent.job.candidate_list import write_candidates
from agent.job.records import Candidate, Copy
from tests.workers.crawl.units import CrawlJob
from workers.crawl.http.canonical import document_id
from workers.crawl.sources.candidates import as_written

ABOUT = "Quantum computers apply quantum gates to qubits, number {}, and measure superposed qubits."


def own(tmp_path: Path) -> dict[str, dict[str, str]]:
    """The word for the listed documents, which keep the source that they were found by."""
    return {"declared": {f"dir:{tmp_path / 'docs'}": "own"}}


def listed(tmp_path: Path, count: int) -> tuple[CrawlJob, Path]:
    """A discovery over a folder, and the list that was made of it, without its best document."""
    folder, root = tmp_path / "docs", tmp_path / "first"
    folder.mkdir()
    root.mkdir()
    for number in range(count):
        (folder / f"q{number}.txt").write_text(ABOUT.format(number))
    job = CrawlJob(root, [f"dir:{folder}"], until="discover")
    job.discover()
    file = tmp_path / "list.jsonl"
    write_candidates(job.candidates()[1:], file)
    return job, file


def test_a_job_that_ends_with_discovery_plans_nothing_and_says_what_it_found(tmp_path: Path) -> None:
    folder = tmp_path / "docs"
    folder.mkdir()
    (folder / "q.txt").write_text(ABOUT.format(1))
    outcome = CrawlJob(tmp_path, [f"dir:{folder}"], until="discover").discover()
    assert (outcome.successors, outcome.verdict) == ((), "found")


def test_the_list_is_taken_as_it_was_edited_with_its_scores_and_its_order(tmp_path: Path) -> None:
    first, file = listed(tmp_path, 4)
    job = CrawlJob(tmp_path, [f"candidates:{file}"], discover={"min_relevance": 1.0}, permission=own(tmp_path))
    job.discover()
    chosen, before = job.candidates(), first.candidates()[1:]
    assert [(item.id, item.score) for item in chosen] == [(item.id, item.score) for item in before]


def test_bytes_that_this_store_does_not_have_are_read_from_their_folder_again(tmp_path: Path) -> None:
    _, file = listed(tmp_path, 2)
    job = CrawlJob(tmp_path, [f"candidates:{file}"], permission=own(tmp_path))
    job.discover()
    (item,) = job.candidates()
    assert job.store.get_blob(item.blob).startswith(b"Quantum computers")


def test_a_listed_file_that_is_gone_is_told_and_the_others_go_on(tmp_path: Path) -> None:
    _, file = listed(tmp_path, 3)
    (tmp_path / "docs" / "q1.txt").unlink()
    job = CrawlJob(tmp_path, [f"candidates:{file}"], permission=own(tmp_path))
    job.discover()
    reasons = [row.reason for row in job.rejected("discover", "0").values()]
    assert len(job.candidates()) + len(reasons) == 2 and set(reasons) <= {"unreadable"}


def test_an_edited_address_is_a_new_document_of_which_nothing_old_is_believed(tmp_path: Path) -> None:
    old = Candidate(
        id=document_id("http://example.org/free"), url="http://example.org/free", source="openalex", score=0.5,
        licence="CC0-1.0", blob="0" * 64, headers={"content-type": "text/html"}, doi="10.1/a",
        copies=(Copy(url="http://example.org/free.pdf", licence="CC0-1.0"),),
    )  # fmt: skip
    assert as_written(old) == old
    new = as_written(old.model_copy(update={"url": "http://EXAMPLE.org:80/other"}))
    assert (new.url, new.id) == ("http://example.org/other", document_id("http://example.org/other"))
    assert (new.licence, new.blob, new.copies, new.headers, new.doi) == ("", "", (), {}, "")


@pytest.mark.parametrize("path", ["/dev/zero", "/"])
def test_a_listed_path_that_is_no_file_is_told_and_not_read(tmp_path: Path, path: str) -> None:
    _, file = listed(tmp_path, 2)
    url = f"file://{path}"
    more = Candidate(id=document_id(url), url=url, source="dir:/dev", score=0.5)
    file.write_text(file.read_text() + more.model_dump_json() + "\n")
    job = CrawlJob(tmp_path, [f"candidates:{file}"], permission=own(tmp_path))
    job.discover()
    assert job.rejected("discover", "0")[url].reason == "unreadable"
