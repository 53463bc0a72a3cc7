"""Sitemaps and feeds read alike: the links that they list, and the further sitemaps."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice

from workers.crawl.spider.feeds import feed_links
from workers.crawl.spider.outline import Link

MOST_ENTRIES = 50_000
"""Addresses read of one file: what the protocol allows a sitemap (sitemaps.org)."""


@dataclass(frozen=True)
class Listing:
    """What one file lists."""

    links: tuple[Link, ...] = ()
    further: tuple[str, ...] = ()
    """Sitemaps that an index names."""
    more: int = 0
    """Entries beyond `MOST_ENTRIES` that were met; a sitemap is not read on to count them."""


def read_listing(body: bytes, url: str, content_type: str) -> Listing:
    """A sitemap, a sitemap index, a list of addresses in plain text, or a feed (which sitemaps.org allows too).

    Raises:
        ValueError: it is XML of another kind; lxml's and feedparser's own errors for what is broken beyond reading.
    """
    from scrapy.utils.sitemap import Sitemap

    if content_type.startswith("text/plain"):
        lines = body.decode("utf-8", errors="replace").split()
        return _listing([Link(line) for line in lines if line.startswith(("http://", "https://"))])
    sitemap = Sitemap(body)
    if sitemap.type in ("sitemapindex", "urlset"):
        named = [str(entry["loc"]) for entry in islice(sitemap, MOST_ENTRIES + 1) if entry.get("loc")]
        return Listing(further=tuple(named)) if sitemap.type == "sitemapindex" else _listing([*map(Link, named)])
    return _listing(feed_links(body, url, content_type))


def _listing(links: list[Link]) -> Listing:
    return Listing(links=tuple(links[:MOST_ENTRIES]), more=max(0, len(links) - MOST_ENTRIES))
