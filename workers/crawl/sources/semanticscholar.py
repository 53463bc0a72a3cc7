"""Semantic Scholar: works with citation counts and open PDFs; it asks for patience, and gives more with a key."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import Any, ClassVar

from agent.errors import DocumentRejected, SourceFailed
from agent.job.records import Copy, Query
from workers.crawl.http.client import Fetched
from workers.crawl.http.services import Key, Service, Terms
from workers.crawl.sources import work
from workers.crawl.sources.api import address, ask, read, records, refusal
from workers.crawl.sources.contract import Asks, Found, Refused
from workers.crawl.sources.work import Asked, Body, Work

_TERMS = Terms(
    url="https://www.semanticscholar.org/product/api/license",
    read_on="2026-11-22",
    says="The API is for programs; its data may be used but not passed on, and each paper keeps its own licence.",
)
API = Service(
    name="semanticscholar.api",
    base="https://api.semanticscholar.org/graph/v1/",
    terms=_TERMS,
    interval_s=3.0,  # without a key all the world shares one pool
    interval_with_key_s=1.1,  # one a second over all endpoints, and a little air
    fresh=timedelta(days=1),
    key=Key("S2_API_KEY", header="x-api-key"),
)
PAGES = Service(name="semanticscholar.pages", base="https://www.semanticscholar.org/", terms=_TERMS, access="never")

PAGE = 100
LAST = 1_000
"""Results that a search reaches by offset; the bulk search reaches further, in no order of relevance."""

IDS_AT_ONCE = 500

FIELDS = (
    "title,abstract,authors,venue,year,publicationDate,citationCount,externalIds,openAccessPdf,url,publicationTypes"
)


class SemanticScholar:
    """Works on the query, most relevant first, with the open PDF where one is known; and any work by DOI."""

    services: ClassVar[tuple[Service, ...]] = (API, PAGES)
    asks: ClassVar[Asks] = "every_query"

    def __init__(self, context: Asked) -> None:
        self._context = context
        self.facts: dict[str, Any] = {}

    def search(self, query: Query, limit: int) -> Iterator[Found | Refused]:
        """Works by offset, up to a thousand; one that has neither a DOI nor a copy is ``no_open_copy``.

        Raises:
            SourceFailed: it refuses us or asks for more patience than we have, or an answer has an unknown form.
            DocumentRejected: a request failed, from the client.
        """
        given, offset = 0, 0
        while given < limit and offset < LAST:
            size = min(PAGE, limit, LAST - offset)
            asked: dict[str, str | int] = {"query": query.text, "fields": FIELDS, "offset": offset, "limit": size}
            answer = ask(self._context, API, "paper/search", asked)
            page = read(answer, _Page)
            if page.total is None and not page.data:
                raise SourceFailed(f"{answer.url} answered in an unknown form: neither total nor data.")
            for each in self._works(page.data, answer):
                if given < limit and (item := work.found(each, self._context.source)):
                    given += 1
                    yield item
            if not page.data or page.next is None:
                return
            offset = max(page.next, offset + 1)

    def look_up(self, dois: list[str]) -> Iterator[Work]:
        """Works by DOI, five hundred in one request."""
        for start in range(0, len(dois), IDS_AT_ONCE):
            some = dois[start : start + IDS_AT_ONCE]
            where = address(self._context, API, "paper/batch")
            try:
                answer = self._context.http.post(
                    where, params={"fields": FIELDS}, json={"ids": [f"DOI:{each}" for each in some]}
                )
            except DocumentRejected as error:
                if error.reason == "http_400":  # so it says that it knows none of them
                    continue
                raise refusal(API, error) from error
            found = answer.json()
            if not isinstance(found, list):
                raise SourceFailed(f"{where} answered in an unknown form: no list.")
            yield from self._works([each for each in found if each is not None], answer)

    def _works(self, results: Iterable[Any], answer: Fetched) -> Iterator[Work]:
        for record in records(results, _Record, self._unreadable):
            yield work_of(record, answer)

    def _unreadable(self) -> None:
        self.facts["unreadable"] = self.facts.get("unreadable", 0) + 1


class _Page(Body):
    """``data`` is absent where nothing was found, ``next`` on the last page."""

    data: tuple[Any, ...] = ()
    next: int | None = None
    total: int | None = None


class _Author(Body):
    name: str = ""


class _Pdf(Body):
    url: str = ""
    license: str = ""


class _Identifiers(Body):
    DOI: str = ""
    ArXiv: str = ""


class _Record(Body):
    title: str = ""
    abstract: str = ""
    authors: tuple[_Author, ...] = ()
    venue: str = ""
    year: int | None = None
    publicationDate: str = ""
    citationCount: int | None = None
    externalIds: _Identifiers = _Identifiers()
    openAccessPdf: _Pdf = _Pdf()
    url: str = ""


def work_of(record: _Record, answer: Fetched) -> Work:
    """The work that a record describes."""
    title = work.plain(record.title)
    return Work(
        doi=work.bare_doi(record.externalIds.DOI),
        title=title,
        abstract=work.plain(record.abstract),
        authors=tuple(each.name for each in record.authors if each.name),
        date=record.publicationDate or str(record.year or ""),
        venue=record.venue,
        citations=record.citationCount,
        retraction=work.retracted_title(title),
        url=record.url,
        copies=tuple(_copies(record)),
        service="Semantic Scholar",
        read_at=record.url or API.base,
        read_on=answer.fetched_at,
    )


def _copies(record: _Record) -> Iterator[Copy]:
    """The open PDF, and arXiv's, whose licence is for arXiv to say; an address of a DOI is no PDF."""
    stated = record.openAccessPdf
    form = "" if work.bare_doi(stated.url) and "doi.org" in stated.url else "application/pdf"
    arxiv = f"https://arxiv.org/pdf/{record.externalIds.ArXiv}" if record.externalIds.ArXiv else ""
    copies = (
        work.copy_at(stated.url, licence=stated.license, media_type=form),
        work.copy_at(arxiv, version="submittedVersion", media_type="application/pdf"),
    )
    yield from (copy for copy in copies if copy)
