"""Sources are asked one after the other, and the failure of one is told and stops no other."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

import pytest

from agent.errors import DocumentRejected, SourceFailed
from agent.job.records import Candidate, Query
from agent.spec.sources import SOURCE_KINDS, SourceKind
from tests.workers.crawl.units import CrawlJob
from workers.crawl.http.services import Service
from workers.crawl.sources.contract import Asks, Found, Refused, SearchContext

ABOUT = "Quantum computers apply quantum gates to qubits and measure superposed qubits."


class Broken:
    """Gives one document for the first query, then breaks in the way its argument names."""

    services: ClassVar[tuple[Service, ...]] = ()
    asks: ClassVar[Asks] = "every_query"

    def __init__(self, context: SearchContext) -> None:
        self.context = context
        self.facts: dict[str, Any] = {}

    def search(self, query: Query, limit: int) -> Iterator[Found | Refused]:
        """One document, then the fault."""
        yield Found(Candidate(id="one", url="https://example.org/1", source=self.context.source, score=0.0), ABOUT)
        faults: dict[str, Exception] = {
            "shape": KeyError("results"),
            "busy": DocumentRejected("http_429", "https://example.org/api"),
            "down": SourceFailed("example.org is down.", next_step="Try tomorrow."),
        }
        raise faults[self.context.argument]


@pytest.mark.parametrize(
    ("argument", "told"),
    [
        ("shape", "something else than it documents (KeyError: 'results')"),
        ("busy", "http_429: https://example.org/api"),
        ("down", "example.org is down. Try tomorrow."),
    ],
)
def test_what_a_source_gave_before_it_broke_counts_and_why_it_broke_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, argument: str, told: str
) -> None:
    kind = SourceKind("broken", f"{__name__}:Broken", "required", "broken:HOW")
    monkeypatch.setitem(SOURCE_KINDS, "broken", kind)
    folder = tmp_path / "docs"
    folder.mkdir()
    (folder / "q.txt").write_text(ABOUT)
    job = CrawlJob(tmp_path, [f"broken:{argument}", f"dir:{folder}"], discover={"expand": []})
    job.discover()

    lines = {line["source"].partition(":")[0]: line for line in job.facts()["sources"]}
    assert told in lines["broken"]["error"]
    assert (lines["broken"]["found"], lines["dir"]["found"], lines["dir"]["error"]) == (1, 1, "")
    assert len(job.candidates()) == 2
