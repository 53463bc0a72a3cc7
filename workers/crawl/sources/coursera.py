"""Coursera: which courses exist, and nothing more; off unless its written consent is declared."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any, ClassVar

from pydantic import Field

from agent.errors import SourceFailed
from agent.job.records import Candidate, Evidence, Query
from workers.crawl.http.canonical import canonical_url, document_id
from workers.crawl.http.client import Fetched
from workers.crawl.http.services import Service, Terms
from workers.crawl.sources import work
from workers.crawl.sources.api import ask, read, records
from workers.crawl.sources.contract import Asks, Found, Refused
from workers.crawl.sources.work import Asked, Body

_TERMS = Terms(
    url="https://www.coursera.org/about/terms",
    read_on="2026-11-22",
    says="Gathering anything by program needs Coursera's prior written consent; course text is for its learners.",
    ai_training="forbidden",
)
API = Service(
    name="coursera.api",
    base="https://api.coursera.org/api/courses.v1",
    terms=_TERMS,
    interval_s=1.0,
    fresh=timedelta(days=7),
)
PAGES = Service(name="coursera.pages", base="https://www.coursera.org/", terms=_TERMS, access="never")

PAGE = 100
MOST_PAGES = 40
"""Of a catalogue of some 200 pages that cannot be searched (``q=search`` is answered 405), so many are read."""

_FIELDS = "name,slug,description,primaryLanguages,workload,partnerIds,domainTypes"
_WORD = re.compile(r"\w{4,}")


class Coursera:
    """Courses whose name or description has every longer word of the subject, each refused as ``metadata_only``: the
    report shows what exists, and no course text is ever asked for."""

    services: ClassVar[tuple[Service, ...]] = (API, PAGES)
    asks: ClassVar[Asks] = "once"

    def __init__(self, context: Asked) -> None:
        self._context = context
        self.facts: dict[str, Any] = {}

    def search(self, query: Query, limit: int) -> Iterator[Found | Refused]:
        """Courses of the catalogue's first pages.

        Raises:
            SourceFailed: the consent is not declared, or an answer has an unknown form.
            DocumentRejected: a request failed, from the client.
        """
        if "coursera" not in self._context.spec.permission.consents:
            raise SourceFailed(
                "Coursera's terms ask for its written consent before any program reads its catalogue.",
                next_step="Where you hold it, declare it: permission.consents = ['coursera'].",
            )
        wanted = {word.casefold() for word in _WORD.findall(query.text)}
        given, start = 0, "0"
        for read_pages in range(1, MOST_PAGES + 1):
            answer = ask(self._context, API, "", {"fields": _FIELDS, "limit": PAGE, "start": start})
            page = read(answer, _Page)
            self.facts |= {"courses_read": min(read_pages * PAGE, page.paging.total), "courses": page.paging.total}
            for course in records(page.elements, _Course, self._unreadable):
                if wanted and wanted <= {
                    word.casefold() for word in _WORD.findall(f"{course.name} {course.description}")
                }:
                    yield Refused(self._candidate(course, answer), "metadata_only", _TERMS.says)
                    given += 1
                if given == limit:
                    return
            start = page.paging.next
            if not start or not page.elements:
                return

    def _candidate(self, course: _Course, answer: Fetched) -> Candidate:
        url = canonical_url(f"{PAGES.base}learn/{course.slug}")
        evidence = Evidence(kind="terms", url=_TERMS.url, line=f"Coursera: {_TERMS.says}", time=answer.fetched_at)
        return Candidate(
            id=document_id(url),
            url=url,
            source=self._context.source,
            title=work.plain(course.name),
            score=0.0,
            venue="Coursera",
            language=course.languages[0][:2].lower() if course.languages else "",
            evidence=(evidence,),
        )

    def _unreadable(self) -> None:
        self.facts["unreadable"] = self.facts.get("unreadable", 0) + 1


class _Paging(Body):
    next: str = ""
    total: int = 0


class _Page(Body):
    elements: tuple[Any, ...]
    paging: _Paging = _Paging()


class _Course(Body):
    slug: str
    name: str
    description: str = ""
    languages: tuple[str, ...] = Field((), alias="primaryLanguages")
