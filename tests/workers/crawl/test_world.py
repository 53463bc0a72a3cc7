"""Discovery over all sources at once, some of which break: what one lacks costs the others nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from agent.errors import NotEnoughData
from tests.workers.crawl.units import CrawlJob
from tests.workers.crawl.world import RETRACTED_DOI, SHARED_DOI, serving_world


def test_each_source_gives_what_it_has_and_the_broken_ones_are_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("IEEE_API_KEY", raising=False)
    with serving_world() as world:
        job = CrawlJob(
            tmp_path, world.sources, endpoints=world.endpoints, discover={"min_relevance": 0.1, "expand": ["feedback"]}
        )
        plans = job.discover().successors
        pages = {}
        for plan in plans:
            job.retrieve(plan)
            pages |= {page.title: page for page in job.pages(plan.shard)}
    sources = {line["source"]: line for line in job.facts()["sources"]}
    found = {name for name, line in sources.items() if line["found"]}
    assert found >= {"arxiv", "pubmed", "wikipedia", "openalex", "crossref", world.site}
    told = {name: line["error"] for name, line in sources.items() if line["error"]}
    assert set(told) == {"ieee", "khan", "coursera", world.broken_site}
    assert "IEEE_API_KEY" in told["ieee"] and "503" in told[world.broken_site]

    titles = [candidate.title for candidate in job.candidates()]
    assert titles.count("Quantum computing with trapped ions") == 1, "a work that three sources know is one"
    shared = next(candidate for candidate in job.candidates() if candidate.doi == SHARED_DOI)
    assert shared.citations == 40 and len(shared.also) >= 2 and shared.licence == "CC-BY-4.0"

    aside = {row.record["title"]: row.reason for row in job.rejected("discover", "0").values()}
    assert aside["Quantum computing that was withdrawn"] == "retracted", RETRACTED_DOI
    assert "Roses" in aside or "Roses" not in titles
    assert {page.licence for page in pages.values()} <= {"CC-BY-4.0", "CC-BY-SA-4.0"}
    assert {"Qubit", "Quantum gates", "Quantum computing with trapped ions", "Quantum computing by annealing"} <= set(
        pages
    )
    assert all(page.evidence for page in pages.values())


def test_when_every_source_breaks_the_job_fails_and_names_each(tmp_path: Path) -> None:
    with serving_world() as world, pytest.raises(NotEnoughData) as caught:
        CrawlJob(tmp_path, [world.broken_site, "khan", "coursera"], endpoints=world.endpoints).discover()
    for name in (world.broken_site, "khan", "coursera"):
        assert name in str(caught.value)
