"""``site:URL``: one web site, through its sitemap and links, crawled by Scrapy in a process of its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from tempfile import mkdtemp
from typing import Any, ClassVar

from agent.errors import DocumentRejected, SourceFailed
from agent.job.records import Candidate, Query
from agent.ledger.contract import Limit
from workers.crawl.http.address import named_endpoints
from workers.crawl.http.cache import SharedCache
from workers.crawl.http.canonical import canonical_url, document_id, endpoint
from workers.crawl.http.client import PoliteClient
from workers.crawl.http.identity import user_agent
from workers.crawl.http.limits import limit_for
from workers.crawl.http.robots import Robots
from workers.crawl.http.services import Service
from workers.crawl.media import bare_type, declared_type, name_of
from workers.crawl.sources.contract import Asks, Found, Refused, SearchContext
from workers.crawl.spider.answering import Asking
from workers.crawl.spider.process import crawl
from workers.crawl.spider.wire import CrawlLine, CrawlOrder

_MAX_MOVES = 2
"""Times a first page may lead to another origin: from http to https, and from the bare name to www."""


class Site:
    """The site's pages, fetched, and its other documents, by link only; what robots.txt closes is refused with
    its line.
    """

    services: ClassVar[tuple[Service, ...]] = ()
    asks: ClassVar[Asks] = "once_focused"

    def __init__(self, context: SearchContext) -> None:
        self._context = context
        self.facts: dict[str, Any] = {}

    def search(self, query: Query, limit: int) -> Iterator[Found | Refused]:
        """The site's documents in order of address; its limits are those of the crawl.

        Raises:
            SourceFailed: the site cannot be reached, forbids everything, or moved to another host.
        """
        context = self._context
        try:
            start = canonical_url(context.argument)
        except ValueError as error:
            raise SourceFailed(f"{error}.", next_step="Write site:https://host/path.") from error
        for _ in range(_MAX_MOVES + 1):
            folder = Path(mkdtemp(prefix="crawl-", dir=context.scratch))
            order = _order(start, _robots(context.http, start), context, folder)
            asking = Asking(context.turns, _limit(start, order.robots, context), SharedCache(context.store))
            lines = crawl(order, asking, context.progress)
            moved = next((line for line in lines if line.kind == "moved"), None)
            if moved is None:
                self.facts["unseen"] = lines[-1].unseen
                if lines[-1].reason:
                    self.facts["stopped"] = lines[-1].detail
                    if not any(line.kind == "page" for line in lines):
                        raise SourceFailed(f"{lines[-1].detail}.", next_step="Submit the job again later.")
                yield from _findings(lines, Path(order.bodies), context)
                return
            if not _same_site(start, moved.detail):
                raise SourceFailed(
                    f"{start} leads to another site, {moved.detail}.",
                    next_step=f"Name it: --source site:{moved.detail}",
                )
            start = moved.detail
        raise SourceFailed(f"{context.argument} leads from one address to the next.", next_step="Name the last one.")


def _robots(http: PoliteClient, start: str) -> Robots:
    host = endpoint(start).host
    try:
        robots = http.robots(start)
    except DocumentRejected as error:
        raise SourceFailed(
            f"{host} is refused: {error}.",
            next_step="Private hosts are crawled when a site: source names them.",
        ) from error
    verdict = robots.verdict(start)
    if robots.rule == "disallow_all":
        raise SourceFailed(
            f"robots.txt of {host} forbids everything: {verdict.evidence.line}.",
            next_step="Name another source.",
        )
    if not verdict.allowed and not robots.sitemaps:
        raise SourceFailed(
            f"robots.txt of {host} closes {start} ({verdict.evidence.line}) and names no sitemap.",
            next_step="Name a page that it leaves open, or another source.",
        )
    return robots


def _order(start: str, robots: Robots, context: SearchContext, folder: Path) -> CrawlOrder:
    spec = context.spec
    (folder / "bodies").mkdir()
    return CrawlOrder(
        start=start,
        robots=robots,
        user_agent=user_agent(spec.retrieve.contact),
        topics=context.topics,
        languages=spec.parse.languages,
        delay_s=_limit(start, robots, context).interval_s,
        timeout_s=spec.retrieve.timeout_s,
        max_bytes=spec.retrieve.max_document_bytes,
        max_depth=spec.discover.crawl_depth,
        max_pages=spec.discover.max_pages_per_site,
        private_allowed=endpoint(start) in named_endpoints([context.source]),
        bodies=str(folder / "bodies"),
    )


def _findings(lines: list[CrawlLine], folder: Path, context: SearchContext) -> Iterator[Found | Refused]:
    for line in sorted(lines, key=lambda item: (item.url, item.kind)):
        candidate = Candidate(
            id=document_id(line.url),
            url=line.url,
            source=context.source,
            title=line.title or name_of(line.url),
            score=0.0,
            language=line.language,
            media_type=bare_type(line.headers.get("content-type", "")) or declared_type(line.url),
            headers=line.headers,
            fetched_at=line.time,
            evidence=line.evidence,
        )
        if line.kind == "refused":
            yield Refused(candidate, line.reason, line.detail, line.failed)
        elif line.kind == "link":
            # What stands beside a link is too little to refuse the document by, so it is not given as its text.
            yield Found(candidate)
        elif line.kind == "page":
            # With its bytes in the blob store, so that nothing is fetched a second time.
            blob = context.store.put_blob((folder / line.sha256).read_bytes())
            yield Found(candidate.model_copy(update={"blob": blob}), line.text)


def _limit(start: str, robots: Robots, context: SearchContext) -> Limit:
    return limit_for(start, None, context.spec.retrieve.requests_per_second, robots.crawl_delay_s)


def _same_site(here: str, there: str) -> bool:
    """Whether two addresses differ at most by scheme, port and a leading www."""
    return endpoint(here).host.removeprefix("www.") == endpoint(there).host.removeprefix("www.")
