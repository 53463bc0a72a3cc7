"""Halves of paragraphs and words, put together where something had broken them."""

from __future__ import annotations

from agent.job.records import Block, BlockKind
from workers.parse.clean.languages import writing
from workers.parse.clean.paragraphs import joined

FIRST = "The surface code needs a lattice of physical qubits, and the errors of its stabiliser"


def paragraph(text: str, page: int = 0, **fields: object) -> Block:
    return Block.model_validate({"kind": BlockKind.PARAGRAPH, "text": text, "page": page, **fields})


def texts(*blocks: Block, language: str = "en") -> list[str]:
    return [block.text for block in joined(blocks, writing(language)).blocks]


def test_a_paragraph_goes_on_over_the_end_of_a_page() -> None:
    second = "measurements are decoded in every round."
    assert texts(paragraph(FIRST, 1), paragraph(second, 2)) == [f"{FIRST} {second}"]


def test_and_over_the_end_of_a_column_where_it_keeps_its_place() -> None:
    upper = paragraph("measurements are decoded.", 1, box=(300, 50, 500, 90), start=90, end=115, confidence=0.5)
    lower = paragraph(FIRST, 1, box=(50, 700, 250, 790), start=0, end=85, confidence=0.9)
    (block,) = joined([lower, upper], writing("en")).blocks
    assert block.box == (50, 50, 500, 790) and (block.start, block.end) == (0, 115)
    assert block.confidence is not None and 0.5 < block.confidence < 0.9


def test_what_ends_a_sentence_or_begins_one_or_stands_on_one_page_is_not_joined() -> None:
    for first, second in (
        (paragraph(FIRST + " fail.", 1), paragraph("measurements fail too.", 2)),
        (paragraph(FIRST, 1), paragraph("Measurements fail too.", 2)),
        (paragraph(FIRST, 1), paragraph("measurements fail too.", 1)),
        (paragraph(FIRST), paragraph("measurements fail too.")),
        (paragraph("apples", 1), paragraph("oranges", 2)),
    ):
        assert texts(first, second) == [first.text, second.text]


def test_a_word_cut_at_the_end_of_a_line_is_put_together() -> None:
    assert texts(paragraph(f"{FIRST} measure-"), paragraph("ments are decoded.")) == [
        f"{FIRST} measurements are decoded."
    ]
    assert texts(paragraph("All infor- mation is physical, and information is lost.")) == [
        "All information is physical, and information is lost."
    ]


def test_a_hyphen_that_belongs_to_the_word_stays() -> None:
    assert texts(paragraph("pre- and post-selection")) == ["pre- and post-selection"]
    german = "Das Buch behandelt auf vielen Seiten die gesamte Entwicklung von Hard-"
    assert texts(paragraph(german), paragraph("und Software."), language="de") == [f"{german} und Software."]
