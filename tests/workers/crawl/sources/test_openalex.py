"""OpenAlex as a source: paging with and without a key, what a record becomes, and its faults."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from agent.errors import NotEnoughData
from tests.workers.crawl.site_server import Answer
from tests.workers.crawl.sources.scholar_server import Library, Paper, papers, serving_scholars
from tests.workers.crawl.units import CrawlJob
from workers.crawl.sources.openalex import abstract

OFFLINE = {"expand": [], "look_up": [], "min_relevance": 0.0, "max_documents": 1000}


@pytest.fixture(autouse=True)
def _no_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENALEX_API_KEY", raising=False)


def test_a_search_gives_open_works_with_abstract_date_venue_citations_and_copies(tmp_path: Path) -> None:
    shelf = [
        Paper("10.5555/open", "Quantum computing in the open", open_at="https://open.example/1.pdf", citations=7),
        Paper("10.5555/closed", "Quantum computing behind a wall"),
    ]
    with serving_scholars(Library(shelf)) as server:
        job = CrawlJob(tmp_path, ["openalex"], endpoints=server.endpoints, discover=OFFLINE)
        job.discover()
    (kept,) = job.candidates()
    assert (kept.url, kept.doi, kept.title) == ("https://doi.org/10.5555/open", "10.5555/open", shelf[0].title)
    assert (kept.date, kept.venue, kept.citations, kept.language) == ("2024-05-17", shelf[0].venue, 7, "en")
    assert kept.authors == ("Ada Rhee", "Tom Okafor")
    assert kept.copies[0].url == "https://open.example/1.pdf" and kept.copies[0].licence == "CC-BY-4.0"
    assert any(line.kind == "licence" and "CC-BY-4.0" in line.line for line in kept.evidence)


def test_without_a_key_pages_go_by_number_until_the_results_end(tmp_path: Path) -> None:
    with serving_scholars(Library(papers(230))) as server:
        discover = OFFLINE | {"results_per_query": 1000}
        job = CrawlJob(tmp_path, ["openalex"], endpoints=server.endpoints, discover=discover)
        job.discover()
        asked = server.asked_of("openalex")
    assert len(job.candidates()) == 230
    assert [each["page"] for each in asked] == ["1", "2", "3"] and not any("cursor" in each for each in asked)


def test_with_a_key_pages_go_by_cursor_and_the_key_is_in_no_record(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENALEX_API_KEY", "secret-word")
    with serving_scholars(Library(papers(230))) as server:
        discover = OFFLINE | {"results_per_query": 210}
        job = CrawlJob(tmp_path, ["openalex"], endpoints=server.endpoints, discover=discover)
        job.discover()
        asked = server.asked_of("openalex")
    assert len(job.candidates()) == 210
    assert [each["cursor"] for each in asked] == ["*", "100", "200"]
    assert all(each["api_key"] == "secret-word" for each in asked)
    assert "secret-word" not in "".join(item.model_dump_json() for item in job.candidates())


def test_the_contact_is_given_where_it_is_a_mail_address(tmp_path: Path) -> None:
    with serving_scholars(Library(papers(1))) as server:
        retrieve = {"contact": "me@example.org", "timeout_s": 2}
        CrawlJob(tmp_path, ["openalex"], endpoints=server.endpoints, discover=OFFLINE, retrieve=retrieve).discover()
        assert server.asked_of("openalex")[0]["mailto"] == "me@example.org"


def test_a_retracted_work_is_set_aside_with_its_reason(tmp_path: Path) -> None:
    shelf = [*papers(1), Paper("10.5555/gone", "Cold qubits", retracted=True, open_at="https://open.example/x.pdf")]
    with serving_scholars(Library(shelf)) as server:
        job = CrawlJob(tmp_path, ["openalex"], endpoints=server.endpoints, discover=OFFLINE)
        job.discover()
    assert [row.reason for row in job.rejected("discover", "0").values()] == ["retracted"]


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        (Answer(status=401), "Set OPENALEX_API_KEY"),
        (Answer(status=429, headers={"Retry-After": "86400"}), "Set OPENALEX_API_KEY"),
        (Answer(status=503, headers={"Retry-After": "86400"}), "http_503"),
        (Answer("<html>challenge</html>", headers={"Content-Type": "text/html"}), "no JSON"),
        (Answer('{"meta": {"count": 0}, "results": []}'), "nothing there"),
    ],
)
def test_what_is_wrong_is_told(tmp_path: Path, fault: Answer, told: str) -> None:
    with serving_scholars(Library([], faults={"openalex": fault})) as server:
        job = CrawlJob(tmp_path, ["openalex"], endpoints=server.endpoints, discover=OFFLINE)
        with pytest.raises(NotEnoughData) as caught:
            job.discover()
    assert told in str(caught.value)


def test_a_spent_budget_puts_the_service_to_rest_before_the_request_too_many(tmp_path: Path) -> None:
    page = {"meta": {"count": 1}, "results": [{"id": "https://openalex.org/W1", "display_name": "Qubits"}]}
    spent = {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "40000"}
    with serving_scholars(Library([], faults={"openalex": Answer(json.dumps(page), headers=spent)})) as server:
        job = CrawlJob(tmp_path, ["openalex"], endpoints=server.endpoints, discover=OFFLINE)
        job.discover()
    assert [seconds for _, seconds in job.turns.rests] == [40_000.0]


def test_a_record_that_cannot_be_read_is_counted_and_the_others_are_taken(tmp_path: Path) -> None:
    body = (
        '{"meta": {"count": 2}, "results": [{"doi": 5}, {"id": "https://openalex.org/W1", "display_name": "Qubits"}]}'
    )
    with serving_scholars(Library([], faults={"openalex": Answer(body)})) as server:
        job = CrawlJob(tmp_path, ["openalex"], endpoints=server.endpoints, discover=OFFLINE)
        job.discover()
    assert [item.title for item in job.candidates()] == ["Qubits"]
    assert job.facts()["sources"][0]["unreadable"] == 1


def test_an_inverted_index_becomes_text_in_the_order_of_its_positions() -> None:
    assert abstract({"gate": [3, 1], "The": [0], "after": [2]}) == "The gate after gate"
