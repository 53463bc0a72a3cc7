"""PDFs made for tests with PyMuPDF: text, two columns, scans, encrypted, cut off."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pymupdf as typed_in_part

pymupdf: Any = typed_in_part

A4 = pymupdf.paper_rect("a4")
Placed = tuple[float, float, str, float, str]
"""x, y of the base line, text, size, font"""


def paper(pages: Sequence[Sequence[Placed]], *, metadata: dict[str, str] | None = None, password: str = "") -> bytes:
    """A PDF with the lines placed as given."""
    book = pymupdf.open()
    for lines in pages:
        page = book.new_page(width=A4.width, height=A4.height)
        for x, y, text, size, font in lines:
            page.insert_text((x, y), text, fontsize=size, fontname=font)
    if metadata:
        book.set_metadata(metadata)
    if password:
        content: bytes = book.tobytes(encryption=pymupdf.PDF_ENCRYPT_AES_256, user_pw=password, owner_pw=password)
        return content
    plain: bytes = book.tobytes()
    return plain


def column(text: Sequence[str], x: float, y: float, size: float = 11, font: str = "helv") -> list[Placed]:
    """Lines under each other at a pitch of 1.3 times the size."""
    return [(x, y + index * size * 1.3, line, size, font) for index, line in enumerate(text)]


def scanned(content: bytes, *, dpi: int = 150, turned_degrees: float = 0.0) -> bytes:
    """The same pages as pictures, laid on the glass at an angle."""
    source, book = pymupdf.open(stream=content, filetype="pdf"), pymupdf.open()
    for page in source:
        turn = pymupdf.Matrix(dpi / 72, dpi / 72).prerotate(turned_degrees)
        picture = page.get_pixmap(matrix=turn, colorspace=pymupdf.csGRAY, alpha=False)
        target = book.new_page(width=A4.width, height=A4.height)
        target.insert_image(target.rect, pixmap=picture)
    scan: bytes = book.tobytes(deflate=True)
    return scan
