"""Tables: drawn by rules, ruled as in books, standing in line; and what only looks like one."""

from __future__ import annotations

from typing import Any

import pymupdf as typed_in_part

from agent.job.records import Block, BlockKind
from tests.workers.parse.papers import Placed, column, paper
from workers.parse.parsed import Parsed
from workers.parse.pdf.read import read_pdf

pymupdf: Any = typed_in_part

ROWS = [
    ("Carrier", "Gate time", "Error"),
    ("Trapped ion", "10 us", "0.1 %"),
    ("Transmon", "20 ns", "0.2 %"),
    ("Neutral atom", "1 us", "0.5 %"),
    ("Photon", "1 ps", "2 %"),
]
MARKDOWN = (
    "| Carrier | Gate time | Error |\n| --- | --- | --- |\n| Trapped ion | 10 us | 0.1 % |\n"
    "| Transmon | 20 ns | 0.2 % |\n| Neutral atom | 1 us | 0.5 % |\n| Photon | 1 ps | 2 % |"
)
LEFTS = (80.0, 230.0, 360.0)
TOP, PITCH = 200.0, 18.0


def placed_rows() -> list[Placed]:
    prose = column(["The carriers of a qubit differ in speed and in care, as this table says."], 60, 120)
    cells = [
        (left, TOP + row * PITCH, cell, 11.0, "helv")
        for row, cells in enumerate(ROWS)
        for left, cell in zip(LEFTS, cells, strict=True)
    ]
    after = column(["Table 1: Carriers of a qubit.", "", "Nothing else is known about them."], 60, 320)
    return [*prose, *cells, *after]


def drawn(*, across: list[float], down: list[float]) -> bytes:
    """The page with the rows and rules at these y and x."""
    with pymupdf.open(stream=paper([placed_rows()]), filetype="pdf") as book:
        page = book[0]
        for y in across:
            page.draw_line((70, y), (450, y), width=0.6)
        for x in down:
            page.draw_line((x, TOP - 14), (x, TOP - 14 + len(ROWS) * PITCH), width=0.6)
        made: bytes = book.tobytes()
        return made


def read(content: bytes, *, layout: bool = False) -> Parsed:
    return read_pdf(content, max_pages=9, ocr_language=None, layout=layout)


def tables(parsed: Parsed) -> list[Block]:
    return [block for block in parsed.blocks if block.kind is BlockKind.TABLE]


def borders() -> list[float]:
    return [TOP - 14 + row * PITCH for row in range(len(ROWS) + 1)]


def test_a_table_in_a_grid_of_rules_is_kept_between_the_text_around_it() -> None:
    parsed = read(drawn(across=borders(), down=[70, 220, 350, 450]))
    assert [block.kind.value for block in parsed.blocks] == ["paragraph", "table", "caption", "paragraph"]
    assert parsed.blocks[1].text == MARKDOWN
    assert parsed.blocks[1].page == 1 and parsed.blocks[1].box is not None
    assert [(decision.step, decision.choice) for decision in parsed.decisions] == [("pdf.layout", "rules")]


def test_a_table_with_three_rules_as_in_books_is_kept() -> None:
    parsed = read(drawn(across=[borders()[0], borders()[1], borders()[-1]], down=[]))
    assert [block.text for block in tables(parsed)] == [MARKDOWN]


def test_the_layout_model_is_asked_about_rows_of_cells_without_rules_and_only_then() -> None:
    parsed = read(paper([placed_rows()]), layout=True)
    assert [(decision.choice, decision.page) for decision in parsed.decisions] == [("model", 1)]
    assert parsed.decisions[0].measured["rows_in_line"] == len(ROWS)
    plain = read(paper([column(["One line of prose stands above another one."] * 8, 60, 100)]), layout=True)
    assert plain.decisions == ()


def test_rows_of_cells_are_a_table_without_the_model_too() -> None:
    parsed = read(paper([placed_rows()]))
    assert [block.text for block in tables(parsed)] == [MARKDOWN]
    assert parsed.decisions[0].choice == "alignment"


def test_a_frame_around_text_and_rules_under_running_lines_are_no_tables() -> None:
    with pymupdf.open(
        stream=paper([column(["A note in a frame stands here alone."] * 4, 90, 200)]), filetype="pdf"
    ) as book:
        page = book[0]
        page.draw_rect(pymupdf.Rect(80, 180, 400, 270))
        for y in (30, 45, 800):
            page.draw_line((60, y), (530, y))
        content = book.tobytes()
    parsed = read(content)
    assert tables(parsed) == [] and parsed.decisions == ()


def test_a_table_that_goes_on_over_the_page_under_the_same_head_is_one() -> None:
    content = drawn(across=borders(), down=[70, 220, 350, 450])
    with pymupdf.open() as book, pymupdf.open(stream=content, filetype="pdf") as one:
        for _ in range(2):
            book.insert_pdf(one)
        for page in book:
            page.add_redact_annot((0, 100, 600, 140))
            page.add_redact_annot((0, 300, 600, 400))
            page.apply_redactions()
        parsed = read(book.tobytes())
    assert len(tables(parsed)) == 1
    assert len(tables(parsed)[0].text.splitlines()) == 2 + 2 * (len(ROWS) - 1)
