"""RSL 1.0, Really Simple Licensing: which uses of a site's documents are licensed, and for what in return.

https://rslstandard.org/rsl. The file is named by ``License:`` in robots.txt, by a Link header, or by a link element.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from agent.job.licences import IntendedUse
from workers.crawl.permission.path_pattern import matches, path_of
from workers.crawl.permission.statement import Said, Text

MEDIA_TYPE = "application/rsl+xml"
PROHIBITED = "optout_rsl"
PRICED = "rsl_needs_licence"
_TRAINING = frozenset({"all", "ai-all", "ai-train", "train-ai", "train-genai"})
"""Usage tokens that include training: of 1.0, and of the draft that files were written for in 2025."""

_FREE = frozenset({"", "free", "attribution"})
_USERS: dict[IntendedUse, frozenset[str]] = {
    "commercial": frozenset({"all", "commercial"}),
    "noncommercial": frozenset({"all", "non-commercial", "noncommercial"}),
    "research": frozenset({"all", "non-commercial", "noncommercial"}),
}
"""Whom a use makes us: research may be a company's, so that ``education`` does not speak of us."""


class Terms(NamedTuple):
    """What an RSL file says of one document."""

    said: Said
    standard: str
    """Address of the standard licence it grants, '' for none."""


def terms_in(file: Text, url: str, intended_use: IntendedUse) -> Terms | None:
    """What the file says of training on the document at ``url``, None when it does not speak of it.

    Its ``content`` with the longest fitting pattern decides; several licences there are alternatives, of which one must
    allow training without payment and without a licence server. Places are not looked at: a licence that excludes any
    is taken to exclude ours.
    """
    contents = _fitting(file.body, url)
    if not contents:
        return None
    worst: Terms | None = None
    for content in contents:
        line = " ".join(_outer(content).split())[:500]
        licences = [child for child in content if _name(child) == "license"]
        if content.get("server"):
            return Terms(Said("rsl", True, PRICED, line, file.url, file.time), "")
        refusals = [_refusal(licence, intended_use) for licence in licences]
        if licences and all(refusals):
            reason = PRICED if PRICED in refusals else PROHIBITED
            return Terms(Said("rsl", True, reason, line, file.url, file.time), "")
        granted = next((licence for licence, why in zip(licences, refusals, strict=True) if not why), None)
        if granted is not None and worst is None:
            worst = Terms(Said("rsl", False, "", line, file.url, file.time), _standard(granted))
    return worst


def _fitting(body: str, url: str) -> list[Any]:
    """The content elements that speak of the address, those with the longest pattern only; none for what is no XML."""
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(body.encode(), parser)
    except (etree.XMLSyntaxError, ValueError):
        return []
    fitting = []
    for content in root.iter():
        if _name(content) == "content" and (pattern := _pattern(content.get("url", ""), url)) is not None:
            fitting.append((len(pattern), content))
    longest = max((length for length, _ in fitting), default=0)
    return [content for length, content in fitting if length == longest]


def _pattern(written: str, url: str) -> str | None:
    """The path pattern of a content element where it fits the address, else None; an empty one stands for the whole
    site.
    """
    parts = urlsplit(written)
    if parts.netloc and parts.netloc.lower() != urlsplit(url).netloc.lower():
        return None
    pattern = re.sub(r"^[a-z]+://[^/]*", "", written, flags=re.IGNORECASE) or "/"
    return pattern if matches(pattern, path_of(url)) else None


def _refusal(licence: Any, intended_use: IntendedUse) -> str:
    """Why one licence does not let us train, '' when it does."""
    if _words(licence, "prohibits", "usage") & _TRAINING or _words(licence, "prohibits", "geo"):
        return PROHIBITED
    permitted = _words(licence, "permits", "usage")
    if permitted and not permitted & _TRAINING:
        return PROHIBITED
    users = _words(licence, "permits", "user")
    ours = _USERS[intended_use]
    if (users and not users & ours) or _words(licence, "prohibits", "user") & ours:
        return PROHIBITED
    payments = {str(child.get("type", "")).strip().lower() for child in licence if _name(child) == "payment"}
    return PRICED if payments and not payments & _FREE else ""


def _words(licence: Any, element: str, kind: str) -> set[str]:
    """The tokens of all such elements; commas and spaces part them. Without a type, usage is meant."""
    texts = [
        child.text or "" for child in licence if _name(child) == element and child.get("type", "usage").lower() == kind
    ]
    return {word.lower() for text in texts for word in re.split(r"[,\s]+", text) if word}


def _standard(licence: Any) -> str:
    addresses: Iterable[str] = (
        (element.text or "").strip() for element in licence.iter() if _name(element) == "standard"
    )
    return next((address for address in addresses if address), "")


def _name(element: Any) -> str:
    """The local name; '' for comments."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def _outer(element: Any) -> str:
    from lxml import etree

    return str(etree.tostring(element, encoding="unicode", with_tail=False))
