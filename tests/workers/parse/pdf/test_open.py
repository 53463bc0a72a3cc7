"""What is refused, and what is read but not run: hostile and active PDFs."""

from __future__ import annotations

from typing import Any

import pymupdf as typed_in_part
import pytest

from agent.errors import DocumentRejected
from tests.workers.parse.papers import column, paper
from workers.parse.pdf.read import read_pdf

pymupdf: Any = typed_in_part
TEXT = column(["This page says one thing and does another."], 60, 100)


def reason(content: bytes) -> str:
    with pytest.raises(DocumentRejected) as caught:
        read_pdf(content, max_pages=50, ocr_language=None)
    return caught.value.reason


def pdf(*objects: str) -> bytes:
    """A PDF of these objects, numbered from 1, the first one the catalogue."""
    body, places = b"%PDF-1.7\n", []
    for number, each in enumerate(objects, 1):
        places.append(len(body))
        body += f"{number} 0 obj\n{each}\nendobj\n".encode()
    table = "".join(f"{place:010d} 00000 n \n" for place in places)
    size = len(objects) + 1
    end = f"xref\n0 {size}\n0000000000 65535 f \n{table}trailer <</Size {size} /Root 1 0 R>>\nstartxref\n{len(body)}"
    return body + f"{end}\n%%EOF".encode()


def test_javascript_and_embedded_files_are_ignored_and_this_is_said() -> None:
    with pymupdf.open(stream=paper([TEXT]), filetype="pdf") as book:
        book.embfile_add("payload.exe", b"MZ")
        script = book.get_new_xref()
        book.update_object(script, "<</S/JavaScript/JS(app.alert\\(1\\))>>")
        book.xref_set_key(book.pdf_catalog(), "OpenAction", f"{script} 0 R")
        content = book.tobytes()
    parsed = read_pdf(content, max_pages=5, ocr_language=None)
    assert [(each.step, each.choice) for each in parsed.decisions] == [("pdf.active", "ignored")]
    assert parsed.decisions[0].reason == "read as text only; it holds JavaScript, embedded files"
    assert parsed.blocks[0].text == "This page says one thing and does another."


def test_a_page_tree_that_holds_itself_is_refused() -> None:
    assert reason(pdf("<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Kids[2 0 R]/Count 1>>")) == "corrupt_pdf"


def test_a_pdf_without_pages_is_refused() -> None:
    assert reason(pdf("<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Kids[]/Count 0>>")) == "corrupt_pdf"


def test_a_page_as_large_as_a_town_is_refused() -> None:
    page = "<</Type/Page/Parent 2 0 R/MediaBox[0 0 900000 900000]>>"
    assert reason(pdf("<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Kids[3 0 R]/Count 1>>", page)) == "page_too_large"


def test_a_claim_of_a_million_pages_is_refused_before_any_is_looked_for() -> None:
    page = "<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>"
    content = pdf("<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Kids[3 0 R]/Count 1000000>>", page)
    assert reason(content) in ("too_long", "corrupt_pdf", "no_text")


def test_bytes_that_only_begin_like_a_pdf_are_refused() -> None:
    assert reason(b"%PDF-1.7\n" + b"\0\xff" * 500) == "corrupt_pdf"
