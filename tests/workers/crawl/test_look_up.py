"""Papers that were found are looked up by DOI at the services that know more."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from agent.job.records import Candidate, Copy
from agent.spec import JobSpec
from tests.workers.crawl.site_server import Answer
from tests.workers.crawl.sources.scholar_server import Library, Paper, ScholarServer, papers, serving_scholars
from tests.workers.turns import LeapingTurns
from workers.crawl.http.address import named_endpoints
from workers.crawl.http.canonical import document_id
from workers.crawl.http.client import client_for
from workers.crawl.look_up import LookedUp, looked_up
from workers.crawl.sources import services_for
from workers.crawl.sources.contract import Found

PAPER = Paper("10.5555/qc.one", "Quantum computing", open_at="https://open.example/one.pdf", citations=41)


@pytest.fixture
def server() -> Iterator[ScholarServer]:
    """The services with one open paper, one retracted, one closed, one under a DOI with a comma."""
    shelf = [
        PAPER,
        Paper("10.5555/gone", "Cold qubits", retracted=True, open_at="https://open.example/gone.pdf"),
        Paper("10.5555/closed", "Paid qubits"),
        Paper("10.5555/a,b", "Comma qubits", open_at="https://open.example/comma.pdf"),
    ]
    with serving_scholars(Library(shelf)) as running:
        yield running


def paper(doi: str, **fields: Any) -> Found:
    """A paper that arXiv, say, found with its DOI and nothing else."""
    url = fields.pop("url", f"https://papers.example/{doi}")
    return Found(Candidate(id=document_id(url), url=url, source="arxiv", score=0.0, doi=doi, **fields))


def look(server: ScholarServer, *found: Found, contact: str = "me@example.org", **spec: Any) -> LookedUp:
    """Look them up as discovery does."""
    job = JobSpec(
        model="m", subject="quantum computing", sources=("openalex",), endpoints=server.endpoints,
        retrieve={"contact": contact, "timeout_s": 2}, **spec,
    )  # fmt: skip
    services = services_for(job.endpoints)
    named = named_endpoints(job.sources, job.endpoints.values())
    http = client_for(job, services, named=named, turns=LeapingTurns(), pulse=lambda: None)
    return looked_up(found, job, http, services)


def test_what_the_source_left_open_is_filled_in(server: ScholarServer) -> None:
    (item,) = look(server, paper(PAPER.doi)).found
    kept = item.candidate
    assert (kept.title, kept.citations, kept.venue) == (PAPER.title, 41, PAPER.venue)
    assert (kept.date, kept.authors, kept.language) == ("2024-05-17", PAPER.authors, "en")
    assert item.text == PAPER.abstract


def test_what_the_source_said_itself_stays(server: ScholarServer) -> None:
    known = paper(PAPER.doi, title="Its own title", date="2023", venue="arXiv", authors=("A. Rhee",), citations=99)
    (item,) = look(server, known).found
    kept = item.candidate
    assert (kept.title, kept.date, kept.venue, kept.authors, kept.citations) == (
        "Its own title", "2023", "arXiv", ("A. Rhee",), 99,
    )  # fmt: skip


def test_open_copies_come_with_the_licence_stated_for_each_and_where_it_was_read(server: ScholarServer) -> None:
    (item,) = look(server, paper(PAPER.doi)).found
    best = item.candidate.copies[0]
    assert best == Copy(url=PAPER.open_at, licence="CC-BY-4.0", version="published", media_type="application/pdf")
    assert Copy(url="https://papers.example/10.5555/qc.one") in item.candidate.copies
    lines = {line.line: line.url for line in item.candidate.evidence if line.kind == "licence"}
    assert f"OpenAlex: CC-BY-4.0 for {PAPER.open_at}" in lines and f"Crossref: CC-BY-4.0 for {PAPER.open_at}" in lines
    assert lines[f"Crossref: CC-BY-4.0 for {PAPER.open_at}"] == f"https://api.crossref.org/works/{PAPER.doi}"
    assert "me@example.org" not in item.candidate.model_dump_json()  # the contact is for the services alone


def test_a_paper_that_one_service_calls_retracted_is_set_aside(server: ScholarServer) -> None:
    for service, line in (("openalex", "OpenAlex: is_retracted"), ("crossref", "Crossref: retraction by")):
        done = look(server, paper("10.5555/gone"), discover={"look_up": [service]})
        assert done.found == [] and [item.reason for item in done.refused] == ["retracted"]
        assert done.refused[0].candidate.retracted and line in done.refused[0].detail


def test_a_paper_known_by_its_doi_alone_needs_an_open_copy(server: ScholarServer) -> None:
    done = look(server, paper("10.5555/closed", url="https://doi.org/10.5555/closed"))
    assert [item.reason for item in done.refused] == ["no_open_copy"]
    assert look(server, paper("10.5555/closed")).refused == []  # this one has an address of its own


def test_a_doi_that_no_filter_can_hold_is_asked_for_alone(server: ScholarServer) -> None:
    done = look(server, paper("10.5555/a,b"))
    assert done.notes == {} and done.found[0].candidate.title == "Comma qubits"


def test_many_papers_are_asked_for_together(server: ScholarServer) -> None:
    server.library.papers = papers(120)
    done = look(server, *(paper(each.doi) for each in papers(120)))
    assert len(done.found) == 120 and all(item.candidate.citations == 3 for item in done.found)
    assert len(server.asked_of("openalex")) == 3 and len(server.asked_of("crossref")) == 3
    assert server.asked_of("unpaywall") == []  # each has a licensed copy by then


def test_unpaywall_is_asked_about_papers_without_a_licensed_copy(server: ScholarServer) -> None:
    done = look(server, paper(PAPER.doi), discover={"look_up": ["unpaywall"]})
    assert done.found[0].candidate.copies[0].licence == "CC-BY-4.0"
    assert [asked["email"] for asked in server.asked_of("unpaywall")] == ["me@example.org"]


def test_semantic_scholar_is_asked_for_hundreds_at_once_and_nulls_are_what_it_does_not_know(
    server: ScholarServer,
) -> None:
    server.library.papers = papers(520)
    wanted = [paper(f"10.5555/qc.{number}") for number in range(530)]
    done = look(server, *wanted, discover={"look_up": ["semanticscholar"]})
    assert [len(json.loads(body)["ids"]) for body in server.received] == [500, 30] and done.notes == {}
    known = [item.candidate for item in done.found if item.candidate.citations is not None]
    assert len(known) == 520 and known[0].copies[0].licence == "CC-BY-4.0"


def test_without_a_mail_address_unpaywall_is_not_asked_and_that_is_said(server: ScholarServer) -> None:
    done = look(server, paper("10.5555/closed"), contact="https://example.org/about")
    assert "retrieve.contact" in done.notes["unpaywall"] and server.asked_of("unpaywall") == []
    assert "mailto" not in server.asked_of("crossref")[0]


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        (Answer(status=401), "Set OPENALEX_API_KEY"),
        (Answer(status=403), "refuses us (http_403)"),
        (Answer(status=404), "http_404"),
        (Answer("{broken", headers={"Content-Type": "application/json"}), "no JSON"),
        (Answer('{"results": 3}', headers={"Content-Type": "application/json"}), "unknown form: results"),
        (Answer(status=429, headers={"Retry-After": "86400"}), "http_429"),
    ],
)
def test_a_service_that_fails_is_noted_and_the_others_are_asked(
    server: ScholarServer, fault: Answer, told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("OPENALEX_API_KEY", raising=False)
    server.library.faults["openalex"] = fault
    done = look(server, paper(PAPER.doi))
    assert told in done.notes["openalex"] and set(done.notes) == {"openalex"}
    assert done.found[0].candidate.citations == 41  # Crossref said so


def test_what_a_service_said_before_it_failed_counts(server: ScholarServer) -> None:
    server.library.papers = papers(120)
    server.library.faults["openalex"] = Answer(status=403)
    server.library.fault_after["openalex"] = 2
    done = look(server, *(paper(each.doi) for each in papers(120)), discover={"look_up": ["openalex"]})
    assert len(done.found) == 120 and "openalex" in done.notes
    assert sum(1 for item in done.found if item.candidate.citations is not None) == 100


def test_a_paper_is_not_put_to_the_service_that_found_it(server: ScholarServer) -> None:
    found = paper(PAPER.doi, also=("openalex https://doi.org/10.5555/qc.one",))
    look(server, found)
    assert server.asked_of("openalex") == [] and len(server.asked_of("crossref")) == 1


def test_nobody_is_asked_about_documents_without_a_doi(server: ScholarServer, tmp_path: Path) -> None:
    done = look(server, paper(""))
    assert len(done.found) == 1 and server.asked == []
