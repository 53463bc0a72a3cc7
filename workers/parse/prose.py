"""The prose of a document: what length and relevance are judged by; code, tables and formulas are no prose."""

from __future__ import annotations

import re
from collections.abc import Iterable

from agent.job.records import Block, BlockKind

_WORD = re.compile(r"\w+(?:['’.-]\w+)*")
_NO_PROSE = (BlockKind.CODE, BlockKind.TABLE, BlockKind.FORMULA)


def prose_of(blocks: Iterable[Block]) -> str:
    """Headings, paragraphs, lists, quotations and captions, one a line."""
    return "\n".join(block.text for block in blocks if block.kind not in _NO_PROSE)


def word_count(text: str) -> int:
    """Words: runs of letters and digits, with what joins them."""
    return sum(1 for _ in _WORD.finditer(text))
