"""``arxiv`` against a small arXiv on loopback, by discover and retrieve."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from agent.errors import NotEnoughData, SourceFailed
from tests.workers.crawl.site_server import running
from tests.workers.crawl.sources.arxiv_server import OWN, ArxivServer, Preprint
from tests.workers.crawl.units import CrawlJob
from workers.crawl.sources.arxiv import LICENCES_PER_QUERY, categories, phrase_query, word_query

PREPRINTS = (
    Preprint(
        "2105.00001", "Quantum computing with ions", "We report on quantum computing & ions.",
        doi="10.1234/Ions.2021", journal="J. Ions 4, 12 (2022)",
    ),
    Preprint("2105.00002", "Own licence", "Quantum computing under arXiv's licence.", licence=OWN),
    Preprint("2105.00003", "Not stated", "Quantum computing, no licence in the record.", licence=""),
    Preprint("2105.00004", "Gone", "Quantum computing.", comment="This paper has been withdrawn by the authors"),
    Preprint("quant-ph/0201082", "Old form", "Quantum computing of 2002.", updated="2002-02-01"),
    Preprint("2105.00006", "No HTML", "Quantum computing without HTML.", html=False, categories=("cs.ET",)),
)  # fmt: skip


def _job(path: Path, server: ArxivServer, source: str = "arxiv", **spec: Any) -> CrawlJob:
    discover = {"min_relevance": 0, "expand": (), "look_up": ()} | spec.pop("discover", {})
    spec.setdefault("retrieve", {"requests_per_second": 100})
    spec.setdefault("permission", {"profile": "research", "intended_use": "research"})
    return CrawlJob(path, [source], discover=discover, endpoints=server.endpoints, **spec)


def test_papers_come_with_what_the_feed_and_the_record_say(tmp_path: Path) -> None:
    with running(ArxivServer(PREPRINTS)) as server:
        job = _job(tmp_path, server)
        job.discover()
        found = {candidate.url.rpartition("abs/")[2]: candidate for candidate in job.candidates()}

    assert set(found) == {"2105.00001", "2105.00002", "2105.00003", "quant-ph/0201082", "2105.00006"}
    ions = found["2105.00001"]
    assert (ions.title, ions.date, ions.doi) == ("Quantum computing with ions", "2021-05-06", "10.1234/ions.2021")
    assert (ions.authors, ions.venue) == (("A. Writer", "Ö. Second"), "J. Ions 4, 12 (2022)")
    assert [(copy.url.removeprefix(server.base), copy.media_type) for copy in ions.copies] == [
        ("/html/2105.00001v2", "text/html"), ("/pdf/2105.00001v2", "application/pdf"),
    ]  # fmt: skip
    assert ions.licence == "CC-BY-4.0" and "oai:arXiv.org:2105.00001" in ions.evidence[0].url
    assert found["2105.00002"].licence == "LicenseRef-arxiv-nonexclusive"
    assert found["2105.00003"].licence == ""
    old = found["quant-ph/0201082"]
    assert [copy.url.removeprefix(server.base) for copy in old.copies] == ["/pdf/quant-ph/0201082v2"]
    assert old.doi == "10.48550/arxiv.quant-ph/0201082"
    assert job.rejected("discover", "0")["https://arxiv.org/abs/2105.00004"].reason == "withdrawn"
    assert job.facts()["sources"][0]["licences_asked"] == 5
    assert job.facts()["sources"][0]["licences_stated"] == 4


def test_full_text_is_html_or_else_pdf_and_robots_txt_is_asked_about_it(tmp_path: Path) -> None:
    with running(ArxivServer(PREPRINTS)) as server:
        job = _job(tmp_path, server)
        (plan,) = job.discover().successors
        assert server.count("/robots.txt") == 0
        job.retrieve(plan)
        pages = {page.title: page for page in job.pages()}
        assert server.count("/robots.txt") == 1
    assert pages["Quantum computing with ions"].media_type == "text/html"
    assert pages["No HTML"].media_type == "application/pdf"
    assert any(line.kind == "robots" for line in pages["No HTML"].evidence)
    assert job.rejected("retrieve", "0000")["https://arxiv.org/abs/2105.00003"].reason == "licence_unknown"


def test_search_and_licences_share_three_seconds_and_papers_take_fifteen(tmp_path: Path) -> None:
    with running(ArxivServer(PREPRINTS)) as server:
        job = _job(tmp_path, server)
        (plan,) = job.discover().successors
        job.retrieve(plan)
    by_group: dict[str, list[float]] = {}
    for limit, start_s in job.turns.starts:
        by_group.setdefault(limit.group, []).append(start_s)
    gaps = {group: min(b - a for a, b in pairwise(at)) for group, at in by_group.items() if at[1:]}
    assert len(gaps) == 2 and min(gaps.values()) >= 3 and max(gaps.values()) >= 15


def test_results_are_paged_to_the_limit_and_an_empty_page_is_asked_again(tmp_path: Path) -> None:
    many = [Preprint(f"2201.{number:05}", f"Paper {number}", "Quantum computing.") for number in range(130)]
    with running(ArxivServer(many, gap=100)) as server:
        job = _job(tmp_path, server, discover={"results_per_query": 120})
        job.discover()
        assert len(job.candidates()) == 120
        asked = [(query["start"], query["max_results"]) for query in server.queries]
        assert asked == [("0", "100"), ("100", "20"), ("100", "21")]
        assert job.facts()["sources"][0]["licences_asked"] == LICENCES_PER_QUERY


def test_a_page_that_stays_empty_ends_the_source_with_what_it_gave(tmp_path: Path) -> None:
    many = [Preprint(f"2201.{number:05}", f"Paper {number}", "Quantum computing.") for number in range(130)]
    with running(ArxivServer(many, gap=100, gaps=9)) as server:
        job = _job(tmp_path, server, discover={"results_per_query": 120})
        job.discover()
    assert len(job.candidates()) == 100
    assert "after the first 100 of 130" in job.facts()["sources"][0]["error"]


@pytest.mark.parametrize("status", [200, 400])
def test_an_error_feed_is_told_in_its_words(tmp_path: Path, status: int) -> None:
    with (
        running(ArxivServer(PREPRINTS, refuses="max_results must be non-negative", status=status)) as server,
        pytest.raises(NotEnoughData, match="max_results must be non-negative"),
    ):
        _job(tmp_path, server).discover()


def test_papers_are_still_found_where_no_licence_can_be_asked_for(tmp_path: Path) -> None:
    with running(ArxivServer(PREPRINTS, oai_down=True)) as server:
        job = _job(tmp_path, server)
        job.discover()
    assert len(job.candidates()) == 5
    assert "http_403" in job.facts()["sources"][0]["licences_fault"]
    assert job.facts()["sources"][0]["licences_asked"] == 1


def test_categories_restrict_the_search(tmp_path: Path) -> None:
    with running(ArxivServer(PREPRINTS)) as server:
        job = _job(tmp_path, server, "arxiv:cs.ET")
        job.discover()
        assert [candidate.title for candidate in job.candidates()] == ["No HTML"]
    assert categories("quant-ph, cs") == " AND (cat:quant-ph OR cat:cs.*)"
    with pytest.raises(SourceFailed, match="Quantum Physics"):
        categories("Quantum Physics")


def test_where_no_paper_has_the_phrase_its_words_are_searched(tmp_path: Path) -> None:
    with running(ArxivServer(PREPRINTS)) as server:
        job = _job(tmp_path, server)
        job.spec = job.spec.model_copy(update={"subject": "computing with the quantum ions"})
        job.discover()
        assert [candidate.title for candidate in job.candidates()] == ["Quantum computing with ions"]


def test_the_syntax_of_the_search_stays_outside_of_the_words() -> None:
    assert (
        phrase_query('quantum "error" (correction)')
        == '(ti:"quantum error correction" OR abs:"quantum error correction")'
    )
    assert word_query("the theory of C++: templates") == "(all:theory AND all:C++ AND all:templates)"
    assert phrase_query('"():') == word_query("of the") == ""
