"""Chunks: whole blocks, one path of headings, never too long."""

from __future__ import annotations

import pytest

from agent.job.records import Block, BlockKind, Chunk, Split
from tests.workers.parse.shards import PROSE, document
from workers.parse.curate.chunk import chunks_of, refusal
from workers.parse.curate.tokens import estimate_tokens


def heading(text: str, level: int) -> Block:
    return Block(kind=BlockKind.HEADING, text=text, level=level)


def cut(*texts: str | Block, limit: int = 220, least: int = 24) -> list[Chunk]:
    return chunks_of(document("d", *texts), Split.TRAIN, chunk_tokens=limit, min_chunk_tokens=least)


def why(chunk: Chunk) -> str:
    return refusal(chunk, chunk_tokens=220, min_chunk_tokens=24)


def test_each_section_is_a_chunk_with_the_path_of_its_headings() -> None:
    chunks = cut(heading("Gates", 1), PROSE, heading("Hadamard", 2), PROSE + " H.", heading("Noise", 1), PROSE + " N.")
    assert [chunk.headings for chunk in chunks] == [("Gates",), ("Gates", "Hadamard"), ("Noise",)]
    assert [chunk.id for chunk in chunks] == ["d-0", "d-1", "d-2"]
    assert chunks[1].text == PROSE + " H."


def test_short_sections_share_a_chunk_that_shows_their_headings() -> None:
    chunks = cut(
        heading("Glossary", 1), heading("Qubit", 2), "A two-level system.", heading("Gate", 2), "A step.", PROSE
    )
    assert [chunk.headings for chunk in chunks] == [("Glossary",)]
    assert [block.text for block in chunks[0].blocks] == ["Qubit", "A two-level system.", "Gate", "A step.", PROSE]


def test_a_long_paragraph_is_cut_between_sentences() -> None:
    sentences = [f"This is sentence number {number} about qubits, e.g. trapped ions." for number in range(40)]
    chunks = cut(" ".join(sentences), limit=80)
    assert all(chunk.tokens <= 80 for chunk in chunks)
    assert all(chunk.text.startswith("This is") and chunk.text.endswith("ions.") for chunk in chunks)
    assert " ".join(chunk.text for chunk in chunks) == " ".join(sentences)


def test_a_long_table_is_cut_between_rows_with_its_head_repeated() -> None:
    rows = [f"| gate {number} | {number} ns |" for number in range(60)]
    table = Block(kind=BlockKind.TABLE, text="\n".join(["| Gate | Time |", "| --- | --- |", *rows]))
    chunks = cut(table, limit=100)
    assert len(chunks) > 2 and all(chunk.text.startswith("| Gate | Time |\n| --- |") for chunk in chunks)


def test_the_sentence_that_announces_a_list_goes_with_it() -> None:
    items = Block(kind=BlockKind.LIST, text="\n".join(f"- item number {number} of the list" for number in range(12)))
    chunks = cut(PROSE, "The items are as follows:", items, limit=140)
    assert chunks[1].text.startswith("The items are as follows:\n\n- item number 0")


def test_no_chunk_is_longer_than_asked_even_without_sentences() -> None:
    assert all(chunk.tokens <= 64 for chunk in cut("word " * 500, limit=64))


def test_reference_lists_menus_fragments_and_broken_formulas_are_refused() -> None:
    references = "\n".join(f"- A. Author, Some journal, vol. {n}, (2001)" for n in range(5))
    menu = "\n".join(f"- Menu entry {n}" for n in range(12))
    formulas = "0 1 0 4 | S 0 | O1 O3 4 | L V 0 E1 E3 4 | D D 0 1 3 3 4 | 0 0 1 1 0 1"
    assert [why(chunk) for chunk in cut(heading("References", 1), PROSE)] == ["reference_list"]
    assert [why(chunk) for chunk in cut(Block(kind=BlockKind.LIST, text=references))] == ["reference_list"]
    assert [why(chunk) for chunk in cut(Block(kind=BlockKind.LIST, text=menu))] == ["navigation"]
    assert [why(chunk) for chunk in cut(formulas)] == ["no_prose"]
    assert [why(chunk) for chunk in cut("Too short.")] == ["too_short"]
    assert [why(chunk) for chunk in cut("$$" + "a_1 + " * 200 + "$$")] == ["too_long"]


def test_prose_code_and_tables_are_not_refused() -> None:
    code = Block(kind=BlockKind.CODE, text="\n".join(f"h({n}); cnot({n}, {n + 1})" for n in range(6)))
    assert [why(chunk) for chunk in (*cut(PROSE), *cut(code))] == ["", ""]


@pytest.mark.parametrize(("text", "least", "most"), [("", 0, 0), (PROSE, 95, 110), ("1234567890", 10, 11)])
def test_tokens_are_estimated_from_words_digits_and_marks(text: str, least: int, most: int) -> None:
    assert least <= estimate_tokens(text) <= most
