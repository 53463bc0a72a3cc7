"""Looks over a whole PDF cheaply, so that pages are read alike alone and together: sizes, margins, outline."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import Field

from agent.errors import DocumentRejected
from agent.job.records import Decision, Record
from workers.parse.pdf.hyphens import words_in
from workers.parse.pdf.metadata import Stated, stated
from workers.parse.pdf.open import active_content, opened
from workers.parse.pdf.running import margins_of, number_offset, repeated_shapes, without_running_lines
from workers.parse.pdf.spans import PageText, page_text
from workers.parse.pdf.style import Style, letters_of, style_of

SAMPLED_PAGES = 64
"""Pages looked at in a long document, in pairs of neighbours all over it: a third of a second of work."""

_MIN_LETTERS = 400
"""Letters of a text layer from which on it tells the document's style; scans with a stamp have fewer."""

_MAX_WORDS = 30_000


class HeadingLook(Record):
    """One look of headings and its level."""

    size: float = Field(description="Points, in halves.")
    bold: bool
    level: int


class PdfSurvey(Record):
    """What a range of pages must know of the whole document."""

    pages: int
    body_size: float = Field(0.0, description="Size of most letters in points; 0 where there is no text layer to tell.")
    headings: tuple[HeadingLook, ...] = ()
    anchor: int = Field(0, description="Level of headings numbered with one number, 0 where they carry none.")
    running: tuple[str, ...] = Field((), description="Shapes of the margin lines that repeat.")
    number_offset: int | None = Field(None, description="Place of a page less the number printed on it.")
    outline: tuple[tuple[int, int, str], ...] = Field((), description="(page, level, letters of the title).")
    words: frozenset[str] = Field(frozenset(), description="Words seen, in lower case, to tell hyphens by.", repr=False)
    stated: Stated = Field(default_factory=Stated)
    decisions: tuple[Decision, ...] = ()

    @property
    def style(self) -> Style:
        """The style as the layout rules take it."""
        return Style(self.body_size, {(look.size, look.bold): look.level for look in self.headings}, self.anchor)


def survey(content: bytes, *, outline: bool = True) -> PdfSurvey:
    """The survey of a PDF; ``outline`` says whether its own outline is evidence for its headings.

    Raises:
        DocumentRejected: ``encrypted_pdf``, ``corrupt_pdf``.
    """
    with opened(content) as book:
        return survey_of(book, content, outline=outline)[0]


def survey_of(book: Any, content: bytes, *, outline: bool = True) -> tuple[PdfSurvey, dict[int, PageText]]:
    """The survey of an open book, and the pages that were extracted for it, by number."""
    total = book.page_count
    seen: dict[int, PageText] = {}
    for number in sampled(total):
        try:
            seen[number] = page_text(book[number - 1], number)
        except DocumentRejected:
            raise
        except (RuntimeError, ValueError):
            continue  # a broken page is met again, and judged, by whoever reads it
    margins = {number: margins_of(number, page.lines, page.height) for number, page in seen.items()}
    shapes = repeated_shapes(list(margins.values()))
    offset = number_offset(list(margins.values()))
    body = [
        without_running_lines(page.lines, page.height, number, frozenset(shapes), offset, margins)
        for number, page in seen.items()
    ]
    entries = _outline(book, total) if outline else ()
    enough = sum(len(line.text) for lines in body for line in lines) >= _MIN_LETTERS
    style = style_of(body, by_page(entries)) if enough else Style(0.0)
    words = sorted(words_in(line.text for lines in body for line in lines))
    return (
        PdfSurvey(
            pages=total,
            body_size=style.body,
            headings=tuple(
                HeadingLook(size=size, bold=bold, level=level) for (size, bold), level in sorted(style.levels.items())
            ),
            anchor=style.anchor,
            running=shapes,
            number_offset=offset,
            outline=entries,
            words=frozenset(words[:_MAX_WORDS]),
            stated=stated(book, seen[1].lines if 1 in seen else ()),
            decisions=tuple(active_content(book, content)),
        ),
        seen,
    )


def sampled(total: int) -> list[int]:
    """The pages looked at: all of a short document; of a long one the first four and pairs spread over it."""
    if total <= SAMPLED_PAGES:
        return list(range(1, total + 1))
    pairs = (SAMPLED_PAGES - 4) // 2
    starts = (5 + (total - 6) * index // (pairs - 1) for index in range(pairs))
    return sorted({1, 2, 3, 4, *(page for start in starts for page in (start, min(start + 1, total)))})


def by_page(entries: tuple[tuple[int, int, str], ...]) -> Mapping[int, Mapping[str, int]]:
    """Outline entries by page: letters of the title -> level."""
    found: dict[int, dict[str, int]] = {}
    for page, level, title in entries:
        found.setdefault(page, {})[title] = level
    return found


def _outline(book: Any, total: int) -> tuple[tuple[int, int, str], ...]:
    try:
        entries = book.get_toc(simple=True)
    except (RuntimeError, ValueError, RecursionError):
        return ()
    return tuple(
        (page, level, letters)
        for level, title, page in entries
        if 1 <= page <= total and (letters := letters_of(title))
    )
