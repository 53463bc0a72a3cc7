"""Puts queries to sources: each source's finds and its line for the report; one that fails stops no other."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from agent.errors import DocumentRejected, SourceFailed
from agent.job.records import Query, TopicMap
from workers.crawl.http.address import named_endpoints
from workers.crawl.http.client import client_for
from workers.crawl.http.services import Services
from workers.crawl.sources import adapter_of
from workers.crawl.sources.contract import UNEXPECTED_SHAPE, Found, Refused, SearchContext
from workers.runtime.work import StageWork

log = logging.getLogger(__name__)


@dataclass
class SourceReport:
    """How one source did: a line of ``facts["sources"]``."""

    source: str
    found: set[str] = field(default_factory=set)
    """Ids of documents: several queries find the same."""
    refused: set[str] = field(default_factory=set)
    queries: int = 0
    error: str = ""
    """Why it gave no more, with the next step; '' when it answered everything."""
    facts: dict[str, Any] = field(default_factory=dict)

    def add(self, facts: Mapping[str, Any]) -> None:
        """Take the figures of one more round of questions: counts add up, of the rest the newest stands."""
        for name, value in facts.items():
            counts = isinstance(value, int) and not isinstance(value, bool)
            self.facts[name] = self.facts.get(name, 0) + value if counts else value

    def line(self) -> dict[str, Any]:
        """As the report shows it."""
        return {
            "source": self.source, "found": len(self.found), "refused": len(self.refused),
            "queries": self.queries, "error": self.error, **self.facts,
        }  # fmt: skip


class Asking:
    """All sources of a job, asked in turns."""

    def __init__(self, work: StageWork, services: Services, topics: TopicMap) -> None:
        self._work = work
        self.findings: list[Found | Refused] = []
        named = named_endpoints(work.spec.sources, work.spec.endpoints.values())
        self.http = client_for(work.spec, services, named=named, turns=work.turns, store=work.store, pulse=self.pulse)
        self._contexts = {
            source: SearchContext(
                source=source,
                spec=work.spec,
                http=self.http,
                services=services,
                store=work.store,
                scratch=work.scratch,
                named=named,
                turns=work.turns,
                progress=self._tell,
                topics=topics,
            )
            for source in dict.fromkeys(work.spec.sources)
        }
        self.reports = {source: SourceReport(source) for source in self._contexts}

    def pulse(self) -> None:
        """Tell the runner that work goes on, which may raise to end it."""
        self._tell(0)

    def ask(self, queries: Sequence[Query], kinds: Callable[[str], bool], topics: TopicMap) -> None:
        """Put each query to the sources whose ``asks`` is of these kinds, and keep what they find.

        A source whose query fails is not asked again: what it gave before stays.
        """
        limit = self._work.spec.discover.results_per_query
        for source, context in self._contexts.items():
            adapter = adapter_of(source)
            report = self.reports[source]
            if report.error or not kinds(adapter.asks):
                continue
            asked = queries if adapter.asks == "every_query" else queries[:1]
            try:
                speaker = adapter(replace(context, topics=topics))
                for query in asked:
                    report.queries += 1
                    for item in speaker.search(query, limit):
                        self._take(item, query, report)
            except (SourceFailed, DocumentRejected) as error:
                report.error = str(error)
            except UNEXPECTED_SHAPE as error:
                # Well-formed JSON or XML of another shape than documented; the log has the place.
                log.exception("%s answered unexpectedly", source)
                report.error = f"It answered something else than it documents ({type(error).__name__}: {error})."
            else:
                report.add(speaker.facts)

    def _take(self, item: Found | Refused, query: Query, report: SourceReport) -> None:
        if isinstance(item, Found):
            report.found.add(item.candidate.id)
            asked = (*item.candidate.queries, query.text)
            item = replace(item, candidate=item.candidate.model_copy(update={"queries": asked}))
        else:
            report.refused.add(item.candidate.id)
        self.findings.append(item)
        self._tell(0)

    def _tell(self, seen: int) -> None:
        """Progress while the total is not known yet; ``seen`` are documents not yielded so far."""
        self._work.tick(len(self.findings) + seen)
