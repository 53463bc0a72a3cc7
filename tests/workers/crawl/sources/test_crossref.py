"""Crossref as a source: cursors, partial dates, JATS abstracts, licences by version, and updates that withdraw."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from agent.errors import NotEnoughData
from tests.workers.crawl.site_server import Answer
from tests.workers.crawl.sources.scholar_server import Library, Paper, papers, serving_scholars
from tests.workers.crawl.units import CrawlJob

OFFLINE = {"expand": [], "look_up": [], "min_relevance": 0.0, "max_documents": 1000}


def test_a_search_gives_works_without_markup_at_their_doi(tmp_path: Path) -> None:
    shelf = [Paper("10.5555/one", "Quantum computing", open_at="https://open.example/1.pdf", citations=7)]
    with serving_scholars(Library(shelf)) as server:
        job = CrawlJob(tmp_path, ["crossref"], endpoints=server.endpoints, discover=OFFLINE)
        job.discover()
    (kept,) = job.candidates()
    assert (kept.url, kept.doi) == ("https://doi.org/10.5555/one", "10.5555/one")
    assert (kept.title, kept.venue, kept.date) == ("Quantum computing", "Annals & Invented Physics", "2024-05")
    assert kept.authors == ("Ada Rhee", "Tom Okafor") and kept.citations == 7
    (only,) = kept.copies  # the accepted version has no licence of its own
    assert (only.url, only.licence, only.version) == ("https://open.example/1.pdf", "CC-BY-4.0", "published")


def test_a_contract_for_mining_is_no_licence(tmp_path: Path) -> None:
    shelf = [Paper("10.5555/one", "Quantum computing", open_at="https://paid.example/1.pdf", licence="tdm")]
    with serving_scholars(Library(shelf)) as server:
        job = CrawlJob(tmp_path, ["crossref"], endpoints=server.endpoints, discover=OFFLINE)
        with pytest.raises(NotEnoughData, match="1 no_open_copy"):
            job.discover()


def test_cursors_are_followed_to_the_end(tmp_path: Path) -> None:
    with serving_scholars(Library(papers(230))) as server:
        discover = OFFLINE | {"results_per_query": 1000}
        job = CrawlJob(tmp_path, ["crossref"], endpoints=server.endpoints, discover=discover)
        job.discover()
        asked = server.asked_of("crossref")
    assert len(job.candidates()) == 230
    assert [each["cursor"] for each in asked] == ["*", "AoJ100", "AoJ200"]


def test_the_limit_ends_a_search(tmp_path: Path) -> None:
    with serving_scholars(Library(papers(230))) as server:
        discover = OFFLINE | {"results_per_query": 30}
        job = CrawlJob(tmp_path, ["crossref"], endpoints=server.endpoints, discover=discover)
        job.discover()
        assert [each["rows"] for each in server.asked_of("crossref")] == ["30"]
    assert len(job.candidates()) == 30


@pytest.mark.parametrize(
    "told",
    [
        '"updated-by": [{"DOI": "10.5555/r", "type": "retraction"}]',
        '"updated-by": [{"DOI": "10.5555/r", "type": "correction"}, {"DOI": "10.5555/w", "type": "withdrawal"}]',
        '"update-to": [{"DOI": "10.5555/other", "type": "retraction"}]',
        '"relation": {"is-retracted-by": [{"id": "10.5555/r"}]}',
        '"subtitle": ["x"], "title": ["RETRACTED: Qubits"]',
    ],
)
def test_every_way_to_say_retracted_is_heard(tmp_path: Path, told: str) -> None:
    body = f'{{"message": {{"items": [{{"DOI": "10.5555/x", "title": ["Qubits"], {told}}}]}}}}'
    with serving_scholars(Library([], faults={"crossref": Answer(body)})) as server:
        job = CrawlJob(tmp_path, ["crossref"], endpoints=server.endpoints, discover=OFFLINE)
        with pytest.raises(NotEnoughData, match="1 retracted"):
            job.discover()


def test_a_correction_is_no_retraction(tmp_path: Path) -> None:
    record = {
        "DOI": "10.5555/x", "title": ["Qubits"], "updated-by": [{"DOI": "10.5555/c", "type": "correction"}],
        "license": [{"URL": "http://creativecommons.org/licenses/by/4.0/", "content-version": "unspecified"}],
        "link": [{"URL": "https://open.example/x.xml", "content-type": "application/xml", "content-version": "vor"}],
    }  # fmt: skip
    answer = Answer(json.dumps({"message": {"items": [record]}}))
    with serving_scholars(Library([], faults={"crossref": answer})) as server:
        job = CrawlJob(tmp_path, ["crossref"], endpoints=server.endpoints, discover=OFFLINE)
        job.discover()
    assert [item.title for item in job.candidates()] == ["Qubits"]


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        (Answer(status=403), "Try again later"),
        (Answer("Resource not found.", 404), "http_404"),
        (Answer('{"status": "ok", "message": {"items": "none"}}'), "unknown form: message.items"),
        (Answer('{"status": "ok", "message": {"items": []}}'), "nothing there"),
    ],
)
def test_what_is_wrong_is_told(tmp_path: Path, fault: Answer, told: str) -> None:
    with serving_scholars(Library([], faults={"crossref": fault})) as server:
        job = CrawlJob(tmp_path, ["crossref"], endpoints=server.endpoints, discover=OFFLINE)
        with pytest.raises(NotEnoughData) as caught:
            job.discover()
    assert told in str(caught.value)
