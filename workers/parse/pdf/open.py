"""Opens a PDF, or refuses it with a reason; says what in it is active and was left alone."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from agent.errors import DocumentRejected
from agent.job.records import Decision
from workers.parse.blocks import one_line
from workers.parse.pdf.spans import mupdf

_MAX_PAGE_POINTS = 20_000.0
"""Edge of a page; PDF ends at 14,400 points (200 inches, ISO 32000-1, annex C.2), larger ones are made to exhaust."""

_ACTIVE_NAMES = (
    ("JavaScript", (b"/JavaScript", b"/JS ", b"/JS(", b"/JS<")),
    ("programs to launch", (b"/Launch",)),
    ("embedded files", (b"/EmbeddedFile",)),
    ("a form of its own (XFA)", (b"/XFA",)),
)


@contextmanager
def opened(content: bytes) -> Iterator[Any]:
    """The open book; what PyMuPDF raises about it, then or later, becomes a refusal.

    Raises:
        DocumentRejected: ``encrypted_pdf``, ``corrupt_pdf``.
    """
    library = mupdf()
    try:
        with library.open(stream=content, filetype="pdf") as book:
            if book.needs_pass:
                raise DocumentRejected("encrypted_pdf", "it opens only with a password")
            if book.page_count == 0:
                raise DocumentRejected("corrupt_pdf", "no page could be found in it")
            yield book
    except (library.FileDataError, library.EmptyFileError) as error:
        raise DocumentRejected("corrupt_pdf", one_line(str(error))) from error
    except (library.mupdf.FzErrorBase, RuntimeError, ValueError, RecursionError) as error:
        raise DocumentRejected("corrupt_pdf", f"{type(error).__name__}: {one_line(str(error))}") from error


def check_size(page: Any, number: int) -> None:
    """Refuses a page of absurd size.

    Raises:
        DocumentRejected: ``page_too_large``.
    """
    if max(page.rect.width, page.rect.height) > _MAX_PAGE_POINTS:
        raise DocumentRejected(
            "page_too_large", f"page {number} measures {page.rect.width:.0f} x {page.rect.height:.0f} points"
        )


def active_content(book: Any, content: bytes) -> list[Decision]:
    """What the PDF would do or carry beside its pages, of which nothing is run or opened; none for plain ones."""
    found = {name for name, marks in _ACTIVE_NAMES if any(mark in content for mark in marks)}
    catalogue = book.pdf_catalog()
    for key, name in (("Names/JavaScript", "JavaScript"), ("AcroForm/XFA", "a form of its own (XFA)")):
        if book.xref_get_key(catalogue, key)[0] != "null":
            found.add(name)
    if book.embfile_count():
        found.add("embedded files")
    if not found:
        return []
    return [
        Decision(step="pdf.active", choice="ignored", reason=f"read as text only; it holds {', '.join(sorted(found))}")
    ]
