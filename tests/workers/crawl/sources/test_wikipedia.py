"""``wikipedia`` against a small Wikipedia on loopback, by discover and retrieve."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from agent.errors import NotEnoughData, SourceFailed
from tests.workers.crawl.site_server import running
from tests.workers.crawl.sources.wikipedia_server import Article, WikipediaServer
from tests.workers.crawl.units import CrawlJob
from workers.crawl.http.address import named_endpoints
from workers.crawl.http.client import client_for
from workers.crawl.sources import services_for
from workers.crawl.sources.mediawiki import Wiki

ARTICLES = (
    Article(
        1,
        "Quantum computing",
        "is computing with quantum states. A quantum computer keeps superpositions of bits in qubits and lets them "
        "interfere, so that wrong answers to a problem cancel out.",
        "Quantum computing needs error correction.",
        links=("Qubit", "Quantum gate", "Shor's algorithm", "Superposition", "Entanglement"),
        lead_links=("Qubit", "Interference"),
        categories=("Category:Quantum computing", "Category:Models of computation", "Category:Computer science"),
        redirects=("Quantum computer", "Quantum computation", "QC"),
    ),
    Article(2, "Qubit", "is the unit of quantum computing: a quantum system of two levels."),
    Article(3, "Quantum computing (disambiguation)", "may mean several things.", disambiguation=True),
    Article(4, "Topological quantum computing", "uses anyons for quantum computing."),
    Article(5, "Old quantum computing page", "was about quantum computing."),
)


def _job(path: Path, server: WikipediaServer, source: str = "wikipedia", **spec: Any) -> CrawlJob:
    job_spec = {"endpoints": {"wikipedia.en": server.endpoint}} | spec
    job_spec["discover"] = {"min_relevance": 0, "expand": (), "look_up": ()} | job_spec.get("discover", {})
    return CrawlJob(path, [source], **job_spec)


def test_articles_are_found_over_several_answers_and_fetched_at_their_revision(tmp_path: Path) -> None:
    with running(WikipediaServer(ARTICLES, deleted=(5,))) as server:
        job = _job(tmp_path, server, permission={"profile": "share-alike"})
        (plan,) = job.discover().successors
        found = {candidate.title: candidate for candidate in job.candidates()}
        assert set(found) == {"Quantum computing", "Qubit", "Topological quantum computing"}
        one = found["Quantum computing"]
        assert one.url == "https://en.wikipedia.org/wiki/Quantum_computing"
        assert (one.licence, one.language, one.date) == ("CC-BY-SA-4.0", "en", "2026-03-25")
        assert "oldid=1007" in one.evidence[0].url and "action=history" in one.evidence[0].line
        refused = job.rejected("discover", "0")
        assert refused["https://en.wikipedia.org/wiki/Quantum_computing_(disambiguation)"].reason == "disambiguation"
        assert refused["https://en.wikipedia.org/wiki/Old_quantum_computing_page"].reason == "gone"

        job.retrieve(plan)
        assert server.count("/w/rest.php/v1/revision/1007/html") == 1
        page = next(page for page in job.pages() if page.title == "Quantum computing")
        assert page.licence == "CC-BY-SA-4.0" and page.url == one.url
        assert any("documented API wikipedia.en" in line.line for line in page.evidence)


def test_no_more_articles_are_taken_than_asked_for(tmp_path: Path) -> None:
    with running(WikipediaServer(ARTICLES)) as server:
        job = _job(tmp_path, server, discover={"results_per_query": 2})
        job.discover()
        assert len(job.candidates()) == 2


def test_lagging_databases_are_waited_for(tmp_path: Path) -> None:
    with running(WikipediaServer(ARTICLES, lag=2)) as server:
        job = _job(tmp_path, server)
        job.discover()
        assert server.lag == 0 and len(job.candidates()) == 4


def test_databases_that_go_on_lagging_are_left_alone(tmp_path: Path) -> None:
    with running(WikipediaServer(ARTICLES, lag=99)) as server, pytest.raises(NotEnoughData, match="databases lag"):
        _job(tmp_path, server).discover()


def test_strict_robots_closes_the_api_too(tmp_path: Path) -> None:
    with running(WikipediaServer(ARTICLES)) as server, pytest.raises(NotEnoughData, match="robots_disallow"):
        _job(tmp_path, server, permission={"strict_robots": True}).discover()


def test_an_unknown_language_is_named_with_those_there_are(tmp_path: Path) -> None:
    with running(WikipediaServer(ARTICLES)) as server, pytest.raises(NotEnoughData, match=r"'tlh'.*Take one of en, "):
        _job(tmp_path, server, "wikipedia:tlh").discover()


def test_an_empty_result_is_no_fault(tmp_path: Path) -> None:
    with running(WikipediaServer(())) as server, pytest.raises(NotEnoughData, match="wikipedia: nothing there"):
        _job(tmp_path, server).discover()


@pytest.fixture
def wiki(tmp_path: Path) -> Any:
    with running(WikipediaServer(ARTICLES)) as server:
        job = _job(tmp_path, server)
        services = services_for(job.spec.endpoints)
        named = named_endpoints((), job.spec.endpoints.values())
        http = client_for(
            job.spec,
            services,
            named=named,
            turns=job.turns,
            pulse=lambda: None,
        )
        yield Wiki(http, services)


def test_a_subject_leads_to_its_links_categories_and_other_names(wiki: Wiki) -> None:
    assert wiki.links("Quantum computing") == list(ARTICLES[0].links)
    assert wiki.links("Quantum computing", limit=2) == ["Qubit", "Quantum gate"]
    assert wiki.lead_links("Quantum computing") == ["Qubit", "Interference"]
    assert wiki.categories("QC") == ["Quantum computing", "Models of computation", "Computer science"]
    assert wiki.redirects("Quantum computing") == ["Quantum computer", "Quantum computation", "QC"]
    assert wiki.links("No such page") == []


def test_what_the_api_refuses_is_told_in_its_words(wiki: Wiki) -> None:
    with pytest.raises(SourceFailed, match="srsearch"):
        list(wiki.search(" ", 5))
