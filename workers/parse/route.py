"""What a document's bytes are: by their magic first, then by what was declared, then by the file extension."""

from __future__ import annotations

import json
import mimetypes
import re
from dataclasses import dataclass
from enum import StrEnum
from pathlib import PurePosixPath
from urllib.parse import urlsplit

from agent.errors import DocumentRejected
from workers.parse.encoding import has_unicode_mark
from workers.parse.formats.ocw import is_ocw


class Format(StrEnum):
    """The formats there is a reader for."""

    HTML = "html"
    JATS = "jats"
    PDF = "pdf"
    MARKDOWN = "markdown"
    RST = "rst"
    NOTEBOOK = "notebook"
    OCW = "ocw"
    TEXT = "text"


MEDIA_TYPE: dict[Format, str] = {
    Format.HTML: "text/html",
    Format.JATS: "application/jats+xml",
    Format.PDF: "application/pdf",
    Format.MARKDOWN: "text/markdown",
    Format.RST: "text/x-rst",
    Format.NOTEBOOK: "application/x-ipynb+json",
    Format.OCW: "application/vnd.mit-ocw+json",
    Format.TEXT: "text/plain",
}


@dataclass(frozen=True)
class Route:
    """Which reader takes a document, and what decided."""

    format: Format
    reason: str

    @property
    def media_type(self) -> str:
        """The media type of the format, by content."""
        return MEDIA_TYPE[self.format]


_HEAD_BYTES = 8192
_PDF_REACH_BYTES = 1024
"""PDF readers accept the header anywhere in the first 1024 bytes (ISO 32000-1, annex H.3.4.1)."""

_OPENING_CHARACTERS = 1024
"""Comments and an XML declaration may stand before the first element of a page."""

_MAX_CONTROL_SHARE = 0.02
"""Text has tabs and line ends; more other control bytes than this mean binary data (form feeds stay far below)."""

_HTML_OPENING = re.compile(r"<!doctype\s+html|<html[\s>]|<(?:head|body)[\s>]|<meta\s+charset|<title>", re.IGNORECASE)
_JATS_OPENING = re.compile(
    r"<pmc-articleset[\s>]|<!DOCTYPE\s+(?:\w+:)?article\s+PUBLIC\s+\"-//NLM//DTD"
    r"|<(?:\w+:)?article\s[^>]*(?:\bdtd-version=|\barticle-type=|/ns/archiving/|/ns/publishing/)"
)
"""An article in XML: by its document type, its attributes or its namespace; HTML has an element of the same name."""
_OTHER_MARKUP = (
    (re.compile(r"\{\\rtf"), "Rich Text Format"),
    (re.compile(r"%!PS"), "PostScript"),
    (re.compile(r"(?:\s*%.*\n)*\s*\\(?:documentclass|documentstyle|NeedsTeXFormat)"), "LaTeX"),
    (re.compile(r"\s*<\?xml|\s*<(?:svg|rss|feed|urlset)[\s>]"), "XML"),
)

_BY_DECLARATION: dict[str, Format] = {
    "text/html": Format.HTML,
    "application/xhtml+xml": Format.HTML,
    "text/markdown": Format.MARKDOWN,
    "text/x-markdown": Format.MARKDOWN,
    "text/x-rst": Format.RST,
    "text/prs.fallenstein.rst": Format.RST,
    "application/x-ipynb+json": Format.NOTEBOOK,
}
_BY_EXTENSION: dict[str, Format] = {
    ".html": Format.HTML, ".htm": Format.HTML, ".xhtml": Format.HTML,
    ".md": Format.MARKDOWN, ".markdown": Format.MARKDOWN, ".mdown": Format.MARKDOWN, ".mkd": Format.MARKDOWN,
    ".rst": Format.RST, ".rest": Format.RST,
    ".ipynb": Format.NOTEBOOK,
    ".txt": Format.TEXT, ".text": Format.TEXT,
}  # fmt: skip
_SAYS_NOTHING = {"", "text/plain", "application/octet-stream", "binary/octet-stream"}
"""What servers declare when they do not know."""


def route(content: bytes, declared: str, url: str) -> Route:
    """Which reader takes these bytes.

    ``declared`` is the Content-Type as sent (parameters allowed), ``url`` gives the extension.

    Raises:
        DocumentRejected: ``no_text`` for empty bytes; ``unsupported_format`` with the format's name.
    """
    if not content.strip():
        raise DocumentRejected("no_text", "the document is empty")
    head = content[:_HEAD_BYTES]
    if b"%PDF-" in head[:_PDF_REACH_BYTES]:
        return Route(Format.PDF, "begins with %PDF-")
    if not _is_text(head):
        raise DocumentRejected("unsupported_format", _binary_name(head, url))
    return _route_text(_peek(head), content, declared.partition(";")[0].strip().lower(), _extension(url))


