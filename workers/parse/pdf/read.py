"""PDF to blocks through PyMuPDF's spans; pages without a usable text layer go to OCR."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache
from typing import TYPE_CHECKING, Any

from agent.errors import DocumentRejected
from agent.job.records import Decision
from workers.parse.blocks import one_line
from workers.parse.licence import stated_in_metadata, stated_on_first_page
from workers.parse.parsed import Parsed
from workers.parse.pdf import layout
from workers.parse.pdf.layout import Line

if TYPE_CHECKING:
    from workers.parse.ocr.page import OcrPage

_BOLD, _MONO = 1 << 4, 1 << 3
"""Bits of a span's flags: https://pymupdf.readthedocs.io/en/latest/app1.html"""

_MIN_LAYER_LETTERS = 25
"""A page with fewer letters and a large picture is a scan with a stamp or a page number."""

_MAX_UNREADABLE_SHARE = 0.2
"""Fonts without a Unicode map give replacement and private-use characters; above a fifth, the picture reads better."""

_MIN_PICTURE_SHARE = 0.4
"""Share of the page that a picture covers when the page is a scan."""


def read_pdf(
    content: bytes,
    *,
    max_pages: int,
    ocr_language: str | None,
    on_page: Callable[[int, int], None] = lambda done, total: None,
) -> Parsed:
    """The blocks of a PDF, with page numbers, and what its metadata and first page state.

    ``ocr_language`` is a Tesseract language (``eng``, ``eng+deu``), or None to leave scanned pages out. ``on_page``
    is called with (pages done, pages) after each page.

    Raises:
        DocumentRejected: ``encrypted_pdf``, ``corrupt_pdf``, ``too_long``, ``no_text``, or what OCR raises.
    """
    mupdf = _mupdf()
    try:
        with mupdf.open(stream=content, filetype="pdf") as book:
            return _read(book, max_pages, ocr_language, on_page)
    except (mupdf.FileDataError, mupdf.EmptyFileError) as error:
        raise DocumentRejected("corrupt_pdf", one_line(str(error))) from error
    except (mupdf.mupdf.FzErrorBase, RuntimeError, ValueError) as error:
        raise DocumentRejected("corrupt_pdf", f"{type(error).__name__}: {one_line(str(error))}") from error


@cache
def _mupdf() -> Any:
    """PyMuPDF, silent: what it prints about broken files we say ourselves. Typed as Any, since it is typed in part."""
    import pymupdf

    mupdf: Any = pymupdf
    mupdf.TOOLS.mupdf_display_errors(False)
    mupdf.TOOLS.mupdf_display_warnings(False)
    return mupdf


def _read(book: Any, max_pages: int, ocr_language: str | None, on_page: Callable[[int, int], None]) -> Parsed:
    if book.needs_pass:
        raise DocumentRejected("encrypted_pdf", "it opens only with a password")
    if book.page_count == 0:
        raise DocumentRejected("corrupt_pdf", "no page could be found in it")
    if book.page_count > max_pages:
        raise DocumentRejected("too_long", f"{book.page_count} pages, parse.max_pages is {max_pages}")
    pages, heights, scanned = [], [], 0
    decisions: list[Decision] = []
    for number, page in enumerate(book, 1):
        lines = list(_lines(page, number))
        if _is_scan(page, lines):
            scanned += 1
            lines = []
            if ocr_language is not None:
                seen = _read_scan(page, number, ocr_language)
                lines, decisions = seen.lines, [*decisions, *seen.decisions]
        pages.append(lines)
        heights.append(page.rect.height)
        on_page(number, book.page_count)
    if not any(pages):
        damaged = book.is_repaired and not scanned
        reason = "corrupt_pdf" if damaged else "no_text"
        raise DocumentRejected(
            reason, f"{scanned} of {book.page_count} pages are scans; parse.ocr reads them" if scanned else ""
        )
    parsed = _assemble(book, pages, heights, scanned if ocr_language is not None else 0)
    return parsed.model_copy(update={"decisions": (*parsed.decisions, *decisions)})


