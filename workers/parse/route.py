"""What a document's bytes are: by their magic first, then by what was declared, then by the file extension.

Text has no magic: its opening stands for one, or a detector that is sure, since servers say text/plain of anything.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field

from agent.errors import DocumentRejected
from workers.parse.container import DOCX, EPUB, OLE_MAGIC, ZIP_MAGIC, ole_content, zip_content
from workers.parse.detect import Detected, detect, magic_name
from workers.parse.encoding import looks_like_text, peek
from workers.parse.formats.ocw import is_ocw
from workers.parse.media_types import MEDIA_TYPE, TEXT_FORMATS, Claims, Format


@dataclass(frozen=True)
class Route:
    """Which reader takes a document, and what decided."""

    format: Format
    reason: str
    """What decided, and which claims it contradicts."""
    measured: dict[str, float] = field(default_factory=dict)

    @property
    def media_type(self) -> str:
        """The media type of the format, by content."""
        return MEDIA_TYPE[self.format]


_HEAD_BYTES = 8192
_PDF_REACH_BYTES = 1024
"""PDF readers accept the header anywhere in the first 1024 bytes (ISO 32000-1, annex H.3.4.1)."""
_OPENING_CHARACTERS = 1024
"""Comments and an XML declaration may stand before the first element of a page."""
_SURE = 0.9
"""Score from which the detector's word on text outweighs declaration and extension. On 536 documents and 345 pages it
was never wrong above 0.75; below, it confuses Markdown, YAML and mail headers."""

_FEWEST_SURE_BYTES = 100
"""The detector takes ``print(1)`` for Lua, with certainty; of shorter texts nobody could tell."""

_HTML_OPENING = re.compile(r"<!doctype\s+html|<html[\s>]|<(?:head|body)[\s>]|<meta\s+charset|<title>", re.IGNORECASE)
_JATS_OPENING = re.compile(
    r"<pmc-articleset[\s>]|<!DOCTYPE\s+(?:\w+:)?article\s+PUBLIC\s+\"-//NLM//DTD"
    r"|<(?:\w+:)?article\s[^>]*(?:\bdtd-version=|\barticle-type=|/ns/archiving/|/ns/publishing/)"
)
"""An article in XML: by its document type, its attributes or its namespace; HTML has an element of the same name."""
_LATEX_OPENING = re.compile(
    r"(?:[ \t]*(?:%.*|\\(?:RequirePackage|PassOptionsTo\w+|makeatletter).*)?\n)*"
    r"[ \t]*(\\(?:documentclass|documentstyle|NeedsTeXFormat))"
)
_OTHER_MARKUP = (
    (re.compile(r"\{\\rtf"), "RTF (Rich Text Format)"),
    (re.compile(r"%!PS"), "PostScript"),
    (re.compile(r"(?:<\?xml[^>]*>\s*|<!--.*?-->\s*|<!DOCTYPE svg[^>]*>\s*)*<svg[\s>]", re.DOTALL), "SVG image"),
    (re.compile(r"(?:<\?xml[^>]*>\s*)?<(?:rss|feed|urlset)[\s>]"), "XML feed or sitemap"),
    (re.compile(r"<\?xml"), "XML of another kind"),
)

_BY_LABEL = {
    "html": Format.HTML, "markdown": Format.MARKDOWN, "rst": Format.RST, "latex": Format.LATEX, "txt": Format.TEXT,
}  # fmt: skip
_NAMES = {
    "doc": "legacy Word document (.doc)", "xls": "legacy Excel workbook (.xls)", "xlsx": "Excel workbook",
    "ppt": "legacy PowerPoint presentation (.ppt)", "pptx": "PowerPoint presentation", "png": "PNG image",
    "jpeg": "JPEG image", "gif": "GIF image", "tiff": "TIFF image", "webp": "WebP image", "mp4": "MP4 video",
    "rtf": "RTF (Rich Text Format)", "postscript": "PostScript", "svg": "SVG image", "toml": "TOML",
    "zip": "ZIP archive",
}  # fmt: skip
"""Plain names where the detector's own are its system's."""
_DATA = frozenset(("csv", "tsv", "json", "jsonl", "xml", "yaml", "html", "ipynb", "svg"))
"""Kinds that the detector counts as code, and people do not."""
_NEXT_STEPS = (
    (re.compile(r"word document|outlook|rtf", re.IGNORECASE), "save it as DOCX or PDF"),
    (re.compile(r"opendocument text", re.IGNORECASE), "save it as DOCX or PDF"),
    (re.compile(r"presentation|workbook|spreadsheet|drawing|publisher|djvu", re.IGNORECASE), "export it as PDF"),
    (re.compile(r"postscript", re.IGNORECASE), "convert it to PDF, for example by ps2pdf"),
    (re.compile(r"\bimage\b|portable network|jpeg|tiff|bitmap", re.IGNORECASE), "put it into a PDF for OCR"),
    (re.compile(r"archive|compressed", re.IGNORECASE), "unpack it and give the documents in it"),
)


def route(content: bytes, declared: str, url: str) -> Route:
    """Which reader takes these bytes.

    ``declared`` is the Content-Type as sent (parameters allowed), ``url`` gives the extension.

    Raises:
        DocumentRejected: ``no_text`` for empty bytes; ``unsupported_format`` with the format's name, what it was
            handed over as, and a next step; ``encrypted_docx``; ``corrupt_archive``, ``zip_bomb``.
    """
    claims = Claims.of(declared, url)
    head = content[:_HEAD_BYTES]
    if not content.strip(b" \t\r\n\f\0"):
        raise DocumentRejected("no_text", "the document is empty")
    if b"%PDF-" in head[:_PDF_REACH_BYTES]:
        return _route(Format.PDF, "begins with %PDF-", claims)
    if head.startswith(ZIP_MAGIC):
        return _route_container(zip_content(content), claims)
    if head.startswith(OLE_MAGIC):
        raise _unsupported(ole_content(content), claims)
    head = _page_without_nuls(head)
    if not looks_like_text(head):
        raise _unsupported(_binary_name(content), claims)
    opening = peek(head)
    return _by_opening(opening.lstrip("\ufeff \t\r\n"), content, claims) or _by_claims(opening, content, claims)


def _page_without_nuls(head: bytes) -> bytes:
    """What opens as a web page without its NULs, which browsers skip (HTML Standard, 13.2.5); all else as it is."""
    bare = head.replace(b"\0", b"")
    if bare != head and looks_like_text(bare) and _HTML_OPENING.match(peek(bare).lstrip()):
        return bare
    return head


def _route(format: Format, reason: str, claims: Claims, measured: dict[str, float] | None = None) -> Route:
    return Route(format, reason + claims.contradicting(format), measured or {})


def _route_container(found: str, claims: Claims) -> Route:
    match found:
        case container if container == EPUB:
            return _route(Format.EPUB, "a ZIP archive that says it is application/epub+zip", claims)
        case container if container == DOCX:
            return _route(Format.DOCX, "a ZIP archive whose main part is a Word document", claims)
        case name:
            raise _unsupported(name, claims)


def _by_opening(opening: str, content: bytes, claims: Claims) -> Route | None:
    """The road of text whose first characters tell what it is."""
    if opening.startswith("{") and _is_notebook(content):
        return _route(Format.NOTEBOOK, "JSON with cells and nbformat", claims)
    if opening.startswith("{") and is_ocw(content):
        return _route(Format.OCW, "JSON with OpenCourseWare's fields", claims)
    if opening.startswith("<"):
        start = opening[:_OPENING_CHARACTERS]
        if found := _JATS_OPENING.search(start):
            return _route(Format.JATS, f"begins with {' '.join(found[0].split())[:40]}", claims)
        # Markdown and reST may hold a page in the middle; they do not open with it.
        may_hold_html = claims.named_format in (Format.MARKDOWN, Format.RST)
        if found := (_HTML_OPENING.match(start) if may_hold_html else _HTML_OPENING.search(start)):
            return _route(Format.HTML, f"begins with {found[0].strip()}", claims)
    if found := _LATEX_OPENING.match(opening):
        return _route(Format.LATEX, f"begins with {found[1]}", claims)
    if name := next((name for pattern, name in _OTHER_MARKUP if pattern.match(opening)), ""):
        raise _unsupported(name, claims)
    return None


def _by_claims(opening: str, content: bytes, claims: Claims) -> Route:
    """The road of text without a mark: what was claimed, unless the detector is sure of something else."""
    seen = detect(content if content.isascii() else opening.encode("utf-8", "ignore"))
    if not seen.is_text:
        seen = Detected("txt", "text", "text", 0.0)
    measured = {"detector_score": round(seen.score, 3)}
    format, reason = claims.declared_format, f"declared as {claims.declared}"
    if format not in TEXT_FORMATS:
        format, reason = claims.named_format, f"extension {claims.extension}"
    found = _BY_LABEL.get(seen.label)
    sure = seen.score >= _SURE and len(content) >= _FEWEST_SURE_BYTES
    if claims.other and (found is None or not sure):
        raise _unsupported(claims.other, Claims("", ""))
    # Plain text is what a file is called when nobody cared; the detector's own threshold is enough against that.
    doubted = sure or format is Format.TEXT
    if doubted and found not in (None, Format.TEXT, format):
        assert found is not None
        return _route(found, f"reads as {seen.name}", claims, measured)
    # Front matter and settings in a file that is called a document do not make it data; a program it cannot be.
    is_other = _is_program(seen) or format in (None, Format.TEXT)
    if sure and found is None and seen.label != "unknown" and is_other:
        raise _unsupported(_name(seen), claims)
    if format in TEXT_FORMATS:
        assert format is not None
        return _route(format, reason, claims, measured)
    if format is Format.NOTEBOOK:
        raise _unsupported("JSON or text that is no notebook", claims)
    if found not in (None, Format.TEXT):
        assert found is not None
        return _route(found, f"reads as {seen.name}", claims, measured)
    if marks := _markdown_marks(opening):
        return _route(Format.MARKDOWN, f"text with Markdown {marks}", claims, measured)
    return _route(Format.TEXT, "text without markup", claims, measured)


def _unsupported(name: str, claims: Claims) -> DocumentRejected:
    step = next((step for pattern, step in _NEXT_STEPS if pattern.search(name)), "")
    said = claims.contradicting(None)
    return DocumentRejected("unsupported_format", name + said + (f"; {step}" if step else ""))


def _binary_name(content: bytes) -> str:
    seen = detect(content)
    if seen.label in ("unknown", "txt", "randombytes"):
        return magic_name(content) or "binary data of no known kind"
    return _name(seen)


def _name(seen: Detected) -> str:
    if seen.label in _NAMES:
        return _NAMES[seen.label]
    return f"source code ({seen.name})" if _is_program(seen) else seen.name


def _is_program(seen: Detected) -> bool:
    return seen.group == "code" and seen.label not in _DATA


def _is_notebook(content: bytes) -> bool:
    try:
        book = json.loads(content)
    except (ValueError, RecursionError):
        return False
    return isinstance(book, dict) and "nbformat" in book and ("cells" in book or "worksheets" in book)


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
