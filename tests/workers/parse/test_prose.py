"""The prose of a document and its length in words."""

from __future__ import annotations

import pytest

from agent.job.records import Block, BlockKind
from workers.parse.prose import prose_of, word_count


def test_code_tables_and_formulas_are_no_prose() -> None:
    kinds = (BlockKind.HEADING, BlockKind.CODE, BlockKind.TABLE, BlockKind.FORMULA, BlockKind.LIST)
    assert prose_of(Block(kind=kind, text=kind.value) for kind in kinds) == "heading\nlist"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("It's a two-qubit gate, v1.2.", 5),
        ("", 0),
        ("量子比特有两个状态。", 9),
        ("もつれ", 3),
        ("สวัสดีครับ", 2),
        ("GPT中文", 3),
    ],
)
def test_words_are_counted_in_every_script(text: str, words: int) -> None:
    assert word_count(text) == words
