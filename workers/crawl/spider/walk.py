"""The spider: one site through its sitemaps and links, in a process of its own.

``python -m workers.crawl.spider.walk REQUEST.json OUT.jsonl`` reads a `CrawlOrder`, writes `CrawlLine`s as it
goes, and ends when its standard input closes, so that it never outlives the worker that started it. A process
of its own, because Twisted's reactor cannot be started a second time and a worker crawls many sites.

Only the origin of the first page is asked. Web pages are fetched, since their links are needed, and their
bytes kept; other documents (PDF, Markdown, text) are listed for the retrieve stage.
"""

from __future__ import annotations

import hashlib
import os
import sys
import threading
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TextIO
from urllib.parse import urljoin

import scrapy
from scrapy.crawler import CrawlerProcess
from scrapy.exceptions import DownloadCancelledError, DownloadTimeoutError, IgnoreRequest
from scrapy.http import HtmlResponse, Response
from scrapy.linkextractors import LinkExtractor
from scrapy.utils.gz import gunzip, gzip_magic_number
from scrapy.utils.sitemap import Sitemap

from workers.crawl.glance import Statement
from workers.crawl.http.canonical import canonical_url, origin
from workers.crawl.http.client import KEPT_HEADERS, REDIRECTS
from workers.crawl.media import DOCUMENT_TYPES, bare_type, is_asset, is_document_link
from workers.crawl.permission.page import forbids_following
from workers.crawl.spider.downloading import settings_for
from workers.crawl.spider.wire import CrawlLine, CrawlOrder

MAX_SITEMAPS = 50
"""Sitemap files read of one site; each may name 50,000 addresses (sitemaps.org)."""


