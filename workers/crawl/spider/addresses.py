"""What a crawl knows of the addresses it has met: where they may lead, how deep they lie, what became of them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from agent.job.records import Evidence
from workers.crawl.http.canonical import canonical_url, origin
from workers.crawl.media import is_asset, is_document_link
from workers.crawl.spider.outline import Link
from workers.crawl.spider.traps import Variants, is_trap
from workers.crawl.spider.wire import CrawlOrder

MOST_KNOWN = 200_000
"""Addresses remembered of one site; a site of more is not seen whole by any crawl of ours."""


@dataclass(frozen=True)
class Way:
    """A link that leads somewhere new, or to a known page by a better road."""

    url: str
    """Canonical."""
    link: Link
    refusal: Evidence | None = None
    """The line of robots.txt that closes it."""


class Addresses:
    """One origin's addresses."""

    def __init__(self, order: CrawlOrder) -> None:
        self._order = order
        self._origin = origin(order.start)
        self._settled: set[str] = set()
        """Closed by robots.txt, a trap, or fetched: nothing more is to be done."""
        self._depth: dict[str, int] = {}
        """Address of a page -> least depth that it was met at."""
        self._words: dict[str, Link] = {}
        """Address of a page -> the link with the best words that leads there."""
        self._beyond: set[str] = set()
        """Met too deep only, so far."""
        self._variants = Variants()
        self._left_out = 0
        self.documents: dict[str, Link] = {}
        """Address of a document -> the link with the best words that leads there."""
        self.listed = 0
        """Addresses that sitemaps and feeds named."""

    @property
    def unseen(self) -> int:
        """Addresses that a limit of depth or number kept out."""
        return len(self._beyond) + self._left_out

    def overflowed(self, addresses: int) -> None:
        """Count addresses that were not even looked at."""
        self._left_out += addresses

    def depth(self, url: str) -> int:
        """Links from the first page to this one, as few as are known of."""
        return self._depth.get(url, 0)

    def open(self, url: str) -> bool:
        """Whether a canonical address is of this site and not closed by robots.txt."""
        return origin(url) == self._origin and self._order.robots.verdict(url).allowed

    def way(self, link: Link, depth: int) -> Way | None:
        """What to do with a link: a page to fetch, a refusal to tell; None where there is nothing to do."""
        try:
            url = canonical_url(link.url)
        except ValueError:
            return None  # mailto:, javascript: and the like
        if origin(url) != self._origin or is_asset(url) or url in self._settled:
            return None
        link = replace(link, url=url)
        if url in self.documents or is_document_link(url):
            return self._document(url, link)
        known = url in self._depth
        if not known:
            verdict = self._order.robots.verdict(url)
            if not verdict.allowed:
                self._settled.add(url)
                return Way(url, link, verdict.evidence)
            if depth > self._order.max_depth:
                self._beyond.add(url)
                return None
            if is_trap(url) or len(self._depth) >= MOST_KNOWN or self._variants.one_too_many(url):
                self._settled.add(url)
                self._left_out += 1
                return None
        self._beyond.discard(url)
        self._depth[url] = min(depth, self._depth.get(url, depth))
        return Way(url, self._better(self._words, url, link))

    def _document(self, url: str, link: Link) -> Way | None:
        if url not in self.documents:
            verdict = self._order.robots.verdict(url)
            if not verdict.allowed:
                self._settled.add(url)
                return Way(url, link, verdict.evidence)
        self.documents[url] = self._better(self.documents, url, link)
        return None

    def wanted(self, url: str) -> bool:
        """Whether nothing has become of the address yet."""
        return url not in self._settled

    def taken(self, url: str) -> None:
        """A page was fetched: links to it change nothing any more."""
        self._settled.add(url)
        self._words.pop(url, None)

    def settled(self, address: str, canonical: str) -> str | None:
        """The address that a fetched page is kept under; None where another one stands for it already.

        A canonical link is believed where it takes parameters away (RFC 6596 names sort orders and sessions); one to
        another path is common as a mistake, so the page keeps its own address and its words decide
        (`Outline.words_sha256`).
        """
        try:
            url = canonical_url(canonical) if canonical else address
        except ValueError:
            return address
        here, there = urlsplit(address), urlsplit(url)
        if url == address or (here.netloc, here.path) != (there.netloc, there.path) or len(url) > len(address):
            return address
        if url in self._settled or not self.open(url):
            return None if url in self._settled else address
        self.taken(url)
        return url

    def _better(self, known: dict[str, Link], url: str, link: Link) -> Link:
        """The one with words; of two, the first."""
        best = known.get(url, link)
        known[url] = best if best.anchor else link
        return known[url]
