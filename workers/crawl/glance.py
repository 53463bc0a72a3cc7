"""A cheap look at a document's bytes: title, opening text, and what it says about its own use.

The parse stage reads documents properly; discovery and retrieval only need enough to rank them and to find
opt-outs and licence statements. PDFs are not looked into here.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

from workers.crawl.media import bare_type

OPENING_CHARS = 2000
"""Text that is compared with the subject; `workers.embedding` says what this much of it was measured to
give."""

_MAX_LOOKED_AT_BYTES = 2_000_000
"""Larger pages are looked at up to here, which keeps the parser's memory (about ten times the bytes)
bounded."""

_BOILERPLATE = ("script", "style", "noscript", "template", "nav", "header", "footer", "aside", "form", "svg")
_LICENCE_META = frozenset(
    f"{prefix}{name}" for prefix in ("", "dc.", "dcterms.") for name in ("license", "licence", "rights", "copyright")
)
_LICENCE_LINE = re.compile(
    r"^[\W_]{0,4}(?:spdx-license-identifier|licen[cs]e|licen[cs]ing|rights)[\W_]{0,2}:[\W_]{0,2}\s*(\S.*)$",
    re.IGNORECASE,
)
_LICENCE_LINES_AT_ENDS = 40
"""A text file states its licence near its top or bottom; a "License:" in the middle is about something
else."""

_FRONT_MATTER_KEYS = ("license", "licence", "rights", "copyright")
_RULE = re.compile(r"([=\-~^*\"'`#+_.:])\1{2,}")
"""The line under a title, and in reStructuredText also over it."""

_HEADING = re.compile(r"^(?:#{1,2}\s+(?P<atx>\S.*?)\s*#*|(?P<plain>\S.*))$")


@dataclass(frozen=True)
class Statement:
    """One thing a document says about its use: the raw line as evidence, and the value in it."""

    name: str
    """Of a meta element, in lower case; 'licence' for licence statements."""
    value: str
    line: str


@dataclass(frozen=True)
class Glance:
    """What a look at the bytes tells."""

    title: str = ""
    text: str = ""
    """The opening, at most OPENING_CHARS, white space collapsed."""
    robots: tuple[Statement, ...] = ()
    """The page's meta elements, for opt-outs."""
    licences: tuple[Statement, ...] = ()


def glance(body: bytes, content_type: str) -> Glance:
    """What can be read cheaply; all fields empty for bytes that are not text (PDF, images)."""
    kind = bare_type(content_type)
    if kind in ("text/html", "application/xhtml+xml"):
        return _glance_at_html(body[:_MAX_LOOKED_AT_BYTES], content_type)
    if kind == "application/x-ipynb+json":
        return _glance_at_text(_notebook_text(body))
    if kind.startswith("text/") or kind == "application/x-tex":
        return _glance_at_text(body[:_MAX_LOOKED_AT_BYTES].decode("utf-8-sig", errors="replace"))
    return Glance()


def _glance_at_html(body: bytes, content_type: str) -> Glance:
    from bs4 import BeautifulSoup
    from w3lib.encoding import html_to_unicode

    soup = BeautifulSoup(html_to_unicode(content_type, body, default_encoding="utf-8")[1], "lxml")
    licences = [
        Statement("licence", f"{tag.get('href') or ''} {tag.get_text(' ', strip=True)}".strip(), _opening_tag(tag))
        for tag in soup.select('a[rel~="license" i], link[rel~="license" i]')
    ]
    robots = []
    for tag in soup.find_all("meta"):
        name = str(tag.get("name") or tag.get("property") or "").strip().lower()
        content = str(tag.get("content") or "")
        statement = Statement(name, content, _opening_tag(tag))
        if name in _LICENCE_META:
            licences.append(Statement("licence", content, statement.line))
        elif name:
            robots.append(statement)
    heading = soup.title or soup.h1
    title = " ".join(heading.get_text(" ").split()) if heading else ""
    licences += _licence_lines(soup.get_text("\n").splitlines())
    for tag in soup(_BOILERPLATE):
        tag.decompose()
    text = " ".join((soup.body or soup).get_text(" ").split())
    return Glance(title, text[:OPENING_CHARS], tuple(robots), tuple(licences))


def _glance_at_text(text: str) -> Glance:
    import frontmatter
    import yaml

    meta: dict[str, object] = {}
    try:
        meta, text = frontmatter.parse(text)
    except (yaml.YAMLError, ValueError, TypeError):
        meta = {}  # a horizontal rule on the first line looks like front matter and is none
    lines = text.splitlines()
    licences = [
        Statement("licence", str(meta[key]), f"{key}: {meta[key]}") for key in _FRONT_MATTER_KEYS if meta.get(key)
    ]
    ends = (
        lines
        if len(lines) <= 2 * _LICENCE_LINES_AT_ENDS
        else lines[:_LICENCE_LINES_AT_ENDS] + lines[-_LICENCE_LINES_AT_ENDS:]
    )
    title = str(meta.get("title") or "") or _first_heading(lines)
    opening = " ".join(text[: OPENING_CHARS * 4].split())[:OPENING_CHARS]
    return Glance(" ".join(title.split()), opening, licences=(*licences, *_licence_lines(ends)))


def _licence_lines(lines: list[str]) -> list[Statement]:
    stripped = [line.strip() for line in lines]
    return [Statement("licence", found[1], line) for line in stripped if (found := _LICENCE_LINE.match(line))]


def _first_heading(lines: list[str]) -> str:
    """The first heading of Markdown or reStructuredText, else the first line when it is short enough to be a title."""
    longest_title = 120
    first = ""
    for line, below in zip(lines[:200], [*lines[1:201], ""], strict=False):
        match = _HEADING.match(line.strip())
        if match is None or _RULE.fullmatch(line.strip()) or line.startswith(".. "):
            continue
        if _RULE.fullmatch(below.strip()) and len(line.strip()) <= longest_title:
            return line.strip()
        if match["atx"]:
            return str(match["atx"])
        first = first or str(match["plain"])
    return first if len(first) <= longest_title else ""


def _notebook_text(body: bytes) -> str:
    try:
        cells = json.loads(body).get("cells", [])
        return "\n\n".join("".join(cell.get("source", "")) for cell in cells if cell.get("cell_type") == "markdown")
    except (ValueError, AttributeError, TypeError):
        return ""  # no notebook, whatever it is called; the parse stage says so


def _opening_tag(tag: object) -> str:
    return str(tag).partition(">")[0] + ">"
