"""Other names and parts of a subject, from a small Wikipedia on loopback."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.workers.crawl.expand.results import results
from tests.workers.crawl.site_server import running
from tests.workers.crawl.sources.wikipedia_server import Article, WikipediaServer
from tests.workers.crawl.units import CrawlJob
from workers.crawl.expand.way import Phrase
from workers.crawl.expand.wikipedia import Encyclopedia, concept_of, fit
from workers.crawl.http.address import named_endpoints
from workers.crawl.http.client import client_for
from workers.crawl.sources import services_for
from workers.crawl.sources.mediawiki import Wiki

ARTICLES = (
    Article(1, "Baking (disambiguation)", "may mean bread baking or a surname.", disambiguation=True),
    Article(2, "Bakery", "sells what bread baking gives.", links=("Shop",)),
    Article(
        3,
        "Bread baking",
        "turns dough into bread. Bread baking begins with sourdough or with yeast. Lactic acid bacteria sour it. "
        "Sourdough is older than yeast. Louis Pasteur studied yeast in France.",
        lead_links=("Sourdough", "Lactic acid bacteria", "Louis Pasteur", "France", "Crankshaft", "Yeast (baking)"),
        categories=("Category:Breads", "Category:Articles in need of work", "Category:1911 introductions"),
        redirects=("Baking of bread", "Bread-baking", "BB", "Baking bread at home", "List of breads"),
    ),
)


@contextmanager
def encyclopedia(
    folder: Path, *articles: Article, lag: int = 0, answering: bytes | None = None
) -> Iterator[Encyclopedia]:
    with running(WikipediaServer(articles, lag=lag, answering=answering)) as server:
        job = CrawlJob(folder, ["wikipedia"], endpoints={"wikipedia.en": server.endpoint})
        services = services_for(job.spec.endpoints)
        named = named_endpoints((), job.spec.endpoints.values())
        yield Encyclopedia(
            Wiki(client_for(job.spec, services, named=named, turns=job.turns, pulse=lambda: None), services)
        )


@pytest.fixture
def phrases(tmp_path: Path) -> dict[str, Phrase]:
    with encyclopedia(tmp_path, *ARTICLES) as asked:
        return {phrase.text: phrase for phrase in asked.propose("bread baking", results()).phrases}


def test_redirects_are_other_names_of_the_subject(phrases: dict[str, Phrase]) -> None:
    assert phrases["BB"].same and phrases["Baking of bread"].same
    assert "Bread-baking" not in phrases
    assert "List of breads" not in phrases


def test_links_of_the_introduction_weigh_by_how_often_they_recur(phrases: dict[str, Phrase]) -> None:
    weights = [phrases[link].weight for link in ("Yeast", "Sourdough", "Lactic acid bacteria")]
    assert weights == sorted(weights, reverse=True) and len(set(weights)) == 3
    assert not phrases["Sourdough"].same


@pytest.mark.parametrize("stranger", ["Louis Pasteur", "France", "Crankshaft"])
def test_names_of_people_and_places_and_what_is_far_off_are_left_out(phrases: dict[str, Phrase], stranger: str) -> None:
    assert stranger not in phrases


def test_categories_are_sub_topics_and_upkeep_is_none(phrases: dict[str, Phrase]) -> None:
    assert phrases["Breads"].origin == "wikipedia"
    assert not [text for text in phrases if "Articles" in text or "1911" in text]


def test_an_article_is_found_by_the_name_that_redirects_to_it(tmp_path: Path) -> None:
    fermentation = Article(
        7, "Ethanol production", "by yeast, also called alcoholic fermentation, gives ethanol.",
        lead_links=("Ethanol",), redirects=("Alcoholic fermentation",),
    )  # fmt: skip
    with encyclopedia(tmp_path, fermentation) as asked:
        assert "Ethanol" in {phrase.text for phrase in asked.propose("alcoholic fermentation", []).phrases}


def test_a_subject_without_an_article_is_told_and_no_neighbour_is_taken_for_it(tmp_path: Path) -> None:
    with encyclopedia(tmp_path, ARTICLES[0], ARTICLES[1]) as asked:
        proposal = asked.propose("bread baking", [])
    assert proposal.phrases == ()
    assert proposal.note == "no article of Wikipedia is about 'bread baking'"


def test_a_wikipedia_that_cannot_be_asked_is_a_note(tmp_path: Path) -> None:
    with encyclopedia(tmp_path, *ARTICLES, lag=99) as asked:
        proposal = asked.propose("bread baking", [])
    assert proposal.phrases == ()
    assert proposal.note.startswith("Wikipedia could not be asked: ") and "lag" in proposal.note


@pytest.mark.parametrize(
    ("title", "concept"),
    [
        ("Superposition (physics)", "Superposition"),
        ("Shor's algorithm", "Shor's algorithm"),
        ("Richard Feynman", ""),
        ("List of quantum processors", ""),
        ("Computer-related introductions in 1980", ""),
        ("Talk:Qubit", ""),
    ],
)
def test_titles_become_concepts_but_lists_names_and_upkeep_do_not(title: str, concept: str) -> None:
    assert concept_of(title) == concept


def test_a_title_fits_by_its_words_whatever_their_endings() -> None:
    assert fit("quantum computing", "Quantum computer") == 1
    assert fit("quantum computing", "Quantum mechanics") == 0.5
    assert fit("python programming", "Python (genus)") < 0.7


@pytest.mark.parametrize(
    "body",
    [
        b'{"error": "no"}', b'{"error": ["no"]}', b'{"query": []}', b'{"query": {"search": 4}}', b'{"query": null}',
        b'{"query": {"search": [{"pageid": "x", "title": "t"}]}}', b'{"continue": {"sroffset": 1}, "query": {}}',
    ],
)  # fmt: skip
def test_an_answer_of_another_shape_or_without_end_is_a_note_and_stops_nothing(tmp_path: Path, body: bytes) -> None:
    with encyclopedia(tmp_path, answering=body) as asked:
        proposal = asked.propose("bread baking", results())
    assert not proposal.phrases
    assert "Wikipedia" in proposal.note
