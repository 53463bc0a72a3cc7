"""Floors under what is read out of PDFs: text, order, headings, tables, the choice of pages for OCR.

The pages are set by PyMuPDF from our own text, so that every word, heading and cell of them is known; the real books
are in ``python -m tests.bench pdf``.
"""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files
from pathlib import Path

from agent.job.records import BlockKind
from tests.bench.bench_pdf import bag_f1, decides_ocr, long_order, words
from tests.bench.pdf_layers import mixed_pages
from tests.bench.pdf_pages import TABLE_ROWS, Made, two_column_paper
from workers.parse.parsed import Parsed
from workers.parse.pdf.read import read_pdf
from workers.parse.pdf.style import letters_of

ROOT = Path(__file__).resolve().parents[2]
TEXT_F1 = 0.985
"""Word-bag F1 over the whole paper; 0.9996 when pinned."""
WORD_ORDER = 0.985
"""Words that stand once, in the longest run in order; 1.0 when pinned."""
LAYER_RIGHT = 0.98
"""Pages of the mixed set whose decision is right; 1.0 when pinned."""


@cache
def made() -> Made:
    return two_column_paper((ROOT / "scripts" / "demo_pdfs" / "density-matrices.md").read_text(encoding="utf-8"))


@cache
def parsed() -> Parsed:
    return read_pdf(made().pdf, max_pages=99, ocr_language=None, layout=False)


def test_every_word_of_a_two_column_paper_is_read_in_order() -> None:
    found = words(" ".join(block.text.replace("|", " ").replace("---", "") for block in parsed().blocks))
    truth = words(made().text)
    assert bag_f1(found, truth) >= TEXT_F1
    assert long_order(found, truth) >= WORD_ORDER


def test_no_word_stays_divided_and_no_running_line_stays() -> None:
    text = " ".join(block.text for block in parsed().blocks)
    assert not re.search(r"\w- \w", text)
    assert made().running not in text


def test_headings_are_found_on_their_levels_and_nothing_else_is_one() -> None:
    found = [(block.level, letters_of(block.text)) for block in parsed().blocks if block.kind is BlockKind.HEADING]
    assert found == [(level, letters_of(title)) for level, title in made().headings]


def test_the_table_is_kept_with_its_caption() -> None:
    kinds = [block.kind for block in parsed().blocks]
    table = next(block for block in parsed().blocks if block.kind is BlockKind.TABLE)
    cells = [tuple(cell.strip() for cell in row.strip("|").split("|")) for row in table.text.splitlines()]
    assert [cells[0], *cells[2:]] == [tuple(row) for row in TABLE_ROWS]
    assert BlockKind.CAPTION in kinds


def test_pages_that_need_ocr_are_told_from_those_that_do_not() -> None:
    paper = (files("agent.demo") / "site" / "papers" / "error-mitigation.pdf").read_bytes()
    right = [decides_ocr(content) == needs_ocr for _, needs_ocr, content in mixed_pages([paper], 2)]
    assert sum(right) / len(right) >= LAYER_RIGHT
