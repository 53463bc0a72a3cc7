"""The language of a document by its prose, and of single blocks that are surely in another one."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence

from agent.job.records import Block, BlockKind
from workers.language.identify import LEAST_CHARACTERS, NO_LANGUAGE, Language, classified, identify

BLOCK_CONFIDENCE = 0.9
"""And this before a block is said to be in another language than its document: most blocks are not."""

_BLOCK_LETTERS = 0.6
"""Least share of letters in them: names of functions and numbers have no language."""
_BLOCK_READ_CHARACTERS = 400
"""Read of a long block."""

_FREQUENT_WORDS = 40
_SHARE_OF_FREQUENT = 0.2
"""Blocks with this share of words among the document's most frequent ones are in its language; only others are looked
at closely. In prose of any of 20 languages the 40 most frequent words make 0.35 to 0.5 of all."""

_PROSE = (BlockKind.PARAGRAPH, BlockKind.LIST, BlockKind.QUOTE, BlockKind.HEADING)
_WORD = re.compile(r"[^\W\d_]+")


def language_of(blocks: Iterable[Block]) -> Language:
    """The language of the blocks' prose; code, formulas, tables and captions have no vote."""
    return identify("\n".join(block.text for block in blocks if block.kind in _PROSE))


def with_languages(blocks: Sequence[Block], main: str) -> list[Block]:
    """The blocks, with ``language`` on those of prose that are long enough and surely not in the main language."""
    words = _WORD.findall("\n".join(block.text for block in blocks if block.kind in _PROSE).casefold())
    frequent = {word for word, _ in Counter(words).most_common(_FREQUENT_WORDS)}
    return [_with_language(block, main, frequent) if block.kind in _PROSE else block for block in blocks]


def _with_language(block: Block, main: str, frequent: set[str]) -> Block:
    text = block.text[:_BLOCK_READ_CHARACTERS]
    if not main or len(text) < LEAST_CHARACTERS:
        return block
    words = _WORD.findall(text.casefold())
    if len(words) > 1 and sum(1 for word in words if word in frequent) >= _SHARE_OF_FREQUENT * len(words):
        return block
    bare = NO_LANGUAGE.sub(" ", text)
    if len(bare) < LEAST_CHARACTERS or sum(map(str.isalpha, bare)) < _BLOCK_LETTERS * len(bare):
        return block
    code, confidence = classified(bare)
    if confidence < BLOCK_CONFIDENCE or code in (main, block.language, ""):
        return block
    return block.model_copy(update={"language": code})
