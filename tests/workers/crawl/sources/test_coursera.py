"""Coursera: nothing without consent, and with it nothing but what exists."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from agent.errors import NotEnoughData
from tests.workers.crawl.site_server import Answer, Route, SiteServer, running
from tests.workers.crawl.units import CrawlJob


class Catalogue(SiteServer):
    """The catalogue of courses, paged by start."""

    def __init__(self, count: int) -> None:
        super().__init__({})
        self.courses = [
            {
                "courseType": "v2.ondemand", "id": f"c{number}", "slug": f"course-{number}", "partnerIds": ["6"],
                "name": "Quantum Computing at Home" if number % 40 == 7 else f"Gardening {number}",
                "primaryLanguages": ["en-US"], "description": "A computing course on quanta." if number % 3 else None,
            }
            for number in range(count)
        ]  # fmt: skip

    def route(self, path: str) -> Route:
        """One page."""
        if not path.startswith("/api/courses.v1?"):
            return Answer(status=404)
        start = int(path.partition("start=")[2].partition("&")[0])
        paging: dict[str, Any] = {"total": len(self.courses)}
        if start + 100 < len(self.courses):
            paging["next"] = str(start + 100)
        page = {"elements": self.courses[start : start + 100], "paging": paging, "linked": {}}
        return Answer(json.dumps(page), headers={"Content-Type": "application/json"})


def job_on(server: SiteServer, root: Path, *consents: str) -> CrawlJob:
    """A job on Coursera beside a folder that has something."""
    (root / "docs").mkdir()
    (root / "docs" / "q.txt").write_text("Quantum computers apply quantum gates to qubits and measure qubits.")
    return CrawlJob(
        root, ["coursera", f"dir:{root}/docs"], endpoints={"coursera.api": f"{server.base}/api/courses.v1"},
        permission={"consents": list(consents)}, discover={"expand": [], "look_up": []},
    )  # fmt: skip


def test_without_consent_nobody_is_asked_and_the_next_step_is_told(tmp_path: Path) -> None:
    with running(Catalogue(250)) as server:
        job = job_on(server, tmp_path)
        job.discover()
        assert server.asked == []
    (line, _) = job.facts()["sources"]
    assert "written consent" in line["error"] and "permission.consents" in line["error"]


def test_with_consent_matching_courses_are_reported_and_none_is_taken(tmp_path: Path) -> None:
    with running(Catalogue(250)) as server:
        job = job_on(server, tmp_path, "coursera")
        job.discover()
        assert len(server.asked) == 3
    refused = job.rejected("discover", "0")
    assert {row.reason for row in refused.values()} == {"metadata_only"} and len(refused) == 7
    row = refused["https://www.coursera.org/learn/course-7"]
    assert row.record["title"] == "Quantum Computing at Home" and row.record["language"] == "en"
    assert [item.source for item in job.candidates()] == [f"dir:{tmp_path}/docs"]
    assert job.facts()["sources"][0]["courses"] == 250


def test_a_catalogue_in_another_form_is_told(tmp_path: Path) -> None:
    with running(SiteServer({})) as server:
        server.route = lambda path: Answer('{"courses": []}')  # type: ignore[method-assign]
        job = job_on(server, tmp_path, "coursera")
        job.discover()
    assert "unknown form: elements" in job.facts()["sources"][0]["error"]


def test_its_pages_are_not_fetched_whoever_names_them(tmp_path: Path) -> None:
    address = "https://www.coursera.org/learn/course-7"
    job = CrawlJob(tmp_path, [f"urls:{address}"], discover={"expand": [], "look_up": [], "min_relevance": 0.0})
    with pytest.raises(NotEnoughData, match="1 terms_forbid_fetching"):
        job.discover()
