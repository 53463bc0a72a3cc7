"""The prose of a document: what length and relevance are judged by; code, tables and formulas are no prose."""

from __future__ import annotations

import re
from collections.abc import Iterable

from agent.job.records import Block, BlockKind

_HAN = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_SPACELESS = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"
_WORD = re.compile(rf"[{_HAN}]|[{_SPACELESS}]{{1,5}}|[^\W{_HAN}{_SPACELESS}]+(?:['’.-][^\W{_HAN}{_SPACELESS}]+)*")
_NO_PROSE = (BlockKind.CODE, BlockKind.TABLE, BlockKind.FORMULA)


def prose_of(blocks: Iterable[Block]) -> str:
    """Headings, paragraphs, lists, quotations and captions, one a line."""
    return "\n".join(block.text for block in blocks if block.kind not in _NO_PROSE)


def word_count(text: str) -> int:
    """Words: runs of letters and digits, with what joins them.

    Where words are not set apart, each Han or kana character counts as one (Unicode Annex 29, section 4.1), and
    five letters of Thai, Lao, Burmese or Khmer.
    """
    return len(_WORD.findall(text))
