"""A long PDF read in ranges of pages is the PDF read at once."""

from __future__ import annotations

import pytest

from agent.job.records import BlockKind
from tests.workers.parse.papers import Placed, column, paper
from workers.parse.pdf.join import joined
from workers.parse.pdf.read import read_pdf
from workers.parse.pdf.survey import SAMPLED_PAGES, sampled, survey

WORDS = [
    "state",
    "gate",
    "qubit",
    "error",
    "code",
    "photon",
    "trap",
    "noise",
    "phase",
    "basis",
    "channel",
    "circuit",
    "measure",
    "cavity",
    "ion",
    "spin",
]


def sentence(seed: int, length: int) -> str:
    return " ".join(WORDS[(seed * 7 + index * (3 + seed % 5)) % len(WORDS)] for index in range(length))


def book(pages: int) -> bytes:
    """Chapters in large type, sections in bold, a running header and a number; sentences run over the pages."""
    made: list[list[Placed]] = []
    for number in range(1, pages + 1):
        lines = [(60.0, 40.0, f"A Book of Tests, part {number}", 8.0, "helv"), (300.0, 815.0, str(number), 8.0, "helv")]
        if number % 4 == 1:
            lines.append((60.0, 90.0, f"{number // 4 + 1} Chapter about {WORDS[number % len(WORDS)]}", 18.0, "hebo"))
        lines.append((60.0, 130.0, f"{number // 4 + 1}.{number % 4} On the {sentence(number, 2)}", 12.0, "hebo"))
        # Some pages end in the middle of a sentence; the next one begins under its own heading or goes on.
        body = [sentence(number * 40 + row, 11) for row in range(30)]
        lines += column([*body[:-1], body[-1] + ("." if number % 3 else "")], 60, 160, size=10)
        made.append(lines)
    return paper(made, metadata={"title": "A book of tests"})


@pytest.mark.parametrize("cut", [1, 3, 7])
def test_ranges_joined_give_the_blocks_of_one_reading(cut: int) -> None:
    content = book(12)
    whole = read_pdf(content, max_pages=50, ocr_language=None)
    parts = [
        read_pdf(content, max_pages=50, ocr_language=None, first_page=first, last_page=first + cut - 1)
        for first in range(1, 13, cut)
    ]
    assert joined(parts) == whole
    assert [part.pages for part in parts] == [len(range(first, min(first + cut, 13))) for first in range(1, 13, cut)]


def test_a_sentence_cut_by_the_border_of_two_ranges_is_one_sentence_again() -> None:
    first = column(["The qubit is kept cold so that its state is pro-"], 60, 400)
    second = column(["tected from the heat of the room around it."], 60, 130)
    content = paper([first, second])
    parts = [read_pdf(content, max_pages=9, ocr_language=None, first_page=n, last_page=n) for n in (1, 2)]
    assert [block.text for block in joined(parts).blocks] == [
        "The qubit is kept cold so that its state is protected from the heat of the room around it."
    ]


def test_a_range_keeps_the_style_and_loses_the_running_lines_of_the_whole() -> None:
    content = book(12)
    part = read_pdf(content, max_pages=50, ocr_language=None, first_page=6, last_page=6)
    assert part.title == "A book of tests"
    assert not any("Book of Tests" in block.text for block in part.blocks)
    first = part.blocks[0]
    assert (first.kind, first.level, first.page) == (BlockKind.HEADING, 2, 6)


def test_a_survey_looks_at_few_pages_of_a_long_book_and_at_all_of_a_short_one() -> None:
    assert sampled(10) == list(range(1, 11))
    assert len(sampled(5000)) <= SAMPLED_PAGES
    assert {1, 2, 5000} <= set(sampled(5000)) and all(1 <= page <= 5000 for page in sampled(5000))
    seen = survey(book(9))
    assert (seen.pages, seen.body_size, seen.number_offset) == (9, 10.0, 0)
