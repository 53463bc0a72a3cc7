"""A cheap look at a document's bytes: title, opening text, and what it says about its own use.

The parse stage reads documents properly; discovery and retrieval only need enough to rank them and to find
opt-outs and licence statements. PDFs are not looked into here.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace

from agent.job.licences import folded, spdx, words_against_training
from workers.crawl.http.sniff import text_of
from workers.crawl.jats import is_jats, read_front
from workers.crawl.json_ld import licences_in
from workers.crawl.media import bare_type
from workers.crawl.stated import Statement as Statement

OPENING_CHARS = 2000
"""Text that is compared with the subject; `workers.embedding` says what this much of it was measured to
give."""

_MAX_LOOKED_AT_BYTES = 2_000_000
"""Larger pages are looked at up to here, which keeps the parser's memory (about ten times the bytes)
bounded."""

_BLOCKS = ("p", "li", "small", "footer", "td", "dd", "blockquote", "address")
"""Where running text that grants a licence stands."""

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

_GRANT = re.compile(
    r"\b(?:this|site|pages?|work|contents?|texts?|articles?|documents?|documentation|materials?|book|course|notes?"
    r"|except where|unless otherwise)\b.{0,120}\b(?:licen[cs]ed|released|available|distributed|published|dedicated)\b"
    r".{0,60}\b(?:under|into|to)\b",
    re.IGNORECASE,
)
"""Running text that grants a licence for the document itself; what is said of one photograph in it is not."""

_PROSE_WITH_A_LICENCE = re.compile(r"licen|public domain|\btrain|\bmining\b|\bTDM\b", re.IGNORECASE)
_GRANT_WORDS = ("licen", "domain", "train", "mining", "tdm")
"""One of them is in whatever `_PROSE_WITH_A_LICENCE` finds."""
_LINE_WORDS = ("licen", "rights")
"""One of them is in whatever `_LICENCE_LINE` fits."""
_LONGEST_GRANT_CHARS = 600
"""Lines of running text longer than this are an article's paragraphs, which only speak *about* licences."""

_PDF_TDM = re.compile(rb"(?:<tdm:reservation[^>]{0,80}>|\btdm:reservation\s{0,3}=\s{0,3}[\"'])\s{0,20}([01])\b")
"""In a PDF's XMP packet, which is stored as it is so that programs find it (ISO 16684-1)."""

_FRONT_MATTER_KEYS = ("license", "licence", "rights", "copyright")
_RULE = re.compile(r"([=\-~^*\"'`#+_.:])\1{2,}")
"""The line under a title, and in reStructuredText also over it."""

_HEADING = re.compile(r"^(?:#{1,2}\s+(?P<atx>\S.*?)\s*#*|(?P<plain>\S.*))$")


@dataclass(frozen=True)
class Glance:
    """What a look at the bytes tells."""

    title: str = ""
    text: str = ""
    """The opening, at most OPENING_CHARS, white space collapsed."""
    robots: tuple[Statement, ...] = ()
    """The page's meta elements, for opt-outs; a PDF's TDM metadata likewise."""
    licences: tuple[Statement, ...] = ()
    rsl: tuple[Statement, ...] = ()
    """Links to RSL files."""
    whole: bool = False
    """Whether a licence that it states would have been found; a PDF's are found by the parse stage only."""


def glance(body: bytes, content_type: str) -> Glance:
    """What can be read cheaply; all fields but TDM metadata empty for bytes that are not text (PDF, images)."""
    kind = bare_type(content_type)
    if is_jats(body):
        front = read_front(body[:_MAX_LOOKED_AT_BYTES])
        stated = tuple(Statement("licence", line, line) for line in front.licences)
        return Glance(front.title, front.abstract[:OPENING_CHARS], licences=stated, whole=True)
    if kind == "application/pdf":
        found = _PDF_TDM.search(body)
        line = found[0].decode("latin-1") if found else ""
        return Glance(robots=(Statement("tdm-reservation", found[1].decode(), line),) if found else ())
    if kind in ("text/html", "application/xhtml+xml"):
        return _glance_at_html(body[:_MAX_LOOKED_AT_BYTES], content_type)
    if kind == "application/x-ipynb+json":
        return _glance_at_notebook(body)
    if kind.startswith("text/") or kind == "application/x-tex":
        return _glance_at_text(text_of(body[:_MAX_LOOKED_AT_BYTES]))
    return Glance()


def _glance_at_html(body: bytes, content_type: str) -> Glance:
    from workers.crawl.html_tree import HtmlTree, opening_tag, words_of

    page = HtmlTree(body, content_type)
    licences, rsl = [], []
    for tag in page.tags("a", "link"):
        if "license" not in (tag.get("rel") or "").lower().split():
            continue
        address = tag.get("href") or ""
        if bare_type(tag.get("type") or "") == "application/rsl+xml":
            rsl.append(Statement("rsl", address, opening_tag(tag)))
        else:
            licences.append(Statement("licence", f"{address} {words_of(tag)}".strip(), opening_tag(tag)))
    robots = []
    for tag in page.tags("meta"):
        name = (tag.get("name") or tag.get("property") or tag.get("http-equiv") or "").strip().lower()
        content = tag.get("content") or ""
        statement = Statement(name, content, opening_tag(tag))
        if name in _LICENCE_META:
            licences.append(Statement("licence", content, statement.line))
        elif name:
            robots.append(statement)
    text = page.text()
    told = folded(text)
    if _has(told, _LINE_WORDS):
        licences += _licence_lines(text.splitlines())
    if _has(told, _GRANT_WORDS):
        licences += _granting([words_of(tag, _LONGEST_GRANT_CHARS + 1) for tag in page.tags(*_BLOCKS)])
    licences += licences_in(page.data)
    title, opening = page.title(), page.opening(OPENING_CHARS)
    return Glance(title, opening, tuple(robots), tuple(licences), tuple(rsl), whole=True)


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
    paragraphs = [" ".join(part.split()) for part in re.split(r"\n\s*\n", text)]
    found = (*licences, *_licence_lines(ends), *_granting(paragraphs))
    return Glance(" ".join(title.split()), opening, licences=found, whole=True)


def _licence_lines(lines: list[str]) -> list[Statement]:
    stripped = [line.strip() for line in lines]
    return [Statement("licence", found[1], line) for line in stripped if (found := _LICENCE_LINE.match(line))]


def _granting(blocks: list[str]) -> list[Statement]:
    """Running text that licenses the document, or forbids training on it."""
    found = []
    for block in blocks:
        if len(block) > _LONGEST_GRANT_CHARS or not _has(folded(block), _GRANT_WORDS):
            continue
        if not _PROSE_WITH_A_LICENCE.search(block):
            continue
        if against := words_against_training(block):
            found.append(Statement("licence", against, against))
        elif (grant := _GRANT.search(block)) and spdx(rest := block[grant.start() :]):
            found.append(Statement("licence", rest, block))
    return found


def _has(told: str, words: tuple[str, ...]) -> bool:
    return any(word in told for word in words)


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


def _glance_at_notebook(body: bytes) -> Glance:
    try:
        notebook = json.loads(body)
        cells = notebook.get("cells", [])
        text = "\n\n".join("".join(cell.get("source", "")) for cell in cells if cell.get("cell_type") == "markdown")
        stated = str(notebook.get("metadata", {}).get("license") or "")
    except (ValueError, AttributeError, TypeError, RecursionError):
        return Glance()  # no notebook, whatever it is called; the parse stage says so
    seen = _glance_at_text(text)
    return (
        replace(seen, licences=(Statement("licence", stated, f"license: {stated}"), *seen.licences)) if stated else seen
    )
