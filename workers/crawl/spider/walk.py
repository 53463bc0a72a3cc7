"""The spider: one site through its sitemaps, feeds and links, best first, in a process of its own.

``python -m workers.crawl.spider.walk REQUEST.json OUT.jsonl`` reads a `CrawlOrder`, writes `CrawlLine`s as it goes,
asks on its standard output for what is kept of each address and for each request's turn (`Ask`), and ends when its
standard input closes, so that it never outlives the worker that started it. A process of its own, because Twisted's
reactor cannot be started a second time and a worker crawls many sites.

Only the origin of the first page is asked. Web pages are fetched, since their links are needed, and their bytes kept;
other documents (PDF, Markdown, text) are listed for the retrieve stage.
"""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any, TextIO
from urllib.parse import urljoin

import scrapy
from scrapy.crawler import CrawlerProcess
from scrapy.exceptions import DownloadCancelledError, DownloadTimeoutError, IgnoreRequest, ResponseDataLossError
from scrapy.http import HtmlResponse, Response
from scrapy.utils.gz import gunzip, gzip_magic_number
from scrapy.utils.response import get_base_url

from workers.crawl.glance import glance
from workers.crawl.http.answer import KEPT_HEADERS, united
from workers.crawl.http.canonical import canonical_url, origin
from workers.crawl.http.hops import MAX_REDIRECTS, REDIRECTS
from workers.crawl.http.sniff import challenge_in, media_type_of
from workers.crawl.media import DOCUMENT_TYPES, HTML, bare_type
from workers.crawl.permission.page import forbids_following
from workers.crawl.spider.addresses import Addresses, Way
from workers.crawl.spider.caching import kept_answer
from workers.crawl.spider.downloading import settings_for
from workers.crawl.spider.feeds import USUAL_PLACES
from workers.crawl.spider.lists import Listing, read_listing
from workers.crawl.spider.outline import Link, outline
from workers.crawl.spider.parent import PARENT
from workers.crawl.spider.promise import Promise
from workers.crawl.spider.report import Report
from workers.crawl.spider.scheduling import PROMISE, BestFirst
from workers.crawl.spider.wire import CrawlOrder

_HTML_TYPES = frozenset({HTML, "application/xhtml+xml"})
MOST_LISTS = {"sitemap": 50, "feed": 10}
"""Files read of one site; each sitemap may name 50,000 addresses (sitemaps.org)."""


