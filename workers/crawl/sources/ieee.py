"""IEEE Xplore: metadata that leads to the same DOI's open copy elsewhere; nothing of Xplore itself is fetched or used.

Its terms forbid training on its content and robots on its pages. What it finds is looked up by DOI
(`workers.crawl.look_up`), and used under the licence of the copy found there, or not at all.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any, ClassVar

from pydantic import Field

from agent.job.records import Candidate, Evidence, Query
from workers.crawl.http.canonical import canonical_url, document_id
from workers.crawl.http.client import Fetched
from workers.crawl.http.services import Key, Service, Terms
from workers.crawl.sources import work
from workers.crawl.sources.api import ask, read, records
from workers.crawl.sources.contract import Asks, Found, Refused
from workers.crawl.sources.work import Asked, Body

_TERMS = Terms(
    url="https://developer.ieee.org/API_Terms_of_Use2",
    read_on="2026-11-22",
    says="Metadata for a licensee's own research; no bulk use, no robots, and no content for training AI.",
    ai_training="forbidden",
)
API = Service(
    name="ieee.api",
    base="https://ieeexploreapi.ieee.org/api/v1/search/articles",
    terms=_TERMS,
    # 10 calls a second and 200 a day: at this pace a job of twelve queries leaves most of a day's calls.
    interval_s=1.0,
    fresh=timedelta(days=7),
    key=Key("IEEE_API_KEY", parameter="apikey", required=True),
)
PAGES = Service(name="ieee.pages", base="https://ieeexplore.ieee.org/", terms=_TERMS, access="never")

PAGE = 200
LEAST = 25
"""Records asked for at least: an answer to ``max_records=1`` can come without any."""


class IeeeXplore:
    """Articles on the query by their DOI, marked as not to be trained on; one without a DOI has no way to an open copy
    and is refused ``no_open_copy``."""

    services: ClassVar[tuple[Service, ...]] = (API, PAGES)
    asks: ClassVar[Asks] = "every_query"

    def __init__(self, context: Asked) -> None:
        self._context = context
        self.facts: dict[str, Any] = {}

    def search(self, query: Query, limit: int) -> Iterator[Found | Refused]:
        """Articles by their absolute position, which begins at 1.

        Raises:
            SourceFailed: there is no key, it is not active (403), or an answer has an unknown form.
            DocumentRejected: a request failed, from the client.
        """
        given, first, size = 0, 1, max(LEAST, min(PAGE, limit))
        while given < limit:
            asked: dict[str, str | int] = {
                "querytext": query.text,
                "format": "json",
                "start_record": first,
                "max_records": size,
            }
            answer = ask(self._context, API, "", asked)
            page = read(answer, _Page)
            for article in records(page.articles, _Article, self._unreadable):
                if given < limit and (item := self._item(article, answer)):
                    given += 1
                    yield item
            first += len(page.articles)
            if not page.articles or first > page.total_records:
                return

    def _item(self, article: _Article, answer: Fetched) -> Found | Refused | None:
        url = article.html_url or f"{PAGES.base}document/{article.article_number}/"
        try:
            address = canonical_url(url)
        except ValueError:
            return None
        doi = work.bare_doi(article.doi)
        line = f"IEEE Xplore: {_TERMS.says}"
        candidate = Candidate(
            id=document_id(address),
            url=address,
            source=self._context.source,
            title=work.plain(article.title),
            score=0.0,
            authors=tuple(each.full_name for each in article.authors.authors if each.full_name),
            date=str(article.publication_year or ""),
            venue=work.plain(article.publication_title),
            doi=doi,
            citations=article.citing_paper_count,
            retracted=bool(work.retracted_title(article.title)),
            evidence=(Evidence(kind="terms", url=_TERMS.url, line=line, time=answer.fetched_at),),
        )
        if not doi:
            return Refused(candidate, "no_open_copy", "it has no DOI to look an open copy up by")
        return Found(candidate, work.plain(article.abstract))

    def _unreadable(self) -> None:
        self.facts["unreadable"] = self.facts.get("unreadable", 0) + 1


class _Page(Body):
    total_records: int = 0
    articles: tuple[Any, ...] = ()
    """Absent where nothing was found, and by a fault of the service in very small answers."""


class _Author(Body):
    full_name: str = ""


class _Authors(Body):
    authors: tuple[_Author, ...] = ()


class _Article(Body):
    """Numbers arrive as numbers or as strings."""

    article_number: str | int = ""
    doi: str = ""
    title: str
    abstract: str = ""
    authors: _Authors = Field(default_factory=_Authors)
    publication_title: str = ""
    publication_year: int | None = None
    citing_paper_count: int | None = None
    html_url: str = ""
