"""Parts of the score that the sources tell: reputation, citations, date."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from agent.job.records import Candidate
from agent.spec.sources import SOURCE_KINDS
from workers.crawl.relevance.dates import HALF_LIFE_YEARS, age_years, citations, recency
from workers.crawl.relevance.reputation import SOURCES, reputation

TODAY = date(2026, 11, 22)


def work(**known: Any) -> Candidate:
    """A candidate of which just this is known."""
    return Candidate(**({"id": "x", "url": "x", "source": "dir:x", "score": 0.0} | known))


def test_a_folder_a_list_and_an_unknown_site_say_nothing_of_reputation() -> None:
    assert [reputation(work(source=source)) for source in ("dir:x", "urls:list.txt", "site:http://x/")] == [None] * 3
    assert reputation(work(authors=("A. Author",))) is None


def test_reviewed_sources_stand_above_preprints_and_names_add_a_little() -> None:
    preprint, signed = work(source="arxiv"), work(source="arxiv", authors=("A. Author",))
    reviewed = work(source="openalex", venue="Physical Review A", doi="10.1103/x")
    medical = work(source="pubmed")
    values = [reputation(each) or 0 for each in (preprint, signed, reviewed, medical)]
    assert values == sorted(values) and len(set(values)) == 4


def test_a_preprint_server_is_no_reviewed_venue() -> None:
    assert reputation(work(source="openalex", venue="arXiv (Cornell University)", doi="10.48550/x")) is None


def test_a_paper_found_at_arxiv_that_a_journal_took_has_the_standing_of_the_journal() -> None:
    taken = reputation(work(source="arxiv", venue="Quantum", doi="10.22331/q"))
    assert taken is not None and taken > SOURCES["arxiv"].value


def test_a_work_that_several_sources_found_has_the_best_standing_of_them() -> None:
    both = work(source="openalex", also=("arxiv https://arxiv.org/abs/1", "pubmed https://pubmed.example/2"))
    assert reputation(both) == reputation(work(source="pubmed"))


def test_every_standing_is_that_of_a_source_there_is() -> None:
    assert set(SOURCES) <= set(SOURCE_KINDS)


def test_standings_are_between_nought_and_one_and_each_has_its_reason() -> None:
    assert all(0 < standing.value <= 1 and standing.reason for standing in SOURCES.values())


def test_citations_count_by_the_year_and_by_their_logarithm() -> None:
    ten = citations(work(citations=40, date="2022-11-22"), TODAY)
    assert ten == pytest.approx(0.52, abs=0.01)
    assert citations(work(citations=40, date="1990"), TODAY) < ten  # type: ignore[operator]
    assert citations(work(citations=0, date="2010"), TODAY) == 0
    assert citations(work(citations=10**7, date="2010"), TODAY) == 1


@pytest.mark.parametrize(
    "known",
    [{}, {"citations": 7}, {"date": "2010"}, {"citations": 0, "date": "2026-06"}, {"citations": 3, "date": "soon"}],
)
def test_citations_that_cannot_be_known_are_no_part(known: dict[str, Any]) -> None:
    assert citations(work(**known), TODAY) is None


def test_a_young_paper_that_is_cited_already_has_that_counted() -> None:
    assert (citations(work(citations=9, date="2026-09"), TODAY) or 0) == pytest.approx(0.5, abs=0.01)


def test_newness_is_halved_every_so_many_years() -> None:
    assert recency(work(date="2026-11-22"), TODAY) == 1
    half = recency(work(date=f"{2026 - HALF_LIFE_YEARS}-11-22"), TODAY)
    assert half == pytest.approx(0.5, abs=0.001)
    assert recency(work(), TODAY) is None


@pytest.mark.parametrize(
    ("written", "years"),
    [
        ("2024-11-22", 2.0),
        ("2024-11", 2.02),
        ("2024", 2.39),
        ("2031", 0.0),
        ("2024-13", None),
        ("", None),
        ("n.d.", None),
    ],
)
def test_an_inexact_date_is_taken_in_its_middle(written: str, years: float | None) -> None:
    assert age_years(work(date=written), TODAY) == (years if years is None else pytest.approx(years, abs=0.01))
