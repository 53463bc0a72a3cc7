"""``pubmed`` against a small NCBI on loopback, by discover and retrieve."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from agent.errors import NotEnoughData
from tests.workers.crawl.site_server import running
from tests.workers.crawl.sources.pubmed_server import Citation, Deposit, PubMedServer
from tests.workers.crawl.units import CrawlJob

OPEN = Citation(
    "900", "Quantum computing for proteins", "To fold & to compute.", "10.5/Open", Deposit("PMC77", (1, 2, 10))
)
CITATIONS = (
    OPEN,
    Citation("100", "Quantum computing, closed", "Read elsewhere.", "10.5/closed"),
    Citation("200", "Quantum computing without DOI", "Nowhere to be had."),
    Citation(
        "300", "Quantum computing retracted", "Wrong.", "10.5/wrong", Deposit("PMC78"),
        types=(("D016428", "Journal Article"), ("D016441", "Retracted Publication")),
    ),
    Citation(
        "400", "Quantum computing, manuscript", "Mine it.", "", Deposit("PMC79", manuscript=True, licence_code="TDM")
    ),
    Citation("500", "Quantum computing, embargoed", "Not in the bucket yet.", pmcid="PMC7"),
    Citation("600", "Quantum computing withdrawn there", "Wrong.", "", Deposit("PMC80", retracted=True)),
)  # fmt: skip
_PAGE = "https://pmc.ncbi.nlm.nih.gov/articles/"


def _job(path: Path, server: PubMedServer, **spec: Any) -> CrawlJob:
    discover = {"min_relevance": 0, "expand": (), "look_up": ()} | spec.pop("discover", {})
    retrieve = {"requests_per_second": 100, "contact": "Lab <ops@lab.example>"}
    spec.setdefault("permission", {"profile": "research", "intended_use": "research"})
    return CrawlJob(path, ["pubmed"], discover=discover, endpoints=server.endpoints, retrieve=retrieve, **spec)


def test_an_open_article_comes_with_its_newest_full_text_and_licence(tmp_path: Path) -> None:
    with running(PubMedServer(CITATIONS)) as server:
        job = _job(tmp_path, server)
        (plan,) = job.discover().successors
        found = {candidate.url: candidate for candidate in job.candidates()}
        article = found[f"{_PAGE}PMC77/"]
        assert article.title == "Quantum computing for proteins in vivo."
        assert (article.date, article.doi, article.venue) == ("2023-11-05", "10.5/open", "Journal of Our Own")
        assert (article.authors, article.language) == (("Ada B Writer", "The Group"), "en")
        assert [(copy.url.removeprefix(server.base), copy.licence) for copy in article.copies] == [
            ("/bucket/PMC77.10/PMC77.10.xml", "CC-BY-4.0"), ("/bucket/PMC77.10/PMC77.10.pdf", "CC-BY-4.0"),
        ]  # fmt: skip
        assert article.evidence[0].line == "license_code: CC BY"
        manuscript = found[f"{_PAGE}PMC79/"]
        assert (manuscript.licence, manuscript.copies[0].version) == ("LicenseRef-pmc-tdm", "accepted")

        job.retrieve(plan)
        page = next(page for page in job.pages() if page.url == article.url)
        assert page.licence == "CC-BY-4.0"
        assert server.count("/bucket/PMC77.10/PMC77.10.xml") == 1


def test_what_has_no_open_full_text_is_refused_and_retracted_articles_are_out(tmp_path: Path) -> None:
    with running(PubMedServer(CITATIONS)) as server:
        job = _job(tmp_path, server)
        job.discover()
    refused = {url.rstrip("/").rpartition("/")[2]: row.reason for url, row in job.rejected("discover", "0").items()}
    assert refused == {
        "100": "no_open_copy", "200": "no_open_copy", "500": "no_open_copy", "PMC78": "retracted", "PMC80": "retracted",
    }  # fmt: skip
    facts = job.facts()["sources"][0]
    assert (facts["in_pmc"], facts["with_full_text"]) == (5, 4)


def test_every_request_names_tool_and_address_and_the_key_only_on_the_wire(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NCBI_API_KEY", "our-secret")
    with running(PubMedServer(CITATIONS)) as server:
        job = _job(tmp_path, server)
        job.discover()
        for asked in server.asked_of_eutils:
            assert (asked["tool"], asked["email"]) == ("finetune-agent", "ops@lab.example")
            assert asked["api_key"] == "our-secret"
    assert "our-secret" not in "".join(candidate.model_dump_json() for candidate in job.candidates())


def test_the_order_is_that_of_the_search(tmp_path: Path) -> None:
    numbers = {"9": "here", "3": "there", "7": "anywhere"}
    citations = [
        Citation(number, f"Quantum computing {where}", "", "", Deposit(f"PMC{number}"))
        for number, where in numbers.items()
    ]
    with running(PubMedServer(citations)) as server:
        job = _job(tmp_path, server, discover={"results_per_query": 2})
        job.discover()
        assert {candidate.url for candidate in job.candidates()} == {f"{_PAGE}PMC9/", f"{_PAGE}PMC3/"}


def test_over_the_rate_limit_the_request_is_made_again(tmp_path: Path) -> None:
    with running(PubMedServer([OPEN], busy=1)) as server:
        job = _job(tmp_path, server)
        job.discover()
        assert len(job.candidates()) == 1


def test_a_refused_query_is_told_in_its_words(tmp_path: Path) -> None:
    with (
        running(PubMedServer(CITATIONS, refuses="Search Backend failed")) as server,
        pytest.raises(NotEnoughData, match="PubMed refuses the query: Search Backend failed"),
    ):
        _job(tmp_path, server).discover()


def test_the_licence_in_the_article_itself_counts_too(tmp_path: Path) -> None:
    stricter = Deposit("PMC81", licence_url="https://creativecommons.org/licenses/by-nc-nd/4.0/")
    with running(PubMedServer([Citation("1", "Quantum computing", "", "", stricter)])) as server:
        job = _job(tmp_path, server)
        (plan,) = job.discover().successors
        job.retrieve(plan)
    (row,) = job.rejected("retrieve", "0000").values()
    assert row.reason == "licence_no_derivatives"
