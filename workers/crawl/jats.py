"""The front of a journal article in JATS: its title, its abstract, and what its permissions state."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

_OPENING = re.compile(
    rb"<(?:\w+:)?article\s[^>]*(?:\barticle-type=|\bdtd-version=)|<!DOCTYPE\s+article\s+PUBLIC\s+\"-//NLM//DTD"
)
_OPENING_BYTES = 4096
_XLINK = "{http://www.w3.org/1999/xlink}href"


class Front(NamedTuple):
    """What stands before an article's body."""

    title: str
    abstract: str
    licences: tuple[str, ...]
    """Each licence element as one line: the addresses in it, then its words."""


def is_jats(body: bytes) -> bool:
    """Whether bytes open as an article of this kind, whatever they were declared."""
    return _OPENING.search(body[:_OPENING_BYTES]) is not None


def read_front(body: bytes) -> Front:
    """The front matter; empty where the bytes are no well-formed XML, which the parse stage then says."""
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, recover=True)
    root = etree.fromstring(body, parser)
    meta = next(root.iter("{*}article-meta"), None) if root is not None else None
    if meta is None:
        return Front("", "", ())
    title = next(meta.iter("{*}article-title"), None)
    abstract = next(meta.iter("{*}abstract"), None)
    lines = []
    for licence in meta.iter("{*}license"):
        addresses = dict.fromkeys(element.get(_XLINK, "") for element in licence.iter("*"))
        lines.append(" ".join((*addresses, _text(licence))).strip())
    return Front(_text(title), _text(abstract), tuple(line for line in lines if line))


def _text(element: Any) -> str:
    return " ".join("".join(element.itertext()).split()) if element is not None else ""
