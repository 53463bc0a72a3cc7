"""What a fetched page says of others: its links with the words around them, its feeds, its own true address.

Pure: an element tree goes in.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin

FEED_TYPES = frozenset({"application/rss+xml", "application/atom+xml", "application/rdf+xml"})

MOST_LINKS = 2_000
"""Links looked at of one page; a page with more is a farm, or a list whose sitemap says the same."""

LEAST_WORDS = 20
"""A page of fewer words (one that scripts would fill) is not compared with others."""

_AROUND_CHARS = 300
"""Of the paragraph, list item or cell that a link stands in: about two sentences."""

_BLOCKS = frozenset(
    {"p", "li", "td", "th", "dd", "dt", "figcaption", "blockquote", "article", "section", "div", "body"}
)
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_UNSEEN = frozenset({"script", "style", "noscript", "template"})
_WORD = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True)
class Link:
    """One way that a page points to."""

    url: str
    """Absolute, as written otherwise."""
    anchor: str = ""
    around: str = ""
    """The heading above it and the text it stands in, without the anchor."""
    language: str = ""
    """Primary subtag that ``hreflang`` declares, '' where it says nothing."""
    vouched: bool = True
    """False where rel says nofollow, ugc or sponsored: whoever set the link does not stand by it."""


@dataclass(frozen=True)
class Outline:
    """What the crawl needs to know of a page beside its text."""

    links: tuple[Link, ...] = ()
    more_links: int = 0
    """Links beyond `MOST_LINKS`."""
    feeds: tuple[str, ...] = ()
    canonical: str = ""
    """Where the page says that it really stands (rel=canonical, RFC 6596), '' where it says nothing."""
    variants: tuple[Link, ...] = ()
    """The same page in other languages (rel=alternate with hreflang)."""
    language: str = ""
    """Primary subtag of ``<html lang>``."""
    words_sha256: str = ""
    """Of its words without digits and markup: equal for pages that differ by a date or a counter only; '' for a page
    of next to no words."""


def outline(root: Any, base: str) -> Outline:
    """Read an lxml tree whose links are relative to ``base``."""
    links, more = _links(root, base)
    return Outline(
        links=tuple(links),
        more_links=more,
        feeds=tuple(_joined(base, each) for each in _alternates(root) if _kind(each) in FEED_TYPES),
        canonical=next((_joined(base, each) for each in root.iter("link") if "canonical" in _rel(each)), ""),
        variants=tuple(
            Link(url=_joined(base, each), language=_subtag(each.get("hreflang")))
            for each in _alternates(root)
            if each.get("hreflang") and _kind(each) not in FEED_TYPES
        ),
        language=_subtag(root.get("lang")),
        words_sha256=_words_sha256(root),
    )


def _links(root: Any, base: str) -> tuple[list[Link], int]:
    links: dict[str, Link] = {}
    more = 0
    heading = ""
    for element in root.iter("a", "area", *_HEADINGS):
        if element.tag in _HEADINGS:
            heading = _text(element, _AROUND_CHARS)
        href = element.get("href")
        if not href or element.tag in _HEADINGS:
            continue
        url = _joined(base, element)
        if not url or (url in links and links[url].anchor):
            continue
        if len(links) >= MOST_LINKS:
            more += 1
            continue
        anchor = _text(element, _AROUND_CHARS) or element.get("title") or element.get("alt") or _picture(element)
        around = f"{heading} {_around(element).replace(anchor, ' ', 1)}"
        links[url] = Link(
            url=url, anchor=anchor, around=" ".join(around.split()), language=_subtag(element.get("hreflang")),
            vouched=not _rel(element) & {"nofollow", "ugc", "sponsored"},
        )  # fmt: skip
    return list(links.values()), more


def _around(element: Any) -> str:
    """The opening of the nearest block around an element; '' where that is the page's frame."""
    for above in element.iterancestors():
        if above.tag in _BLOCKS:
            return "" if above.tag == "body" else _text(above, _AROUND_CHARS)
    return ""


def _picture(element: Any) -> str:
    return next((str(image.get("alt")) for image in element.iter("img") if image.get("alt")), "")


def _text(element: Any, most: int) -> str:
    """Its opening, white space collapsed; not more is read than needed, since a block may be the whole page."""
    taken: list[str] = []
    chars = 0
    for piece in _pieces(element):
        words = " ".join(piece.split())
        if words:
            taken.append(words)
            chars += len(words) + 1
            if chars > most:
                break
    return " ".join(taken)[:most]


def _pieces(element: Any) -> Iterator[str]:
    for each in element.iter():
        if each.text and isinstance(each.tag, str) and each.tag not in _UNSEEN:
            yield each.text
        if each.tail and each is not element:
            yield each.tail


def _words_sha256(root: Any) -> str:
    words = [word for piece in root.xpath(_SEEN_TEXT) for word in _WORD.findall(piece)]
    return hashlib.sha256(" ".join(words).encode()).hexdigest() if len(words) >= LEAST_WORDS else ""


_SEEN_TEXT = "//body//text()[not(ancestor::script or ancestor::style or ancestor::noscript or ancestor::template)]"


def _alternates(root: Any) -> list[Any]:
    return [each for each in root.iter("link") if "alternate" in _rel(each) and each.get("href")]


def _rel(element: Any) -> set[str]:
    return set((element.get("rel") or "").lower().split())


def _kind(element: Any) -> str:
    return str(element.get("type") or "").partition(";")[0].strip().lower()


def _subtag(tag: str | None) -> str:
    return (tag or "").strip().lower().replace("_", "-").partition("-")[0]


def _joined(base: str, element: Any) -> str:
    with suppress(ValueError):  # an address that cannot be one
        return urljoin(base, str(element.get("href") or "").strip())
    return ""
