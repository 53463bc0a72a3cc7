"""``wikipedia`` or ``wikipedia:LANGUAGE``: articles, each at the revision that is current when it is found."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import islice
from typing import Any, ClassVar
from urllib.parse import quote, urlsplit

from agent.job.records import Candidate, Copy, Evidence, Query
from workers.crawl.http.canonical import canonical_url, document_id
from workers.crawl.http.services import Service
from workers.crawl.media import HTML
from workers.crawl.sources.contract import Asks, Found, Refused, SearchContext
from workers.crawl.sources.mediawiki import TERMS, WIKIS, About, Hit, Wiki

_AT_ONCE = 50
"""Search results whose pages are then asked about together."""


class Wikipedia:
    """Searches one language's Wikipedia.

    The full text is the REST HTML of the revision (https://www.mediawiki.org/wiki/API:REST_API/Reference), which the
    documented API gives; robots.txt closes it to crawlers. Pages that only list pages of the same name are refused as
    ``disambiguation``, those deleted since they were indexed as ``gone``.
    """

    services: ClassVar[tuple[Service, ...]] = tuple(WIKIS.values())
    asks: ClassVar[Asks] = "every_query"

    def __init__(self, context: SearchContext) -> None:
        self._context = context
        self.facts: dict[str, Any] = {}

    def search(self, query: Query, limit: int) -> Iterator[Found | Refused]:
        """Articles by Wikipedia's own ranking.

        Raises:
            SourceFailed: the language is not known, or the API answers an error or nonsense.
        """
        language = self._context.argument or "en"
        wiki = Wiki(
            self._context.http,
            self._context.services,
            language,
            pulse=lambda: self._context.progress(0),
        )
        hits = wiki.search(query.text, limit)
        while some := list(islice(hits, _AT_ONCE)):
            known = wiki.about(hit.page for hit in some)
            for hit in some:
                yield self._taken(hit, known.get(hit.page), wiki)
            self._context.progress(len(some))

    def _taken(self, hit: Hit, about: About | None, wiki: Wiki) -> Found | Refused:
        if about is None or not about.revision:
            return Refused(self._candidate(hit.title, _article(wiki.language, hit.title)), "gone", "no such page now")
        url = canonical_url(about.url or _article(wiki.language, about.title))
        candidate = self._candidate(about.title, url)
        if about.disambiguation:
            return Refused(candidate, "disambiguation", "only lists pages of the same name")
        held = _revision(url, about)
        line = f"{TERMS.licence}: {about.title!r}, revision {about.revision}; authors: {held}&action=history"
        kept = candidate.model_copy(
            update={
                "date": hit.edited[:10],
                "venue": "Wikipedia",
                "language": about.language.partition("-")[0],
                "licence": TERMS.licence,
                "media_type": HTML,
                "copies": (
                    Copy(
                        url=f"{wiki.base}rest.php/v1/revision/{about.revision}/html",
                        media_type=HTML,
                        licence=TERMS.licence,
                        version="published",
                    ),
                ),
                "evidence": (Evidence(kind="licence", url=held, line=line, time=_now()),),
            }
        )
        return Found(kept, about.introduction or hit.snippet)

    def _candidate(self, title: str, url: str) -> Candidate:
        return Candidate(id=document_id(url), url=url, source=self._context.source, title=title, score=0.0)


def _article(language: str, title: str) -> str:
    """Where people read an article, for answers that do not say."""
    return canonical_url(f"https://{language}.wikipedia.org/wiki/{quote(title.replace(' ', '_'))}")


def _revision(article: str, about: About) -> str:
    """The permanent address of a revision, which the licence asks to name."""
    title = quote(about.title.replace(" ", "_"))
    return f"https://{urlsplit(article).netloc}/w/index.php?oldid={about.revision}&title={title}"


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
