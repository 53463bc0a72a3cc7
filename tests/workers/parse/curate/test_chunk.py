"""Chunks: whole blocks, one path of headings, never too long."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.job.records import Block, BlockKind, Chunk, Split
from tests.workers.parse.shards import PROSE, document
from workers.parse.curate.chunk import Cutter
from workers.parse.curate.pieces import WHOLE
from workers.parse.curate.refusal import refusal
from workers.tokens.counter import TokenCounter
from workers.tokens.estimate import estimate_tokens


def heading(text: str, level: int) -> Block:
    return Block(kind=BlockKind.HEADING, text=text, level=level)


def estimated(texts: Sequence[str]) -> list[int]:
    return [estimate_tokens(text) for text in texts]


TOKENS = TokenCounter(estimated, "estimate", joint=2)


def cut(*texts: str | Block, limit: int = 220, least: int = 24, overlap: int = 0) -> list[Chunk]:
    return Cutter(TOKENS, limit, least, overlap).chunks(document("d", *texts), Split.TRAIN)


def block(kind: BlockKind, text: str) -> Block:
    return Block(kind=kind, text=text)


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


def test_code_and_tables_are_never_cut_but_refused_where_they_are_far_too_long() -> None:
    rows = [f"| gate {number} | {number} ns |" for number in range(60)]
    table = block(BlockKind.TABLE, "\n".join(["| Gate | Time |", "| --- | --- |", *rows]))
    code = block(BlockKind.CODE, "\n".join(f"h({n}); cnot({n}, {n + 1})" for n in range(300)))
    chunks = cut(PROSE, table, PROSE, code, PROSE)
    assert [chunk.blocks[0] for chunk in chunks][1::2] == [table, code]
    assert all(len(chunk.blocks) == 1 for chunk in chunks)
    assert [why(chunk) for chunk in chunks] == ["", "", "", "too_long", ""]


def test_captions_and_formulas_stay_with_what_they_belong_to() -> None:
    caption = block(BlockKind.CAPTION, "Table 1. How long the gates of a trapped ion take.")
    table = block(BlockKind.TABLE, "\n".join(f"| gate {number} | {number} ns |" for number in range(24)))
    formula = block(BlockKind.FORMULA, "$$\\rho(t) = e^{-\\gamma t} \\rho(0)$$")
    chunks = cut(PROSE, caption, table, PROSE + " Its state decays as", formula, "where the rate depends on the trap.",
                 PROSE, limit=120)  # fmt: skip
    assert [[each.kind.value for each in chunk.blocks] for chunk in chunks] == [
        ["paragraph"], ["caption", "table"], ["paragraph"], ["paragraph", "formula", "paragraph"], ["paragraph"],
    ]  # fmt: skip
    assert chunks[3].text.startswith("Its state decays as\n\n$$")


def test_a_heading_is_never_the_last_block_of_a_chunk() -> None:
    chunks = cut(heading("Glossary", 1), "A step.", heading("Gate", 2), PROSE, heading("Noise", 2), limit=100)
    assert not any(chunk.blocks[-1].level for chunk in chunks)
    assert [chunk.headings for chunk in chunks] == [("Glossary",), ("Glossary", "Gate")]


def test_overlapping_blocks_are_marked_and_each_thing_is_said_once_without_them() -> None:
    paragraphs = [f"Paragraph {number} says what gate {number} does to the state of a qubit." for number in range(20)]
    plain, chunks = cut(*paragraphs, limit=80), cut(*paragraphs, limit=80, overlap=1)
    assert len(chunks) > len(plain) > 2
    assert all(after.blocks[: after.overlap] == before.blocks[-1:] for before, after in pairwise(chunks))
    assert [chunk.overlap for chunk in chunks] == [0] + [1] * (len(chunks) - 1)
    assert "\n\n".join(chunk.own_text for chunk in chunks) == "\n\n".join(paragraphs)


KINDS = [kind for kind in BlockKind if kind is not BlockKind.HEADING]
TEXTS = st.sampled_from(["One.", "A gate acts on it:", "where it is so.", "Qubits are kept cold. " * 9, PROSE])


@settings(max_examples=40, deadline=None)
@given(
    blocks=st.lists(st.builds(block, st.sampled_from(KINDS), TEXTS) | st.builds(heading, TEXTS, st.integers(1, 3))),
    limit=st.integers(40, 120),
    overlap=st.integers(0, 2),
)
def test_chunks_hold_every_block_once_in_order_and_only_what_cannot_be_cut_is_too_long(
    blocks: list[Block], limit: int, overlap: int
) -> None:
    chunks = cut(*blocks, limit=limit, least=20, overlap=overlap) if blocks else []
    held = [each for chunk in chunks for each in chunk.blocks[chunk.overlap :] if not each.level]
    assert "".join("".join(each.text for each in held).split()) == "".join(
        "".join(each.text for each in blocks if not each.level).split()
    )
    for chunk in chunks:
        body = [each for each in chunk.blocks if not each.level]
        headings = sum(estimate_tokens(each.text) + 2 for each in chunk.blocks if each.level)
        assert body and not chunk.blocks[-1].level
        assert chunk.tokens <= limit + headings or any(each.kind in (*WHOLE, BlockKind.CAPTION) for each in body)
        assert chunk.tokens == sum(estimated([each.text for each in chunk.blocks])) + 2 * (len(chunk.blocks) - 1)


def test_sentences_end_as_they_do_in_the_language_of_the_document() -> None:
    sentence = "Das Ergebnis gilt z. B. für Ionen bzw. Atome usw. in Fallen."
    german = document("d", " ".join([sentence] * 9), language="de")
    chunks = Cutter(TOKENS, 45, 10).chunks(german, Split.TRAIN)
    assert all(chunk.text.startswith("Das Ergebnis") and chunk.text.endswith("Fallen.") for chunk in chunks)


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
    assert [why(chunk) for chunk in cut(block(BlockKind.FORMULA, "$$" + "a_1 + " * 200 + "$$"))] == ["too_long"]
    assert [why(chunk) for chunk in cut(*[block(BlockKind.FORMULA, "$$E_{total} = mc^2$$")] * 4)] == ["no_prose"]


def test_prose_code_and_tables_are_not_refused() -> None:
    code = Block(kind=BlockKind.CODE, text="\n".join(f"h({n}); cnot({n}, {n + 1})" for n in range(6)))
    assert [why(chunk) for chunk in (*cut(PROSE), *cut(code))] == ["", ""]


@pytest.mark.parametrize(("text", "least", "most"), [("", 0, 0), (PROSE, 95, 110), ("1234567890", 10, 11)])
def test_tokens_are_estimated_from_words_digits_and_marks(text: str, least: int, most: int) -> None:
    assert least <= estimate_tokens(text) <= most
