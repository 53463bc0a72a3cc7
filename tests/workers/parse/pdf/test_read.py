"""PDFs as they come: columns, running lines, scans, passwords, broken files."""

from __future__ import annotations

import pytest

from agent.errors import DocumentRejected
from agent.job.records import BlockKind
from tests.workers.parse.papers import column, paper, scanned
from workers.parse.parsed import Parsed
from workers.parse.pdf.read import read_pdf

LEFT = [
    "Quantum error correction protects",
    "information by spreading one logi-",
    "cal qubit over many physical ones.",
    "Measurements of parities reveal",
    "errors without revealing the state,",
    "so that they can be repaired and",
]
RIGHT = [
    "the computation goes on unharmed.",
    "The surface code needs only gates",
    "between neighbours on a grid and",
    "tolerates about one error in every",
    "hundred operations of the machine.",
]


def read(content: bytes, **options: object) -> Parsed:
    settings: dict[str, object] = {"max_pages": 50, "ocr_language": None, **options}
    return read_pdf(content, **settings)  # type: ignore[arg-type]


def refused(content: bytes, **options: object) -> DocumentRejected:
    with pytest.raises(DocumentRejected) as caught:
        read(content, **options)
    return caught.value


def test_two_columns_are_read_one_after_the_other_and_divided_words_are_joined() -> None:
    title = [(60.0, 80.0, "Error correction", 20.0, "hebo")]
    parsed = read(paper([[*title, *column(LEFT, 60, 130), *column(RIGHT, 320, 130)]]))
    assert parsed.title == "Error correction"
    assert [(block.kind, block.level) for block in parsed.blocks] == [(BlockKind.HEADING, 1), (BlockKind.PARAGRAPH, 0)]
    assert "one logical qubit over" in parsed.blocks[1].text
    assert "repaired and the computation goes on unharmed. The surface code" in parsed.blocks[1].text


def test_a_table_is_read_by_rows_and_not_as_columns() -> None:
    rows = [("Carrier", "Gate time"), ("Ion", "10 us"), ("Transmon", "20 ns"), ("Atom", "1 us")]
    lines = [
        line
        for row, (a, b) in enumerate(rows)
        for line in column([a], 60, 200 + row * 15) + column([b], 300, 200 + row * 15)
    ]
    text = "\n".join(block.text for block in read(paper([lines])).blocks)
    assert "Ion 10 us" in text and "Transmon 20 ns" in text


def test_running_headers_and_page_numbers_go_and_the_pages_are_noted() -> None:
    pages = []
    for number in range(1, 5):
        body = [
            f"Page {number} speaks about topic {chr(64 + number)} and about nothing else at all.",
            "It says so twice.",
        ]
        running = [
            (60.0, 40.0, f"Journal of Tests, volume 3, p. {number}", 9.0, "helv"),
            (290.0, 810.0, str(number), 9.0, "helv"),
        ]
        pages.append([*running, *column(body, 60, 150)])
    parsed = read(paper(pages))
    assert not any("Journal" in block.text for block in parsed.blocks)
    assert [block.page for block in parsed.blocks] == [1, 2, 3, 4]
    assert parsed.blocks[1].text == "Page 2 speaks about topic B and about nothing else at all. It says so twice."


def test_bold_lines_and_large_lines_are_headings_and_marked_lines_a_list() -> None:
    lines = [
        (60.0, 80.0, "Quantum gates", 18.0, "helv"),
        *column(["Gates act on the state of one or more qubits and can be undone."], 60, 110),
        (60.0, 150.0, "2. Common gates", 11.0, "hebo"),
        *column(
            ["• The Hadamard gate makes superpositions", "   of the two basis states.", "• CNOT entangles."],
            60,
            180,
        ),
    ]
    parsed = read(paper([lines]))
    assert [(block.kind, block.text) for block in parsed.blocks] == [
        (BlockKind.HEADING, "Quantum gates"),
        (BlockKind.PARAGRAPH, "Gates act on the state of one or more qubits and can be undone."),
        (BlockKind.HEADING, "2. Common gates"),
        (BlockKind.LIST, "- The Hadamard gate makes superpositions of the two basis states.\n- CNOT entangles."),
    ]  # fmt: skip


def test_lines_in_a_typewriter_font_are_code_with_their_indentation() -> None:
    code = column(["def bell():", "    h(0)", "    cnot(0, 1)"], 60, 200, font="cour")
    parsed = read(paper([[*column(["The circuit in code is as follows here."], 60, 100), *code]]))
    assert parsed.blocks[-1].kind is BlockKind.CODE
    assert parsed.blocks[-1].text == "def bell():\n    h(0)\n    cnot(0, 1)"


def test_a_licence_on_the_first_page_and_the_metadata_are_found() -> None:
    lines = column(["A paper", "This work is licensed under CC BY-SA 4.0", "Its text stands here in full."], 60, 100)
    parsed = read(
        paper([lines], metadata={"title": "On papers", "author": "A. One; B. Two", "creationDate": "D:20240131"})
    )
    assert parsed.licence == "CC-BY-SA-4.0"
    assert (parsed.title, parsed.authors, parsed.date) == ("On papers", ("A. One", "B. Two"), "2024-01-31")


def test_a_locked_pdf_is_rejected_as_encrypted() -> None:
    assert refused(paper([column(LEFT, 60, 100)], password="secret")).reason == "encrypted_pdf"


def test_a_pdf_cut_off_in_its_middle_is_rejected_as_corrupt() -> None:
    content = paper([column(LEFT, 60, 100)])
    assert refused(content[: len(content) // 4]).reason == "corrupt_pdf"


def test_a_pdf_with_more_pages_than_allowed_is_rejected_with_both_numbers() -> None:
    rejected = refused(paper([column(LEFT, 60, 100)] * 3), max_pages=2)
    assert (rejected.reason, rejected.detail) == ("too_long", "3 pages, parse.max_pages is 2")


def test_a_scan_without_ocr_is_rejected_with_the_switch_that_reads_it() -> None:
    rejected = refused(scanned(paper([column(LEFT, 60, 100)])))
    assert rejected.reason == "no_text" and "parse.ocr" in rejected.detail


def test_a_crooked_scan_is_read_by_tesseract_into_a_heading_and_a_paragraph() -> None:
    lines = [(60.0, 90.0, "Error correction", 12.0, "hebo"), *column([*LEFT, *RIGHT], 60, 130, size=12)]
    done: list[tuple[int, int]] = []
    parsed = read(
        scanned(paper([lines]), turned_degrees=2.0),
        ocr_language="eng",
        on_page=lambda page, pages: done.append((page, pages)),
    )
    assert (parsed.parser, parsed.ocr_pages, done) == ("ocr", 1, [(1, 1)])
    assert (parsed.blocks[0].kind, parsed.blocks[0].text) == (BlockKind.HEADING, "Error correction")
    assert "errors without revealing the state, so that they can be repaired" in " ".join(
        b.text for b in parsed.blocks[1:]
    )


def test_a_language_without_a_pack_is_rejected_with_the_way_to_get_it() -> None:
    rejected = refused(scanned(paper([column(LEFT, 60, 100)])), ocr_language="tlh")
    assert rejected.reason == "ocr_unavailable" and "tesseract-ocr-tlh" in rejected.detail
