"""What a site's feeds list: RSS and Atom of any age, read by feedparser."""

from __future__ import annotations

from io import BytesIO
from typing import Any
from urllib.parse import urljoin

from workers.crawl.spider.outline import Link

USUAL_PLACES = ("/feed", "/feed.xml", "/rss.xml", "/atom.xml", "/index.xml")
"""Asked where neither a sitemap nor a page names a feed: what the common publishing systems write."""

_SUMMARY_CHARS = 500


def feed_links(body: bytes, url: str, content_type: str = "") -> list[Link]:
    """The entries of a feed as links, title and summary as their words; empty for what is no feed.

    feedparser reads what is not well formed as far as it goes; entities are not resolved from outside.
    """
    import feedparser

    # A stream, since feedparser would take bytes that look like a file's name or an address for one.
    feed = feedparser.parse(
        BytesIO(body), response_headers={"content-type": content_type or "application/xml", "content-location": url}
    )
    return [link for entry in feed.entries if (link := _link(entry, url)).url]


def _link(entry: Any, base: str) -> Link:
    address = str(entry.get("link") or "")
    summary = _plain(str(entry.get("summary") or ""))[:_SUMMARY_CHARS]
    return Link(
        url=urljoin(base, address) if address else "", anchor=_plain(str(entry.get("title") or "")), around=summary
    )


def _plain(markup: str) -> str:
    """The words of a fragment: titles and summaries hold anything from plain text to whole pages."""
    from bs4 import BeautifulSoup

    return (
        " ".join(BeautifulSoup(markup, "html.parser").get_text(" ").split())
        if "<" in markup or "&" in markup
        else markup
    )
