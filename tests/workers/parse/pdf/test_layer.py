"""Whether a page's text layer is good: born digital, scanned, stamped, mapped wrong, read badly before."""

from __future__ import annotations

from importlib.resources import files

import pymupdf
import pytest

from tests.bench.pdf_layers import Made, mixed_pages
from workers.parse.pdf.layer import judged, letter_likeness, odd_share, unreadable_share
from workers.parse.pdf.read import read_pdf
from workers.parse.pdf.spans import page_text

PAPER = (files("agent.demo") / "site" / "papers" / "density-matrices.pdf").read_bytes()
MADE = list(mixed_pages([PAPER], 1))


@pytest.mark.parametrize("made", MADE, ids=[kind for kind, _, _ in MADE])
def test_the_right_pages_go_to_ocr(made: Made) -> None:
    _, needs_ocr, content = made
    with pymupdf.open(stream=content, filetype="pdf") as book:
        decision = judged(book[0], page_text(book[0], 1))
    assert (decision is not None and decision.choice == "ocr") == needs_ocr


def test_the_decision_names_what_was_measured_and_a_page_left_out_says_so() -> None:
    scan = next(content for kind, _, content in MADE if kind == "picture with a stamp")
    with pymupdf.open(stream=PAPER, filetype="pdf") as book, pymupdf.open(stream=scan, filetype="pdf") as page:
        pages = book.page_count
        book.insert_pdf(page)
        parsed = read_pdf(book.tobytes(), max_pages=99, ocr_language=None)
    decision = next(each for each in parsed.decisions if each.step == "pdf.layer")
    assert (decision.choice, decision.page) == ("left_out", pages + 1)
    assert decision.measured["picture_share"] == 1.0 and decision.measured["text_bands"] >= 4
    assert parsed.ocr_pages == 0 and not any(block.page > pages for block in parsed.blocks)


def test_letters_of_a_language_are_told_from_letters_mapped_to_others() -> None:
    text = "The surface code needs only gates between neighbours on a grid and tolerates one error in a hundred. " * 3
    rotated = text.translate({code: (code - 97 + 7) % 26 + 97 for code in range(97, 123)})
    plain, wrong = letter_likeness(text), letter_likeness(rotated)
    assert plain is not None and wrong is not None and plain > 0.9 > 0.7 > wrong
    assert letter_likeness("too short") is None


def test_characters_without_a_meaning_and_words_without_a_form_are_counted() -> None:
    assert unreadable_share("\ufffd\ue001(cid:12) ab") == pytest.approx(10 / 12)
    assert odd_share("These are words, of 12 letters.") == 0
    assert odd_share("t^e qu|ck br0wn f~x") > 0.7
    assert odd_share("Contents . . . . . . . 4") == 0
