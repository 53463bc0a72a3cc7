"""IEEE Xplore: its metadata leads to open copies elsewhere, and nothing of its own is fetched or trained on."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from agent.errors import NotEnoughData
from tests.workers.crawl.site_server import Answer, Route, running
from tests.workers.crawl.sources.scholar_server import Library, Paper, ScholarServer, papers
from tests.workers.crawl.units import CrawlJob

OFFLINE = {"expand": [], "look_up": ["openalex"], "min_relevance": 0.0, "max_documents": 1000}


@pytest.fixture(autouse=True)
def _key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IEEE_API_KEY", "xplore-secret")
    monkeypatch.delenv("OPENALEX_API_KEY", raising=False)


class Xplore(ScholarServer):
    """The other services, and Xplore's search over articles of its own."""

    def __init__(
        self, articles: Sequence[dict[str, Any]], library: Sequence[Paper], fault: Answer | None = None
    ) -> None:
        super().__init__(Library(library))
        self.articles = list(articles)
        self.fault = fault

    @property
    def endpoints(self) -> dict[str, str]:
        """With Xplore's."""
        return super().endpoints | {"ieee.api": f"{self.base}/ieee/articles"}

    def route(self, path: str) -> Route:
        """Articles by absolute position, none at all for one record, as the service does."""
        if not path.startswith("/ieee/"):
            return super().route(path)
        if self.fault:
            return self.fault
        asked = self.asked_of("ieee")[-1]
        first, size = int(asked["start_record"]) - 1, int(asked["max_records"])
        answer: dict[str, Any] = {"total_records": str(len(self.articles)), "total_searched": 6_000_000}
        if size > 1 and self.articles[first : first + size]:
            answer["articles"] = self.articles[first : first + size]
        return Answer(json.dumps(answer), headers={"Content-Type": "application/json"})


def article(number: int, **fields: Any) -> dict[str, Any]:
    """One article as Xplore shows it, numbers as strings here and as numbers there."""
    return {
        "article_number": str(number) if number % 2 else number, "doi": f"10.5555/qc.{number}",
        "title": f"Quantum computing with invented qubits, part {number}", "abstract": "<p>On quantum computing.</p>",
        "authors": {"authors": [{"full_name": "Ada Rhee", "affiliation": None, "author_order": 1}]},
        "publication_title": "Transactions on Invention", "publication_year": "2024" if number % 2 else 2024,
        "citing_paper_count": "5" if number % 2 else 5, "html_url": f"https://ieeexplore.ieee.org/document/{number}/",
        "pdf_url": f"https://ieeexplore.ieee.org/stamp/stamp.jsp?arnumber={number}", "access_type": "LOCKED", **fields,
    }  # fmt: skip


def found_by(server: Xplore, root: Path, **discover: Any) -> CrawlJob:
    """A job that asked Xplore."""
    job = CrawlJob(root, ["ieee"], endpoints=server.endpoints, discover=OFFLINE | discover)
    job.discover()
    return job


def test_an_article_is_taken_at_its_open_copy_under_that_copys_licence(tmp_path: Path) -> None:
    with running(Xplore([article(1)], [papers(2)[1]])) as server:
        job = found_by(server, tmp_path)
    (kept,) = job.candidates()
    assert (kept.url, kept.licence) == ("https://open.example/qc-1.pdf", "CC-BY-4.0")
    assert kept.also == ("ieee https://ieeexplore.ieee.org/document/1/",)
    assert [copy.url for copy in kept.copies] == ["https://open.example/qc-1.pdf"]  # the DOI leads back to Xplore
    assert (kept.date, kept.citations, kept.authors) == ("2024", 5, ("Ada Rhee",))
    assert any(line.kind == "terms" and "training" in line.line for line in kept.evidence)
    assert "xplore-secret" not in kept.model_dump_json()


def test_an_article_without_an_open_copy_is_refused(tmp_path: Path) -> None:
    closed = Paper("10.5555/qc.2", "Closed")
    with running(Xplore([article(1), article(2), article(3, doi=None)], [papers(2)[1], closed])) as server:
        job = found_by(server, tmp_path)
    assert len(job.candidates()) == 1
    assert [row.reason for row in job.rejected("discover", "0").values()] == ["no_open_copy"] * 2


def test_a_copy_at_xplore_itself_is_none(tmp_path: Path) -> None:
    there = Paper("10.5555/qc.1", "Gold", open_at="https://ieeexplore.ieee.org/ielx7/1.pdf")
    with running(Xplore([article(1)], [there])) as server, pytest.raises(NotEnoughData, match="1 no_open_copy"):
        found_by(server, tmp_path)


def test_positions_begin_at_one_and_end_at_the_last_record(tmp_path: Path) -> None:
    with running(Xplore([article(number) for number in range(230)], papers(230))) as server:
        job = found_by(server, tmp_path, results_per_query=1000)
        asked = server.asked_of("ieee")
    assert len(job.candidates()) == 230
    assert [(each["start_record"], each["max_records"]) for each in asked] == [("1", "200"), ("201", "200")]
    assert all(each["apikey"] == "xplore-secret" for each in asked)


def test_a_limit_of_one_is_not_asked_for_as_one_record(tmp_path: Path) -> None:
    with running(Xplore([article(number) for number in range(3)], papers(3))) as server:
        job = found_by(server, tmp_path, results_per_query=1)
    assert len(job.candidates()) == 1


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        (Answer("<h1>Developer Inactive</h1>", 403), "Check the key in IEEE_API_KEY"),
        (Answer(status=429, headers={"Retry-After": "86400"}), "Try again later"),
        (Answer('{"total_records": "many"}'), "unknown form: total_records"),
        (Answer('{"total_records": 0}'), "nothing there"),
    ],
)
def test_what_is_wrong_is_told_and_asked_once(tmp_path: Path, fault: Answer, told: str) -> None:
    with running(Xplore([], [], fault)) as server:
        with pytest.raises(NotEnoughData) as caught:
            found_by(server, tmp_path)
        assert len(server.asked_of("ieee")) == 1
    assert told in str(caught.value) and "xplore-secret" not in str(caught.value)


def test_without_a_key_nobody_is_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("IEEE_API_KEY")
    with running(Xplore([], [])) as server:
        with pytest.raises(NotEnoughData, match="Set IEEE_API_KEY"):
            found_by(server, tmp_path)
        assert server.asked == []