def _assemble(book: Any, pages: list[list[Line]], heights: list[float], scanned: int) -> Parsed:
    first = "\n".join(line.text for line in pages[0])
    pages = layout.without_running_lines(pages, heights)
    style = layout.style_of(line for lines in pages for line in lines)
    regions = [region for lines in pages for region in layout.reading_order(lines)]
    found = layout.to_blocks(regions, style)
    metadata = book.metadata or {}
    return Parsed(
        blocks=tuple(found),
        parser="ocr" if scanned * 2 > len(pages) else "pdf",
        title=_title(str(metadata.get("title") or "")) or next((block.text for block in found if block.level == 1), ""),
        authors=tuple(
            name for name in map(one_line, re.split(r"[;,]| and ", str(metadata.get("author") or ""))) if name
        ),
        date=_date(str(metadata.get("creationDate") or "")),
        licence=stated_in_metadata(
            str(metadata.get("keywords") or ""), str(metadata.get("subject") or ""), book.get_xml_metadata()
        )
        or stated_on_first_page(first),
        pages=len(pages),
        ocr_pages=scanned,
    )


def _lines(page: Any, number: int) -> Iterator[Line]:
    """The horizontal lines of a page's text layer; ligatures spread, soft hyphens and spaces tidied."""
    flags = _mupdf().TEXT_PRESERVE_WHITESPACE | _mupdf().TEXT_MEDIABOX_CLIP
    for block in page.get_text("dict", flags=flags)["blocks"]:
        for line in block.get("lines", ()):
            if abs(line["dir"][1]) > 0.1:  # stamps and watermarks up the margin
                continue
            if found := _line(line, number):
                yield found


def _line(line: dict[str, Any], number: int) -> Line | None:
    spans = [span for span in line["spans"] if span["text"].strip()]
    text = "".join(span["text"] for span in line["spans"])
    if not spans or not text.strip():
        return None
    weight = sum(len(span["text"]) for span in spans)
    main = max(spans, key=lambda span: len(span["text"]))
    x0, y0, x1, y1 = line["bbox"]
    return Line(
        text=text.replace("\u00ad", "-").rstrip() if _mono(main) else one_line(text.replace("\u00ad", "-")),
        x0=x0, y0=y0, x1=x1, y1=y1, size=float(main["size"]),
        bold=sum(len(span["text"]) for span in spans if _bold(span)) > 0.9 * weight,
        mono=sum(len(span["text"]) for span in spans if _mono(span)) > 0.9 * weight,
        page=number,
    )  # fmt: skip


def _bold(span: dict[str, Any]) -> bool:
    return bool(span["flags"] & _BOLD) or bool(re.search(r"bold|black|heavy|demi", span["font"], re.IGNORECASE))


def _mono(span: dict[str, Any]) -> bool:
    return bool(span["flags"] & _MONO) or bool(re.search(r"mono|courier|consol|cmtt", span["font"], re.IGNORECASE))


def _is_scan(page: Any, lines: list[Line]) -> bool:
    """Whether the page is a picture of text, or its text layer cannot be read."""
    text = "".join(line.text for line in lines)
    letters = sum(1 for letter in text if letter.isalnum())
    if letters >= _MIN_LAYER_LETTERS:
        unreadable = sum(1 for letter in text if letter == "\ufffd" or "\ue000" <= letter <= "\uf8ff")
        return unreadable > _MAX_UNREADABLE_SHARE * len(text)
    area = abs(page.rect)
    covered = sum(abs(page.rect & picture["bbox"]) for picture in page.get_image_info())
    return bool(area) and covered >= _MIN_PICTURE_SHARE * area


def _read_scan(page: Any, number: int, language: str) -> OcrPage:
    from workers.parse.ocr import page as ocr

    return ocr.read_page(page, number, language)


_USELESS_TITLE = re.compile(
    r"untitled|microsoft word|\.(?:docx?|tex|dvi|indd|qxd|pdf)$|^[\W\d_]*$|^slide \d+", re.IGNORECASE
)


def _title(title: str) -> str:
    """The metadata's title unless a program put a file name there."""
    title = one_line(title)
    return "" if _USELESS_TITLE.search(title) or len(title) < 4 else title


def _date(stamp: str) -> str:
    """``D:20240131…`` (ISO 32000-1, 7.9.4) as 2024-01-31."""
    match = re.match(r"D:(\d{4})(\d{2})(\d{2})", stamp)
    return "-".join(match.groups()) if match else ""
