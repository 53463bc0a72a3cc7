"""Blocks after cleaning."""

from __future__ import annotations

from agent.job.records import Block, BlockKind
from workers.parse.clean.blocks import clean, clean_text


def paragraph(text: str) -> Block:
    return Block(kind=BlockKind.PARAGRAPH, text=text)


def test_invisible_characters_go_and_apart_accents_join_their_letters() -> None:
    assert clean_text("Schr¨odinger\u00a0and\u200b H¨aner\ufeff") == "Schrödinger and Häner"


def test_code_keeps_its_backquotes_and_indentation() -> None:
    assert clean_text("a\n    `b`") == "a\n    `b`"


def test_site_furniture_and_empty_blocks_go() -> None:
    blocks = [
        paragraph(text) for text in ("Skip to main content", "***", "Was this page helpful? Yes No", "Real text.")
    ]
    assert [block.text for block in clean(blocks)] == ["Real text."]


def test_long_blocks_said_twice_are_kept_once_and_short_ones_as_often_as_said() -> None:
    long = "This sentence stands on every one of the slides of this talk."
    assert [block.text for block in clean(map(paragraph, (long, "Example:", long, "Example:")))] == [
        long,
        "Example:",
        "Example:",
    ]
