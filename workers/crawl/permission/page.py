"""Page-level opt-outs: what robots meta elements and X-Robots-Tag headers say to a crawler that trains
models."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from workers.crawl.glance import Statement
from workers.crawl.http.identity import PRODUCT_TOKEN

_REASON_OF = {
    "noai": "optout_noai",
    "noml": "optout_noai",
    "noindex": "optout_noindex",
    "none": "optout_noindex",
}
"""Directive -> reason. ``noai`` and ``noml`` forbid training; a page that is not to be indexed is not kept
either."""

_BINDING = frozenset({"robots", "x-robots-tag", PRODUCT_TOKEN})
"""Names of meta elements that speak to us, X-Robots-Tag as an ``http-equiv`` among them."""
_NO_WORD = re.compile(r"[^a-z0-9:_-]+")
"""What parts two directives, marks that nobody sees among it; ``max-image-preview:none`` is one."""

_VALUED = frozenset({"unavailable_after", "max-snippet", "max-image-preview", "max-video-preview"})
"""Directives with a colon of their own; any other word before a colon in X-Robots-Tag names a crawler."""


class OptOut(NamedTuple):
    """One opt-out that binds us."""

    reason: str
    kind: str
    """'meta' or 'header', as evidence has it."""
    line: str


def opt_outs(meta: Iterable[Statement], headers: Mapping[str, str], media_type: str = "") -> list[OptOut]:
    """The opt-outs of a page that bind us, those against training first.

    Read are ``<meta name="robots">``, the same under our own product token, and the X-Robots-Tag header
    (``headers`` has lower-case names) without a crawler's name or with ours. ``noimageai`` speaks of images: it
    closes a PDF, whose pages may be scans, and no text.
    """
    found = []
    reasons = {**_REASON_OF, "noimageai": "optout_noimageai"} if media_type == "application/pdf" else _REASON_OF
    for statement in meta:
        if statement.name in _BINDING:
            for word in _NO_WORD.split(statement.value.lower()):
                if word in reasons:
                    found.append(OptOut(reasons[word], "meta", statement.line))
    header = headers.get("x-robots-tag", "")
    for directive in _header_directives(header):
        if directive in reasons:
            found.append(OptOut(reasons[directive], "header", f"X-Robots-Tag: {header}"))
    return sorted(dict.fromkeys(found), key=lambda item: item.reason != "optout_noai")


def forbids_following(meta: Iterable[Statement], headers: Mapping[str, str]) -> bool:
    """Whether the page asks not to follow its links."""
    words = {word for item in meta if item.name in _BINDING for word in _NO_WORD.split(item.value.lower())}
    return bool({"nofollow", "none"} & {*words, *_header_directives(headers.get("x-robots-tag", ""))})


def _header_directives(header: str) -> list[str]:
    """The directives of an X-Robots-Tag that are for all crawlers or for us; a crawler's name holds until the
    next."""
    addressed = True
    directives: list[str] = []
    for part in re.split(r"[,;]", header.lower()):
        name, colon, rest = part.strip().partition(":")
        # A name is one word: the date in unavailable_after has commas and colons, too.
        if colon and name.strip() not in _VALUED and len(name.split()) == 1:
            addressed = name.strip() in ("*", PRODUCT_TOKEN)
            words = rest.split()
        else:
            words = name.split()
        if addressed:
            directives += words
    return directives
