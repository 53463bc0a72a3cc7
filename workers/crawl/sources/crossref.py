"""Crossref: what publishers register with a DOI, updates such as retractions included."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import Any, ClassVar
from urllib.parse import quote

from pydantic import Field

from agent.job.records import Copy, Query
from workers.crawl.http.client import Fetched
from workers.crawl.http.services import Service, Terms
from workers.crawl.sources import work
from workers.crawl.sources.api import ask, ask_if_known, mail, read, records
from workers.crawl.sources.contract import Asks, Found, Refused
from workers.crawl.sources.work import Asked, Body, Work

API = Service(
    name="crossref.api",
    base="https://api.crossref.org/",
    terms=Terms(
        url="https://www.crossref.org/documentation/retrieve-metadata/rest-api/",
        read_on="2026-11-22",
        says="Bibliographic metadata is free of restriction and the API is for programs; abstracts keep their owners.",
        ai_training="unstated",
    ),
    # Answers state 5/s (public) or 10/s (polite) for single works, 3/s and one at a time for lists: below them all.
    interval_s=0.5,
    fresh=timedelta(days=1),
)

PAGE = 100
DOIS_AT_ONCE = 40
"""Values of a repeated filter in one request, so that its address stays below 4 KiB."""

FIELDS = (
    "DOI,URL,title,author,issued,published,container-title,is-referenced-by-count,license,link,type,abstract,"
    "update-to,updated-by,relation"
)
"""Of those that ``select`` takes; ``language`` is not among them and would be answered 400."""
READABLE = ("journal-article", "proceedings-article", "posted-content", "book-chapter", "monograph", "report")
"""Types that hold text to learn from; journals, components, grants and the like do not."""

_WITHDRAWING = frozenset({"retraction", "partial_retraction", "withdrawal", "removal"})
"""Kinds of update after which a work should not be learned from (crossref.org, Crossmark's update types). A part
that is retracted cannot be told from the rest, so the whole goes."""


class Crossref:
    """Works on the query, most relevant first, at their DOI; and any work by DOI."""

    services: ClassVar[tuple[Service, ...]] = (API,)
    asks: ClassVar[Asks] = "every_query"

    def __init__(self, context: Asked) -> None:
        self._context = context
        self.facts: dict[str, Any] = {}

    def search(self, query: Query, limit: int) -> Iterator[Found | Refused]:
        """Works by cursor, whose pages are at most a hundred.

        Raises:
            SourceFailed: it refuses us, or an answer has an unknown form.
            DocumentRejected: a request failed, from the client.
        """
        given, cursor = 0, "*"
        asked: dict[str, str | int] = {
            "query": query.text,
            "filter": ",".join(f"type:{each}" for each in READABLE),
            "select": FIELDS,
            "rows": min(PAGE, limit),
        }
        while cursor:
            answer = ask(self._context, API, "works", self._with_mail(asked | {"cursor": cursor}))
            page = read(answer, _List).message
            for each in self._works(page.items, answer):
                if item := work.found(each, self._context.source):
                    given += 1
                    yield item
                if given == limit:
                    return
            cursor = page.next_cursor if len(page.items) == asked["rows"] else ""

    def look_up(self, dois: list[str]) -> Iterator[Work]:
        """Works by DOI, forty in one request; one whose DOI holds a comma, which ends a filter's value, alone."""
        listed = [doi for doi in dois if "," not in doi]
        for start in range(0, len(listed), DOIS_AT_ONCE):
            some = listed[start : start + DOIS_AT_ONCE]
            asked: dict[str, str | int] = {"filter": ",".join(f"doi:{doi}" for doi in some), "select": FIELDS}
            answer = ask(self._context, API, "works", self._with_mail(asked | {"rows": PAGE}))
            yield from self._works(read(answer, _List).message.items, answer)
        for doi in sorted(set(dois) - set(listed)):
            if single := ask_if_known(self._context, API, f"works/{quote(doi, safe='')}", self._with_mail({})):
                yield from self._works([read(single, _Single).message], single)

    def _with_mail(self, asked: dict[str, str | int]) -> dict[str, str | int]:
        address = mail(self._context)
        return asked | ({"mailto": address} if address else {})

    def _works(self, items: Iterable[Any], answer: Fetched) -> Iterator[Work]:
        for record in records(items, _Record, self._unreadable):
            yield work_of(record, answer)

    def _unreadable(self) -> None:
        self.facts["unreadable"] = self.facts.get("unreadable", 0) + 1


class _Date(Body):
    parts: tuple[tuple[int | None, ...], ...] = Field((), alias="date-parts")


class _Author(Body):
    given: str = ""
    family: str = ""
    name: str = ""


class _Licence(Body):
    url: str = Field("", alias="URL")
    version: str = Field("", alias="content-version")


class _Link(Body):
    url: str = Field("", alias="URL")
    media_type: str = Field("", alias="content-type")
    version: str = Field("", alias="content-version")


class _Update(Body):
    type: str = ""
    doi: str = Field("", alias="DOI")


class _Record(Body):
    doi: str = Field("", alias="DOI")
    url: str = Field("", alias="URL")
    title: tuple[str, ...] = ()
    abstract: str = ""
    author: tuple[_Author, ...] = ()
    issued: _Date = _Date()
    published: _Date = _Date()
    venue: tuple[str, ...] = Field((), alias="container-title")
    citations: int | None = Field(None, alias="is-referenced-by-count")
    language: str = ""
    license: tuple[_Licence, ...] = ()
    link: tuple[_Link, ...] = ()
    update_to: tuple[_Update, ...] = Field((), alias="update-to")
    updated_by: tuple[_Update, ...] = Field((), alias="updated-by")
    relation: dict[str, Any] = Field(default_factory=dict)


class _Items(Body):
    items: tuple[Any, ...]
    next_cursor: str = Field("", alias="next-cursor")


class _List(Body):
    message: _Items


class _Single(Body):
    message: dict[str, Any]


def work_of(record: _Record, answer: Fetched) -> Work:
    """The work that a record describes."""
    copies = tuple(_copies(record))
    title = work.plain(record.title[0]) if record.title else ""
    return Work(
        doi=work.bare_doi(record.doi),
        title=title,
        abstract=work.plain(record.abstract),
        authors=tuple(name for each in record.author if (name := _name(each))),
        date=_iso(record.published) or _iso(record.issued),
        venue=work.plain(record.venue[0]) if record.venue else "",
        citations=record.citations,
        retraction=_retraction(record) or work.retracted_title(title),
        language=record.language[:2].lower(),
        url=record.url,
        copies=copies,
        service="Crossref",
        read_at=f"{API.base}works/{work.bare_doi(record.doi)}",
        read_on=answer.fetched_at,
    )


def _retraction(record: _Record) -> str:
    """What says that the work is retracted, or that it is itself the notice of a retraction."""
    for update in record.updated_by:
        if update.type.lower() in _WITHDRAWING:
            return f"{update.type} by {update.doi or 'a notice'}"
    for update in record.update_to:
        if update.type.lower() in _WITHDRAWING:
            return f"is the {update.type} of {update.doi or 'another work'}"
    for kind in record.relation:
        if kind in ("is-retracted-by", "is-withdrawn-by"):
            return f"relation {kind}"
    return ""


def _copies(record: _Record) -> Iterator[Copy]:
    """The links whose version is under an open licence: what publishers list without one is behind a contract."""
    for link in record.link:
        for licence in record.license:
            if licence.version not in (link.version, "unspecified", ""):
                continue
            media_type = "" if link.media_type == "unspecified" else link.media_type
            copy = work.copy_at(link.url, licence=licence.url, version=link.version, media_type=media_type)
            if copy and copy.licence:
                yield copy


def _name(author: _Author) -> str:
    return author.name or f"{author.given} {author.family}".strip()


def _iso(date: _Date) -> str:
    """``[[2024, 5]]`` -> ``2024-05``; '' for nothing, which Crossref writes ``[[null]]``."""
    parts = [part for part in date.parts[0] if part is not None] if date.parts else []
    return "-".join(f"{part:04d}" if at == 0 else f"{part:02d}" for at, part in enumerate(parts))
