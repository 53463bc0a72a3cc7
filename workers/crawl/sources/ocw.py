"""MIT OpenCourseWare: pages, lecture notes and transcripts of courses, through MIT Learn's search."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import PurePosixPath
from typing import Any, ClassVar
from urllib.parse import urlsplit

from pydantic import Field

from agent.errors import DocumentRejected, SourceFailed
from agent.job.licences import spdx
from agent.job.records import Candidate, Copy, Evidence, Query
from workers.crawl.http.canonical import canonical_url, document_id
from workers.crawl.http.client import Fetched
from workers.crawl.http.services import Service, Terms
from workers.crawl.media import declared_type
from workers.crawl.sources import work
from workers.crawl.sources.api import address, ask, read, records
from workers.crawl.sources.contract import Asks, Found, Refused
from workers.crawl.sources.work import Asked, Body

LICENCE = "CC-BY-NC-SA-4.0"

_TERMS = Terms(
    url="https://ocw.mit.edu/pages/privacy-and-terms-of-use/",
    read_on="2026-11-22",
    says="Training is permitted for non-commercial use with attribution and share-alike; third parties' parts are not.",
    ai_training="noncommercial",
    licence=LICENCE,
)
SEARCH = Service(
    name="ocw.search",
    base="https://api.learn.mit.edu/api/v1/",
    terms=_TERMS,
    interval_s=1.0,  # no limit is published
    fresh=timedelta(days=1),
)
SITE = Service(
    name="ocw.site",
    base="https://ocw.mit.edu/",
    terms=_TERMS,
    access="crawl",
    interval_s=1.0,
    fresh=timedelta(days=7),
)

DATA = "data.json"
MEDIA_TYPE = "application/vnd.mit-ocw+json"
"""Ours, for ``data.json``: what `workers.parse.formats.ocw` reads."""

PAGE = 50
_JUDGED_CHARS = 8_000
"""Of a file's text, which the search hands out whole, so much is kept for its relevance."""


