"""PDF to blocks: survey, then page by page the text layer or OCR, tables, reading order, and the pages joined."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from agent.errors import DocumentRejected
from agent.job.records import Block, Decision
from workers.parse.parsed import Parsed
from workers.parse.pdf.build import region_blocks
from workers.parse.pdf.join import appended, parser_name
from workers.parse.pdf.layer import judged
from workers.parse.pdf.layout import Line, reading_order
from workers.parse.pdf.open import check_size, opened
from workers.parse.pdf.running import (
    REACH,
    Margins,
    margins_of,
    number_offset,
    repeated_shapes,
    without_running_lines,
)
from workers.parse.pdf.spans import PageText, page_text
from workers.parse.pdf.style import style_of
from workers.parse.pdf.survey import PdfSurvey, by_page, survey_of
from workers.parse.pdf.tables import with_tables

if TYPE_CHECKING:
    from workers.parse.ocr.page import OcrPage


def read_pdf(
    content: bytes,
    *,
    max_pages: int,
    ocr_language: str | None,
    layout: bool = True,
    first_page: int = 1,
    last_page: int = 0,
    outline: bool = True,
    on_page: Callable[[int, int], None] = lambda done, total: None,
) -> Parsed:
    """The blocks of a PDF, or of its pages ``first_page`` to ``last_page`` (0: the last), and what it states.

    ``ocr_language`` is a Tesseract language (``eng``, ``eng+deu``), or None to leave scanned pages out; ``layout``
    lets the layout model read the pages that need it; ``outline`` lets the PDF's own outline speak for its headings.
    ``on_page`` is called with (pages done, pages) after each page. Ranges are put together by `join.joined`.

    Raises:
        DocumentRejected: ``encrypted_pdf``, ``corrupt_pdf``, ``too_long``, ``page_too_large``, ``no_text``, or what
            OCR raises.
    """
    with opened(content) as book:
        if book.page_count > max_pages:
            raise DocumentRejected("too_long", f"{book.page_count} pages, parse.max_pages is {max_pages}")
        seen, extracted = survey_of(book, content, outline=outline)
        numbers = range(max(1, first_page), min(last_page or seen.pages, seen.pages) + 1)
        return _read(book, seen, extracted, numbers, ocr_language, layout, on_page)


@dataclass
class _Pages:
    """What was taken from the pages of a range."""

    lines: dict[int, list[Line]] = field(default_factory=dict)
    texts: dict[int, PageText] = field(default_factory=dict)
    scanned: list[int] = field(default_factory=list)
    unread: list[int] = field(default_factory=list)
    decisions: list[Decision] = field(default_factory=list)


def _read(
    book: Any,
    seen: PdfSurvey,
    extracted: Mapping[int, PageText],
    numbers: range,
    ocr_language: str | None,
    layout: bool,
    on_page: Callable[[int, int], None],
) -> Parsed:
    pages = _Pages()
    for done, number in enumerate(numbers, 1):
        page = book[number - 1]
        check_size(page, number)
        text = extracted.get(number) or page_text(page, number)
        pages.texts[number] = text
        pages.lines[number] = _layer_or_ocr(page, text, ocr_language, pages)
        on_page(done, len(numbers))
    if not any(pages.lines.values()) and len(numbers) == seen.pages:
        _refuse(book, pages)
    margins = _margins(book, seen, numbers, extracted, pages)
    if len(pages.scanned) * 2 > len(numbers):  # the survey saw text layers only
        seen = seen.model_copy(
            update={
                "running": repeated_shapes(list(margins.values())),
                "number_offset": number_offset(list(margins.values())),
                "body_size": 0.0,
            }
        )
    shapes = frozenset(seen.running)
    body = {
        number: without_running_lines(lines, pages.texts[number].height, number, shapes, seen.number_offset, margins)
        for number, lines in pages.lines.items()
    }
    style = seen.style if seen.body_size else style_of(body.values(), by_page(seen.outline))
    found: list[Block] = []
    for number, lines in body.items():
        notes: list[Block] = []
        for region in reading_order(_with_tables(book, number, lines, layout, pages)):
            blocks, below = region_blocks(region, style, seen.words)
            appended(found, blocks, seen.words)
            notes += below
        found += notes
    return Parsed(
        blocks=tuple(found),
        parser=parser_name(len(pages.scanned), len(numbers)),
        **seen.stated.model_dump(),
        decisions=(*seen.decisions, *pages.decisions),
        pages=len(numbers),
        ocr_pages=len(pages.scanned),
    )


def _layer_or_ocr(page: Any, text: PageText, ocr_language: str | None, pages: _Pages) -> list[Line]:
    """The page's lines by the road that its text layer allows."""
    decision = judged(page, text)
    if decision is None:
        return list(text.lines)
    if decision.choice == "ocr" and ocr_language is None:
        decision = decision.model_copy(update={"choice": "left_out", "reason": f"{decision.reason}; parse.ocr is off"})
        pages.unread.append(text.number)
    pages.decisions.append(decision)
    if decision.choice == "ocr" and ocr_language is not None:
        pages.scanned.append(text.number)
        seen = _read_scan(page, text.number, ocr_language)
        pages.decisions.extend(seen.decisions)
        return seen.lines
    return [] if decision.choice == "left_out" else list(text.lines)


def _with_tables(book: Any, number: int, lines: list[Line], layout: bool, pages: _Pages) -> list[Line]:
    if number in pages.scanned or number in pages.unread or not lines:
        return lines
    found = with_tables(book[number - 1], pages.texts[number], lines, layout=layout)
    if found.decision:
        pages.decisions.append(found.decision)
    return found.lines


def _read_scan(page: Any, number: int, language: str) -> OcrPage:
    from workers.parse.ocr import page as ocr

    return ocr.read_page(page, number, language)


def _refuse(book: Any, pages: _Pages) -> None:
    scans = len(pages.scanned) + len(pages.unread)
    reason = "corrupt_pdf" if book.is_repaired and not scans else "no_text"
    all_pages = len(pages.lines)
    told = (
        f"{scans} of {all_pages} pages are scans; parse.ocr reads them"
        if scans
        else f"none of {all_pages} pages shows any"
    )
    raise DocumentRejected(reason, told)


def _margins(
    book: Any, seen: PdfSurvey, numbers: range, extracted: Mapping[int, PageText], pages: _Pages
) -> dict[int, Margins]:
    """The margins of the range's pages and of those just before and after it."""
    found = {number: margins_of(number, lines, pages.texts[number].height) for number, lines in pages.lines.items()}
    for number in (*range(numbers.start - REACH, numbers.start), *range(numbers.stop, numbers.stop + REACH)):
        if 1 <= number <= seen.pages:
            text = extracted.get(number) or page_text(book[number - 1], number)
            found[number] = margins_of(number, text.lines, text.height)
    return found
