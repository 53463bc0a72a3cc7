"""Pages whose prose is preformatted text (manuals, archives of mail, standards): read as plain text is, not as code."""

from __future__ import annotations

import re
from collections.abc import Sequence

from agent.job.records import Block, BlockKind
from workers.parse.blocks import paragraph
from workers.parse.formats.text import read_text

_MIN_SHARE = 0.8
"""Of a page's words in such blocks: on a page of prose, what is preformatted is code."""
_MIN_WORDS = 0.83
"""Share of what stands between spaces that is a plain word: manual pages 0.84 to 0.96, synopses 0.3, code 0.83 at most
in 742 blocks of recorded pages."""
_WORD = re.compile(r"[(\"'“‘]?[^\W\d_]+(?:[-'’][^\W\d_]+)*[.,;:!?)\"'”’]*")


def prose_of_preformatted(blocks: Sequence[Block]) -> tuple[Block, ...]:
    """The blocks, with those of code that are prose as paragraphs and lists, where a page has hardly any other text."""
    words = [len(block.text.split()) for block in blocks]
    inside = sum(count for count, block in zip(words, blocks, strict=True) if _is_unnamed_code(block))
    if not inside or inside < _MIN_SHARE * sum(words):
        return tuple(blocks)
    found: list[Block] = []
    for block in blocks:
        if _is_unnamed_code(block) and _is_prose(block.text):
            found += [
                each.model_copy(update={"path": block.path, "start": None, "end": None}) for each in _read(block.text)
            ]
        else:
            found.append(block)
    return tuple(found)


def _is_unnamed_code(block: Block) -> bool:
    return block.kind is BlockKind.CODE and not block.language


def _is_prose(text: str) -> bool:
    tokens = text.split()
    return sum(bool(_WORD.fullmatch(token)) for token in tokens) >= _MIN_WORDS * len(tokens)


def _read(text: str) -> tuple[Block, ...]:
    """Its paragraphs and headings; a first line that stands alone is no title of the page."""
    found = read_text(text).blocks
    return (paragraph(found[0].text), *found[1:]) if found and found[0].level == 1 else found