class SiteSpider(scrapy.Spider):
    """Walks one origin breadth first within the order's limits and writes a line for each address it
    settles."""

    name = "site"

    def __init__(self, order: CrawlOrder, output: TextIO) -> None:
        super().__init__()
        self._order = order
        self._output = output
        self._origin = origin(order.start)
        self._links = LinkExtractor(deny_extensions=[], unique=True)
        self._seen: set[str] = set()
        self._documents: dict[str, str] = {}
        """Address of a document -> text of a link that led there."""
        self._pages = 0
        self._sitemaps = 0
        self._unseen = 0

    async def start(self) -> AsyncIterator[Any]:
        """The first page, then the sitemaps that robots.txt names, else the usual place."""
        for request in self._visit(self._order.start, "", depth=0):
            yield request
        if self._order.max_depth > 0:
            for address in self._order.robots.sitemaps or (f"{self._origin}/sitemap.xml",):
                for request in self._visit_sitemap(address):
                    yield request

    def closed(self, reason: str) -> None:
        """Write what is known only at the end: the documents with their best title, and the last line."""
        for url, title in sorted(self._documents.items()):
            evidence = (self._order.robots.verdict(url).evidence,)
            self._write(CrawlLine(kind="link", url=url, title=title, evidence=evidence))
        if reason == "finished":
            self._write(CrawlLine(kind="end", unseen=self._unseen))

    def _visit(self, address: str, title: str, depth: int) -> Iterator[scrapy.Request]:
        """A request for the address, unless it is known, foreign, no document, closed to us or beyond a
        limit."""
        try:
            url = canonical_url(address)
        except ValueError:
            return  # mailto:, javascript: and the like
        if origin(url) != self._origin or is_asset(url):
            return
        if url in self._documents:
            self._documents[url] = self._documents[url] or title
        if url in self._seen:
            return
        self._seen.add(url)
        verdict = self._order.robots.verdict(url)
        if not verdict.allowed:
            detail = f"{verdict.evidence.line} ({verdict.evidence.url})"
            self._refuse(url, "robots_disallow", detail, title=title, evidence=(verdict.evidence,))
        elif is_document_link(url):
            self._documents[url] = title
        elif depth > self._order.max_depth or self._pages >= self._order.max_pages:
            self._unseen += 1
        else:
            self._pages += 1
            yield scrapy.Request(
                url,
                callback=self._on_page,
                errback=self._on_error,
                dont_filter=True,
                cb_kwargs={"address": url, "title": title, "depth": depth},
            )

    def _on_page(self, response: Response, address: str, title: str, depth: int) -> Iterator[scrapy.Request]:
        if response.status in REDIRECTS and (location := response.headers.get("Location")):
            yield from self._on_redirect(address, urljoin(address, location.decode("latin-1")), title, depth)
            return
        headers = _headers(response)
        declared = bare_type(headers.get("content-type", ""))
        if response.status != 200:
            self._refuse(address, f"http_{response.status}", failed=True, title=title)
        elif not isinstance(response, HtmlResponse) and declared not in DOCUMENT_TYPES.values():
            self._refuse(address, "unsupported_format", declared or "no Content-Type", title=title)
        else:
            self._keep(address, title, headers, response.body)
            if isinstance(response, HtmlResponse) and not forbids_following(_meta(response), headers):
                for link in self._links.extract_links(response):
                    yield from self._visit(link.url, " ".join(link.text.split()), depth + 1)

    def _on_redirect(self, address: str, location: str, title: str, depth: int) -> Iterator[scrapy.Request]:
        try:
            target = canonical_url(location)
        except ValueError as error:
            self._refuse(address, "invalid_url", str(error), title=title)
            return
        if origin(target) == self._origin:
            yield from self._visit(target, title, depth)
        elif address == self._order.start:
            self._write(CrawlLine(kind="moved", url=address, detail=target))
        else:
            self._refuse(address, "offsite_redirect", target, title=title)

    def _visit_sitemap(self, address: str) -> Iterator[scrapy.Request]:
        try:
            url = canonical_url(address)
        except ValueError:
            return
        known = url in self._seen or self._sitemaps >= MAX_SITEMAPS
        if known or origin(url) != self._origin or not self._order.robots.verdict(url).allowed:
            return
        self._seen.add(url)
        self._sitemaps += 1
        yield scrapy.Request(url, callback=self._on_sitemap, errback=self._on_sitemap_error, dont_filter=True)

    def _on_sitemap(self, response: Response) -> Iterator[scrapy.Request]:
        if response.status != 200:
            return
        try:
            body = response.body
            if gzip_magic_number(response):
                body = gunzip(body, max_size=self._order.max_bytes)
            sitemap = Sitemap(body)
        except Exception as error:  # whatever a hostile file makes lxml or gzip raise: the links remain
            self.logger.error("Sitemap %s cannot be read: %r", response.url, error)
            return
        for entry in sitemap:
            if sitemap.type == "sitemapindex":
                yield from self._visit_sitemap(entry.get("loc", ""))
            else:
                yield from self._visit(entry.get("loc", ""), "", depth=1)

    def _on_sitemap_error(self, failure: Any) -> None:
        self.logger.error("Sitemap %s: %s", failure.request.url, failure.getErrorMessage())

    def _on_error(self, failure: Any) -> None:
        if failure.check(DownloadTimeoutError):
            reason = "timeout"
        elif failure.check(DownloadCancelledError, IgnoreRequest):
            reason = "too_large"  # as sent, or (IgnoreRequest, from Scrapy's decompression) when unpacked
        else:
            reason = "connection_failed"
        told = failure.request.cb_kwargs
        broke = reason != "too_large"
        self._refuse(told["address"], reason, failure.getErrorMessage(), failed=broke, title=told["title"])

    def _keep(self, url: str, title: str, headers: dict[str, str], body: bytes) -> None:
        sha256 = hashlib.sha256(body).hexdigest()
        Path(self._order.bodies, sha256).write_bytes(body)
        evidence = (self._order.robots.verdict(url).evidence,)
        self._write(
            CrawlLine(
                kind="page",
                url=url,
                title=title,
                sha256=sha256,
                headers=headers,
                evidence=evidence,
                time=datetime.now(UTC).isoformat(timespec="seconds"),
            )
        )

    def _refuse(self, url: str, reason: str, detail: str = "", **fields: Any) -> None:
        self._write(CrawlLine(kind="refused", url=url, reason=reason, detail=detail, **fields))

    def _write(self, line: CrawlLine) -> None:
        self._output.write(f"{line.model_dump_json()}\n")
        self._output.flush()


def _headers(response: Response) -> dict[str, str]:
    kept = {}
    for name in KEPT_HEADERS:
        if values := response.headers.getlist(name):
            kept[name] = ", ".join(value.decode("latin-1") for value in values)
    return kept


def _meta(response: HtmlResponse) -> list[Statement]:
    return [
        Statement(element.attrib.get("name", "").lower(), element.attrib.get("content", ""), element.get())
        for element in response.xpath("//meta[@name]")
    ]


def _end_with_parent() -> None:
    sys.stdin.read()
    os._exit(1)  # the reactor may be deep in anything; there is nobody left to tell


def main(arguments: list[str]) -> int:
    """Crawl as the first file orders, writing lines to the second; 0 when the crawl came to its end."""
    order = CrawlOrder.model_validate_json(Path(arguments[0]).read_bytes())
    threading.Thread(target=_end_with_parent, daemon=True).start()
    with Path(arguments[1]).open("w", encoding="utf-8") as output:
        process = CrawlerProcess(settings_for(order))
        process.crawl(SiteSpider, order=order, output=output)
        process.start()
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
