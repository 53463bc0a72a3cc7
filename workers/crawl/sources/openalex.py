"""OpenAlex: an open index of scholarly works, with their open copies and licences."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import Any, ClassVar
from urllib.parse import quote

from pydantic import Field

from agent.job.records import Copy, Query
from workers.crawl.http.client import Fetched
from workers.crawl.http.services import Key, Service, Terms
from workers.crawl.sources import work
from workers.crawl.sources.api import ask, ask_if_known, mail, read, records
from workers.crawl.sources.contract import Asks, Found, Refused
from workers.crawl.sources.work import Asked, Body, Work

API = Service(
    name="openalex.api",
    base="https://api.openalex.org/",
    terms=Terms(
        url="https://developers.openalex.org/api-reference/authentication",
        read_on="2026-11-22",
        says="Metadata is CC0 and the API is for programs; a free key raises the daily budget.",
        ai_training="allowed",
        licence="CC0-1.0",
    ),
    interval_s=0.2,
    fresh=timedelta(days=1),
    key=Key("OPENALEX_API_KEY", parameter="api_key"),
)

PAGE = 100
"""Most works in one answer (it was 200 before 2026)."""

LAST_WITHOUT_CURSOR = 10_000
"""Works that pages by number reach; cursors, which reach further, need a key since 2026-10."""

DOIS_AT_ONCE = 50
"""Values of one OR filter that are always taken."""

FIELDS = (
    "id,doi,display_name,authorships,publication_date,publication_year,cited_by_count,is_retracted,language,"
    "primary_location,best_oa_location,locations,abstract_inverted_index"
)
READABLE = "article|preprint|review|book|book-chapter|dissertation|report"
"""Kinds of work that hold text to learn from; data sets, errata, peer reviews and the like do not."""


class OpenAlex:
    """Open-access works on the query, most relevant first, with their open copies; and any work by DOI."""

    services: ClassVar[tuple[Service, ...]] = (API,)
    asks: ClassVar[Asks] = "every_query"

    def __init__(self, context: Asked) -> None:
        self._context = context
        self.facts: dict[str, Any] = {}

    def search(self, query: Query, limit: int) -> Iterator[Found | Refused]:
        """Works that some place serves openly: a closed one would have no copy to fetch.

        Raises:
            SourceFailed: it wants a key or its day's budget is spent, or an answer has an unknown form.
            DocumentRejected: a request failed, from the client.
        """
        given, size = 0, min(PAGE, limit)
        asked: dict[str, str | int] = {
            "search": query.text,
            "filter": f"open_access.is_oa:true,type:{READABLE}",
            "select": FIELDS,
            "per_page": size,
        }
        position: dict[str, str | int] = {"cursor": "*"} if API.key and API.key.value else {"page": 1}
        while position:
            answer = ask(self._context, API, "works", self._with_mail(asked | position))
            page = read(answer, _Page)
            for each in self._works(page.results, answer):
                if item := work.found(each, self._context.source):
                    given += 1
                    yield item
                if given == limit:
                    return
            position = _next(position, page, size)

    def look_up(self, dois: list[str]) -> Iterator[Work]:
        """Works by DOI, fifty in one request; one whose DOI holds a comma or a bar, which end a filter's value,
        alone."""
        listed = [doi for doi in dois if not set(doi) & {",", "|"}]
        for start in range(0, len(listed), DOIS_AT_ONCE):
            some = "|".join(listed[start : start + DOIS_AT_ONCE])
            asked: dict[str, str | int] = {"filter": f"doi:{some}", "select": FIELDS, "per_page": PAGE}
            answer = ask(self._context, API, "works", self._with_mail(asked))
            yield from self._works(read(answer, _Page).results, answer)
        for doi in sorted(set(dois) - set(listed)):
            path = f"works/doi:{quote(doi, safe='/')}"
            if single := ask_if_known(self._context, API, path, self._with_mail({"select": FIELDS})):
                yield from self._works([single.json()], single)

    def _with_mail(self, asked: dict[str, str | int]) -> dict[str, str | int]:
        address = mail(self._context)
        return asked | ({"mailto": address} if address else {})

    def _works(self, results: Iterable[Any], answer: Fetched) -> Iterator[Work]:
        for record in records(results, _Record, self._unreadable):
            yield work_of(record, answer)

    def _unreadable(self) -> None:
        self.facts["unreadable"] = self.facts.get("unreadable", 0) + 1


def _next(position: dict[str, str | int], page: _Page, size: int) -> dict[str, str | int]:
    """Where the next page is, {} after the last."""
    if not page.results:
        return {}
    if "cursor" in position:
        return {"cursor": page.meta.next_cursor} if page.meta.next_cursor else {}
    number = int(position["page"]) + 1
    beyond = (number - 1) * size >= page.meta.count or number * size > LAST_WITHOUT_CURSOR
    return {} if beyond else {"page": number}


class _Place(Body):
    is_oa: bool = False
    landing_page_url: str = ""
    pdf_url: str = ""
    license: str = ""
    version: str = ""
    source: dict[str, Any] = Field(default_factory=dict)


class _Record(Body):
    id: str = ""
    doi: str = ""
    display_name: str = ""
    title: str = ""
    authorships: tuple[dict[str, Any], ...] = ()
    publication_date: str = ""
    publication_year: int | None = None
    cited_by_count: int | None = None
    is_retracted: bool = False
    language: str = ""
    primary_location: _Place | None = None
    best_oa_location: _Place | None = None
    locations: tuple[_Place, ...] = ()
    abstract_inverted_index: dict[str, list[int]] = Field(default_factory=dict)


class _Meta(Body):
    count: int = 0
    next_cursor: str = ""


class _Page(Body):
    meta: _Meta = _Meta()
    results: tuple[Any, ...]


def work_of(record: _Record, answer: Fetched) -> Work:
    """The work that a record describes."""
    title = work.plain(record.display_name or record.title)
    copies = tuple(copy for place in _open_places(record) for copy in _copies_at(place))
    names = (str((each.get("author") or {}).get("display_name") or "") for each in record.authorships)
    venue = (record.primary_location.source if record.primary_location else {}).get("display_name")
    said = "is_retracted" if record.is_retracted else work.retracted_title(title)
    return Work(
        doi=work.bare_doi(record.doi),
        title=title,
        abstract=abstract(record.abstract_inverted_index),
        authors=tuple(name for name in names if name),
        date=record.publication_date or str(record.publication_year or ""),
        venue=str(venue or ""),
        citations=record.cited_by_count,
        retraction=said,
        language=record.language,
        url=record.id,
        copies=copies,
        service="OpenAlex",
        read_at=record.id or API.base,
        read_on=answer.fetched_at,
    )


def abstract(index: dict[str, list[int]]) -> str:
    """The abstract that an inverted index (word -> positions) holds."""
    words = sorted((at, word) for word, places in index.items() for at in places)
    return work.plain(" ".join(word for _, word in words))


def _open_places(record: _Record) -> list[_Place]:
    places = [*record.locations, *(place for place in (record.best_oa_location, record.primary_location) if place)]
    return [place for place in places if place.is_oa]


def _copies_at(place: _Place) -> Iterator[Copy]:
    for url, media_type in ((place.pdf_url, "application/pdf"), (place.landing_page_url, "")):
        copy = work.copy_at(url, licence=place.license, version=place.version, media_type=media_type)
        if copy:
            yield copy
