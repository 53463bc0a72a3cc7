"""Semantic Scholar as a source: offsets, the key in a header, copies and their run-together licences."""

from __future__ import annotations

from pathlib import Path

import pytest

from agent.errors import NotEnoughData
from tests.workers.crawl.site_server import Answer
from tests.workers.crawl.sources.scholar_server import Library, Paper, papers, serving_scholars
from tests.workers.crawl.units import CrawlJob

OFFLINE = {"expand": [], "look_up": [], "min_relevance": 0.0, "max_documents": 1000}


@pytest.fixture(autouse=True)
def _no_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("S2_API_KEY", raising=False)


def test_a_search_gives_works_with_their_open_pdf_and_its_licence(tmp_path: Path) -> None:
    shelf = [
        Paper("10.5555/nd", "Quantum computing, unaltered", open_at="https://open.example/1.pdf", licence="cc-by-sa"),
        Paper("10.5555/closed", "Quantum computing behind a wall"),
    ]
    with serving_scholars(Library(shelf)) as server:
        job = CrawlJob(tmp_path, ["semanticscholar"], endpoints=server.endpoints, discover=OFFLINE)
        job.discover()
    (kept,) = job.candidates()
    assert (kept.doi, kept.date, kept.citations, kept.venue) == ("10.5555/nd", "2024", 3, shelf[0].venue)
    assert (kept.copies[0].url, kept.copies[0].licence) == ("https://open.example/1.pdf", "CC-BY-SA-4.0")
    assert [row.reason for row in job.rejected("discover", "0").values()] == ["no_open_copy"]


def test_a_paper_with_an_arxiv_number_has_arxivs_copy_without_a_licence(tmp_path: Path) -> None:
    body = """{"total": 1, "offset": 0, "data": [{"paperId": "p", "title": "Qubits", "year": 2023,
        "url": "https://www.semanticscholar.org/paper/p", "externalIds": {"ArXiv": "2301.00007", "CorpusId": 4},
        "openAccessPdf": null, "abstract": null, "authors": null}]}"""
    with serving_scholars(Library([], faults={"s2": Answer(body)})) as server:
        job = CrawlJob(tmp_path, ["semanticscholar"], endpoints=server.endpoints, discover=OFFLINE)
        job.discover()
    (kept,) = job.candidates()
    assert kept.url == kept.copies[0].url == "https://arxiv.org/pdf/2301.00007"
    assert (kept.licence, kept.copies[0].version) == ("", "submitted")
    assert kept.also == ("semanticscholar https://www.semanticscholar.org/paper/p",)


def test_offsets_are_followed_to_the_thousand_that_a_search_reaches(tmp_path: Path) -> None:
    with serving_scholars(Library(papers(1200))) as server:
        discover = OFFLINE | {"results_per_query": 1000}
        job = CrawlJob(tmp_path, ["semanticscholar"], endpoints=server.endpoints, discover=discover)
        job.discover()
        asked = server.asked_of("s2")
    assert len(job.candidates()) == 1000
    assert [int(each["offset"]) for each in asked] == list(range(0, 1000, 100))


def test_the_key_travels_in_its_header_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("S2_API_KEY", "scholar-secret")
    with serving_scholars(Library(papers(3))) as server:
        job = CrawlJob(tmp_path, ["semanticscholar"], endpoints=server.endpoints, discover=OFFLINE)
        job.discover()
        ((_, path, headers),) = [each for each in server.asked if each[1].startswith("/s2/")]
    assert headers["x-api-key"] == "scholar-secret" and "scholar-secret" not in path
    assert "scholar-secret" not in "".join(item.model_dump_json() for item in job.candidates())


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        (Answer(status=429, headers={"Retry-After": "86400"}), "Set S2_API_KEY"),
        (Answer('{"message": "Forbidden"}', 403), "Set S2_API_KEY"),
        (Answer('{"data": 3, "total": 1}'), "unknown form: data"),
        (Answer('{"error": "down"}'), "unknown form: neither total nor data"),
        (Answer('{"total": 0, "offset": 0}'), "nothing there"),
    ],
)
def test_what_is_wrong_is_told(tmp_path: Path, fault: Answer, told: str) -> None:
    with serving_scholars(Library([], faults={"s2": fault})) as server:
        job = CrawlJob(tmp_path, ["semanticscholar"], endpoints=server.endpoints, discover=OFFLINE)
        with pytest.raises(NotEnoughData) as caught:
            job.discover()
    assert told in str(caught.value)