def _route_text(head: str, content: bytes, declared: str, extension: str) -> Route:
    opening = head.lstrip("\ufeff \t\r\n")
    named = _BY_EXTENSION.get(extension)
    if opening.startswith("{") and _is_notebook(content):
        return Route(Format.NOTEBOOK, "JSON with cells and nbformat")
    if opening.startswith("{") and is_ocw(content):
        return Route(Format.OCW, "JSON with OpenCourseWare's fields")
    if opening.startswith("<") and (found := _JATS_OPENING.search(opening[:_OPENING_CHARACTERS])):
        return Route(Format.JATS, f"begins with {' '.join(found[0].split())[:40]}")
    shows_html = named in (Format.MARKDOWN, Format.RST)  # such pages may hold it in the middle, not open with it
    match = _HTML_OPENING.match(opening) if shows_html else _HTML_OPENING.search(opening[:_OPENING_CHARACTERS])
    if match and opening.startswith("<"):
        return Route(Format.HTML, f"begins with {match[0].strip()}")
    for pattern, name in _OTHER_MARKUP:
        if pattern.match(opening):
            raise DocumentRejected("unsupported_format", name)
    if declared in _BY_DECLARATION:
        return Route(_BY_DECLARATION[declared], f"declared as {declared}")
    if named is Format.NOTEBOOK:
        raise DocumentRejected("unsupported_format", "a .ipynb file that is no notebook")
    if named is not None and named is not Format.TEXT:
        return Route(named, f"extension {extension}")
    if declared not in _SAYS_NOTHING:
        raise DocumentRejected("unsupported_format", declared)
    if named is None and (guessed := mimetypes.guess_type(f"x{extension}")[0]) and guessed != "text/plain":
        raise DocumentRejected("unsupported_format", guessed)
    if marks := _markdown_marks(head):
        return Route(Format.MARKDOWN, f"text with Markdown {marks}")
    return Route(Format.TEXT, "text without markup")


def _is_text(head: bytes) -> bool:
    if has_unicode_mark(head):
        return True
    if b"\0" in head:
        return False
    controls = sum(1 for byte in head if byte < 32 and byte not in b"\t\n\r\f\x1b")
    return controls <= len(head) * _MAX_CONTROL_SHARE


def _binary_name(head: bytes, url: str) -> str:
    """What puremagic calls the bytes, or the extension, or plainly binary data."""
    import puremagic

    try:
        matches = puremagic.magic_string(head)
    except puremagic.PureError:
        matches = []
    if matches:
        # Many formats share a container (ZIP, OLE): the extension picks among its equals.
        extension = _extension(url)
        best = next((match for match in matches if match.extension == extension), matches[0])
        return str(best.name or best.mime_type)
    return f"binary data ({_extension(url) or 'no extension'})"


def _peek(head: bytes) -> str:
    if has_unicode_mark(head) and not head.startswith(b"\xef\xbb\xbf"):
        codec = "utf-32" if head[:4] in (b"\xff\xfe\0\0", b"\0\0\xfe\xff") else "utf-16"
        return head[: len(head) // 4 * 4].decode(codec, errors="ignore")
    return head.decode("utf-8", errors="ignore")


def _is_notebook(content: bytes) -> bool:
    try:
        book = json.loads(content)
    except ValueError:
        return False
    return isinstance(book, dict) and "nbformat" in book and ("cells" in book or "worksheets" in book)


def _extension(url: str) -> str:
    return PurePosixPath(urlsplit(url).path).suffix.lower()


_MARKDOWN_MARKS = (
    (re.compile(r"^#{1,6} \S", re.MULTILINE), "headings"),
    (re.compile(r"^(?:```|~~~)", re.MULTILINE), "fences"),
    (re.compile(r"\[[^\]\n]+\]\([^)\n]+\)"), "links"),
    (re.compile(r"(?<!\w)(?:\*\*|__)\w[^*_\n]*(?:\*\*|__)(?!\w)"), "emphasis"),
)


def _markdown_marks(head: str) -> str:
    """Names of the Markdown marks found when there are two kinds of them, which plain text hardly has; else ''."""
    kinds = [name for pattern, name in _MARKDOWN_MARKS if pattern.search(head)]
    return " and ".join(kinds) if len(kinds) >= 2 else ""
