"""Unpaywall: open copies of a work by its DOI. It finds nothing by itself, so no user names it as a source."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any, ClassVar
from urllib.parse import quote

from agent.errors import SourceFailed
from agent.job.records import Copy
from workers.crawl.http.client import Fetched
from workers.crawl.http.services import Service, Terms
from workers.crawl.sources import work
from workers.crawl.sources.api import ask_if_known, mail, records
from workers.crawl.sources.work import Asked, Body, Work

API = Service(
    name="unpaywall.api",
    base="https://api.unpaywall.org/v2/",
    terms=Terms(
        url="https://unpaywall.org/products/api",
        read_on="2026-11-22",
        says="Free for programs that give an e-mail address, up to 100,000 calls a day; each copy has its own licence.",
    ),
    # 100,000 calls a day are 1.2 a second, day and night; jobs come and go, so a little faster is still far below.
    interval_s=0.2,
    connections=2,
    fresh=timedelta(days=7),
)


class Unpaywall:
    """Open copies by DOI, one request each."""

    services: ClassVar[tuple[Service, ...]] = (API,)

    def __init__(self, context: Asked) -> None:
        self._context = context
        self.facts: dict[str, Any] = {}

    def look_up(self, dois: list[str]) -> Iterator[Work]:
        """The open copies of each.

        Raises:
            SourceFailed: retrieve.contact holds no e-mail address, which the service asks for.
            DocumentRejected: a request failed, from the client.
        """
        address = mail(self._context)
        if not address:
            raise SourceFailed(
                "Unpaywall answers only to an e-mail address.", next_step="Set retrieve.contact to yours."
            )
        for doi in dois:
            answer = ask_if_known(self._context, API, quote(doi, safe="/"), {"email": address})
            if answer is not None:
                for record in records([answer.json()], _Record, self._unreadable):
                    yield work_of(record, answer)

    def _unreadable(self) -> None:
        self.facts["unreadable"] = self.facts.get("unreadable", 0) + 1


class _Place(Body):
    url: str = ""
    url_for_pdf: str = ""
    url_for_landing_page: str = ""
    license: str = ""
    version: str = ""


class _Record(Body):
    doi: str
    title: str = ""
    published_date: str = ""
    journal_name: str = ""
    best_oa_location: _Place | None = None
    oa_locations: tuple[_Place, ...] = ()
    z_authors: tuple[dict[str, Any], ...] = ()


def work_of(record: _Record, answer: Fetched) -> Work:
    """The work that a record describes."""
    places = (*((record.best_oa_location,) if record.best_oa_location else ()), *record.oa_locations)
    copies = tuple(dict.fromkeys(copy for place in places for copy in _copies_at(place)))
    title = work.plain(record.title)
    return Work(
        doi=work.bare_doi(record.doi),
        title=title,
        authors=tuple(name for each in record.z_authors if (name := _name(each))),
        date=record.published_date,
        venue=record.journal_name,
        retraction=work.retracted_title(title),
        copies=copies,
        service="Unpaywall",
        read_at=f"{API.base}{work.bare_doi(record.doi)}",
        read_on=answer.fetched_at,
    )


def _copies_at(place: _Place) -> Iterator[Copy]:
    for url, media_type in ((place.url_for_pdf, "application/pdf"), (place.url_for_landing_page, "")):
        copy = work.copy_at(url, licence=place.license, version=place.version, media_type=media_type)
        if copy:
            yield copy


def _name(author: dict[str, Any]) -> str:
    """Authors come as ``raw_author_name``, and in older records as ``given`` and ``family``."""
    return str(author.get("raw_author_name") or f"{author.get('given') or ''} {author.get('family') or ''}".strip())