class OpenCourseWare:
    """Pages of courses as their HTML fragment, files of courses themselves, and then the courses' own descriptions.

    What MIT does not license, but shows by permission of others, is refused as ``third_party``.
    """

    services: ClassVar[tuple[Service, ...]] = (SEARCH, SITE)
    asks: ClassVar[Asks] = "every_query"

    def __init__(self, context: Asked) -> None:
        self._context = context
        self._seen: set[str] = set()
        self.facts: dict[str, Any] = {}

    def search(self, query: Query, limit: int) -> Iterator[Found | Refused]:
        """Files and pages whose text is about the query, most relevant first; courses where these are too few.

        Raises:
            SourceFailed: the search refuses us, or an answer has an unknown form.
            DocumentRejected: a request of the search failed, from the client.
        """
        given = 0
        for items in (self._files(query.text, limit), self._courses(query.text, limit)):
            for item in items:
                if given == limit:
                    return
                given += 1
                yield item

    def _files(self, text: str, limit: int) -> Iterator[Found | Refused]:
        for item, answer in self._results("content_file_search/", {"q": text, "platform": "ocw"}, limit):
            for file in records([item], _File, self._unreadable):
                url = _page_url(file.url)
                if url and url not in self._seen:
                    self._seen.add(url)
                    yield from self._file(file, url, answer)

    def _courses(self, text: str, limit: int) -> Iterator[Found | Refused]:
        asked: dict[str, str | int] = {"q": text, "platform": "ocw", "resource_type": "course"}
        for item, answer in self._results("learning_resources_search/", asked, limit):
            for course in records([item], _Course, self._unreadable):
                url = _page_url(course.url)
                if url and url not in self._seen:
                    self._seen.add(url)
                    run = course.runs[0] if course.runs else _Run()
                    names = tuple(each.full_name for each in run.instructors if each.full_name)
                    known = self._candidate(url, course.title, str(run.year or ""), course.title, names, answer)
                    yield Found(known, work.plain(course.full_description or course.description))

    def _results(self, path: str, asked: dict[str, str | int], limit: int) -> Iterator[tuple[Any, Fetched]]:
        """Results by offset: the address of the next page that an answer names is the service's own, not that of
        a stand-in for it."""
        offset, size = 0, min(PAGE, limit)
        while offset < limit:
            answer = ask(self._context, SEARCH, path, asked | {"limit": size, "offset": offset})
            page = read(answer, _Results)
            for item in page.results:
                yield item, answer
            offset += size
            if not page.next or not page.results:
                return

    def _file(self, file: _File, url: str, answer: Fetched) -> Iterator[Found | Refused]:
        text = work.plain(" ".join((file.description, file.content[:_JUDGED_CHARS])))
        names = tuple(name.strip() for name in file.content_author.split(",") if name.strip())
        title = file.content_title or file.title
        known = self._candidate(url, title, str(file.year or ""), file.run_title, names, answer)
        known = known.model_copy(update={"language": file.content_language[:2].lower()})
        if file.content_type == "page":
            yield Found(known, text)
            return
        try:
            resource = read(ask(self._context, SITE, _below(url) + DATA), _Resource)
        except (DocumentRejected, SourceFailed) as error:
            reason = error.reason if isinstance(error, DocumentRejected) else "unreadable"
            yield Refused(known, reason, str(error), failed=True)
            return
        yield self._resource(known, resource, text)

    def _resource(self, known: Candidate, resource: _Resource, text: str) -> Found | Refused:
        """A file, by what its own record says: where it is, and whose."""
        licence = spdx(resource.license)
        if not licence.startswith("CC"):
            return Refused(known, "third_party", f"licence: {resource.license or 'none is stated'}")
        path = _course_path(resource.file)
        if not declared_type(path):
            path = _course_path(resource.video_files.video_transcript_file)
        if not declared_type(path):
            form = resource.file_type or PurePosixPath(resource.file).suffix or "no file"
            return Refused(known, "unsupported_format", f"{form}, and no transcript")
        copy = Copy(
            url=canonical_url(address(self._context, SITE, path)),
            media_type=declared_type(path),
            licence=licence,
            version="published",
        )
        return Found(known.model_copy(update={"copies": (copy,), "licence": licence}), text)

    def _candidate(
        self, url: str, title: str, date: str, venue: str, authors: tuple[str, ...], answer: Fetched
    ) -> Candidate:
        data = canonical_url(address(self._context, SITE, _below(url) + DATA))
        line = f"MIT OpenCourseWare: {LICENCE} unless marked otherwise"
        return Candidate(
            id=document_id(url),
            url=url,
            source=self._context.source,
            title=work.plain(title),
            score=0.0,
            authors=authors,
            date=date,
            venue=f"MIT OpenCourseWare: {venue}" if venue else "MIT OpenCourseWare",
            licence=LICENCE,
            copies=(Copy(url=data, media_type=MEDIA_TYPE, licence=LICENCE, version="published"),),
            evidence=(Evidence(kind="terms", url=_TERMS.url, line=line, time=answer.fetched_at),),
        )

    def _unreadable(self) -> None:
        self.facts["unreadable"] = self.facts.get("unreadable", 0) + 1


class _Results(Body):
    next: str = ""
    results: tuple[Any, ...]


class _File(Body):
    url: str = ""
    title: str = ""
    content_title: str = ""
    content_author: str = ""
    content_language: str = ""
    content_type: str = ""
    description: str = ""
    content: str = ""
    run_title: str = ""
    year: int | None = None


class _Instructor(Body):
    full_name: str = ""


class _Run(Body):
    year: int | None = None
    instructors: tuple[_Instructor, ...] = ()


class _Course(Body):
    url: str = ""
    title: str = ""
    description: str = ""
    full_description: str = ""
    runs: tuple[_Run, ...] = ()


class _VideoFiles(Body):
    video_transcript_file: str = ""


class _Resource(Body):
    title: str = ""
    license: str = ""
    file: str = ""
    file_type: str = ""
    video_files: _VideoFiles = Field(default_factory=_VideoFiles)


def _page_url(url: str) -> str:
    """The canonical address of a page of a course, with its closing slash; '' for anything else."""
    path = _course_path(url)
    return canonical_url(f"{SITE.base}{path.rstrip('/')}/") if path else ""


def _below(url: str) -> str:
    """The part of a page's address below the site, with its closing slash."""
    return f"{urlsplit(url).path.strip('/')}/"


def _course_path(location: str) -> str:
    """``courses/…`` of an address or path, whichever host a record names for it (the site's, or its storage); ''
    where it is none of a course's."""
    path = urlsplit(location).path.lstrip("/")
    return path if path.startswith("courses/") and ".." not in path else ""