class SiteSpider(scrapy.Spider):
    """Walks one origin within the order's limits and writes a line for each address it settles."""

    name = "site"

    def __init__(self, order: CrawlOrder, output: TextIO) -> None:
        super().__init__()
        self._order = order
        self._report = Report(order, output)
        self._addresses = Addresses(order)
        self.wanted = self._addresses.wanted
        self._promise = Promise(order.topics, order.languages)
        self._lists: dict[str, set[str]] = {"sitemap": set(), "feed": set()}
        self._texts: dict[str, str] = {}
        """Fingerprint of a page's words -> the first address that had them."""

    async def start(self) -> AsyncIterator[Any]:
        """The first page, then the sitemaps that robots.txt names, else the usual place."""
        for request in self._follow([Link(self._order.start)], depth=0, inherited=0.0):
            yield request
        if self._order.max_depth > 0:
            for address in self._order.robots.sitemaps or (urljoin(self._order.start, "/sitemap.xml"),):
                for request in self._read_list("sitemap", address):
                    yield request

    def closed(self, reason: str) -> None:
        """Write what is known only at the end: the documents with their best title, and the last line."""
        for url, link in sorted(self._addresses.documents.items()):
            self._report.document(url, link)
        if reason == "finished":
            slot = self.crawler.engine and self.crawler.engine._slot
            waiting = slot.scheduler.unseen if slot and isinstance(slot.scheduler, BestFirst) else 0
            self._report.end(self._addresses.unseen + waiting)

    def _follow(self, links: list[Link], depth: int, inherited: float) -> Iterator[scrapy.Request]:
        """Requests for those of the links that are pages to fetch; what is refused is told."""
        known = [way for link in links if (way := self._addresses.way(link, depth))]
        promises = self._promise.of_links([way.link for way in known], inherited)
        for way, promise in zip(known, promises, strict=True):
            if way.refusal is not None:
                self._report.closed(way.url, way.link.anchor, way.refusal)
            else:
                yield self._page(way, promise, inherited)

    def _page(self, way: Way, promise: float, inherited: float, hops: int = 0) -> scrapy.Request:
        told = {"address": way.url, "title": way.link.anchor, "inherited": inherited, "hops": hops}
        return scrapy.Request(
            way.url, callback=self._on_page, errback=self._on_error, dont_filter=True,
            meta={PROMISE: promise}, cb_kwargs=told,
        )  # fmt: skip

    def _on_page(
        self, response: Response, address: str, title: str, inherited: float, hops: int
    ) -> Iterator[scrapy.Request]:
        self._addresses.taken(address)
        if response.status in REDIRECTS and (location := response.headers.get("Location")):
            target = urljoin(address, location.decode("latin-1"))
            yield from self._on_redirect(address, target, title, inherited, hops)
            return
        headers = _headers(response)
        headers["content-type"] = media_type_of(response.body, headers.get("content-type", ""))
        declared = bare_type(headers["content-type"])
        if sign := challenge_in(headers, response.body):
            self._report.refused(address, "challenge_page", f"a test for humans ({sign})", title=title)
        elif response.status != 200:
            self._report.refused(address, f"http_{response.status}", failed=True, title=title)
        elif declared in _HTML_TYPES:
            page = response if isinstance(response, HtmlResponse) else response.replace(cls=HtmlResponse)
            yield from self._on_html(page, address, title, headers, inherited)
        elif declared in DOCUMENT_TYPES.values():
            seen = glance(response.body, headers["content-type"])
            self._report.page(
                address,
                response.body,
                kept_answer(response),
                title=seen.title or title,
                text=seen.text,
                headers=headers,
            )
        else:
            self._report.refused(address, "unsupported_format", declared or "no Content-Type", title=title)

    def _on_html(
        self, response: HtmlResponse, address: str, title: str, headers: dict[str, str], inherited: float
    ) -> Iterator[scrapy.Request]:
        seen = glance(response.body, headers["content-type"])
        page = outline(response.selector.root, get_base_url(response))
        first = self._texts.setdefault(page.words_sha256, address) if page.words_sha256 else address
        if first != address:
            # Nor are its links followed: they are those of the other, or the next leaves of a calendar.
            self._report.refused(address, "duplicate", f"the same words as {first}", title=title)
            return
        url = self._addresses.settled(address, page.canonical)
        if url is None:
            self._report.refused(address, "duplicate", f"rel=canonical {page.canonical}", title=title)
            return
        self._report.page(
            url, response.body, kept_answer(response),
            title=seen.title or title, text=seen.text, language=page.language, headers=headers,
        )  # fmt: skip
        score = self._promise.of_page(address, f"{seen.title}\n{seen.text}")
        if forbids_following(seen.robots, headers):
            return
        for feed in page.feeds:
            yield from self._read_list("feed", feed)
        depth = self._addresses.depth(address)
        if not page.feeds and address == self._order.start and depth < self._order.max_depth:
            for place in USUAL_PLACES if not self._addresses.listed else ():
                yield from self._read_list("feed", urljoin(address, place))
        self._addresses.overflowed(page.more_links)
        passed_on = self._promise.passed_on(score, inherited)
        yield from self._follow([*page.variants, *page.links], depth + 1, passed_on)

    def _on_redirect(
        self, address: str, location: str, title: str, inherited: float, hops: int
    ) -> Iterator[scrapy.Request]:
        try:
            target = canonical_url(location)
        except ValueError as error:
            self._report.refused(address, "invalid_url", str(error), title=title)
            return
        if origin(target) != origin(self._order.start):
            if address == self._order.start:
                self._report.moved(address, target)
            else:
                self._report.refused(address, "offsite_redirect", target, title=title)
        elif hops >= MAX_REDIRECTS:
            self._report.refused(address, "too_many_redirects", f"more than {MAX_REDIRECTS}", failed=True, title=title)
        elif way := self._addresses.way(Link(target, title), self._addresses.depth(address)):
            if way.refusal is not None:
                self._report.closed(way.url, title, way.refusal)
            else:
                yield self._page(way, 1.0, inherited, hops + 1)  # begun is half done

    def _read_list(self, kind: str, address: str) -> Iterator[scrapy.Request]:
        """A request for a sitemap or a feed, unless it is known, foreign, closed to us or one too many."""
        try:
            url = canonical_url(address)
        except ValueError:
            return
        read = self._lists[kind]
        if url in read or len(read) >= MOST_LISTS[kind] or not self._addresses.open(url):
            return
        read.add(url)
        yield scrapy.Request(
            url, callback=self._on_list, errback=self._on_list_error, dont_filter=True, cb_kwargs={"kind": kind}
        )

    def _on_list(self, response: Response, kind: str) -> Iterator[scrapy.Request]:
        if response.status != 200:
            return
        try:
            body = response.body
            if gzip_magic_number(response):
                body = gunzip(body, max_size=self._order.max_bytes)
            listing = read_listing(body, response.url, _headers(response).get("content-type", ""))
        except Exception as error:  # whatever a hostile file makes lxml, gzip or feedparser raise: the links remain
            self.logger.error("%s %s cannot be read: %r", kind, response.url, error)
            return
        yield from self._on_listing(listing)

    def _on_listing(self, listing: Listing) -> Iterator[scrapy.Request]:
        self._addresses.listed += len(listing.links)
        self._addresses.overflowed(listing.more)
        for further in listing.further:
            yield from self._read_list("sitemap", further)
        yield from self._follow(list(listing.links), depth=1, inherited=0.0)

    def _on_list_error(self, failure: Any) -> None:
        self.logger.error("%s: %s", failure.request.url, failure.getErrorMessage())

    def _on_error(self, failure: Any) -> None:
        if failure.check(DownloadTimeoutError):
            reason = "timeout"
        elif failure.check(ResponseDataLossError):
            reason = "truncated"
        elif failure.check(DownloadCancelledError, IgnoreRequest):
            reason = "too_large"  # as sent, or (IgnoreRequest, from Scrapy's decompression) when unpacked
        else:
            reason = "connection_failed"
        told = failure.request.cb_kwargs
        self._addresses.taken(told["address"])
        broke = reason != "too_large"
        self._report.refused(told["address"], reason, failure.getErrorMessage(), failed=broke, title=told["title"])


def _headers(response: Response) -> dict[str, str]:
    kept = {}
    for name in KEPT_HEADERS:
        if values := response.headers.getlist(name):
            kept[name] = united(name, [value.decode("latin-1") for value in values])
    return kept


def main(arguments: list[str]) -> int:
    """Crawl as the first file orders, writing lines to the second; 0 when the crawl came to its end."""
    order = CrawlOrder.model_validate_json(Path(arguments[0]).read_bytes())
    PARENT.listen()
    with Path(arguments[1]).open("w", encoding="utf-8") as output:
        process = CrawlerProcess(settings_for(order))
        process.crawl(SiteSpider, order=order, output=output)
        process.start()
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
