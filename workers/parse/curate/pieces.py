"""What the text under one heading may be cut into: whole blocks, and parts of those that are too long for a chunk.

Prose is cut between sentences, lists between items; code, tables and formulas never. What belongs together is told: a
formula and the sentence that introduces it, a caption and its table, a list and what announces it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise, zip_longest

from agent.job.records import Block, BlockKind

WHOLE = (BlockKind.CODE, BlockKind.TABLE, BlockKind.FORMULA)
"""Half of one says nothing, or something else."""

_SHOWN = (BlockKind.TABLE, BlockKind.CODE, BlockKind.FORMULA)
"""What a caption stands above or below; of a figure only the caption is left."""

_PROSE = (BlockKind.PARAGRAPH, BlockKind.QUOTE, BlockKind.CAPTION)
_DISPLAYED = re.compile(r"(\$\$.*?\$\$|\\\[.*?\\\])", re.DOTALL)
"""A displayed formula inside a paragraph."""

_ITEM = re.compile(r"^(?=- )", re.MULTILINE)
"""The beginning of an item that is not inside another."""


@dataclass
class Piece:
    """A block, or a part of one."""

    block: Block
    tokens: int
    glued: bool = False
    """Whether it belongs to the piece before it."""


Sizes = Callable[[Sequence[str]], list[int]]
"""Tokens of each text."""


def pieces_of(blocks: Sequence[Block], tokens: Sequence[int], limit: int, sizes: Sizes, language: str) -> list[Piece]:
    """The pieces of these blocks, which have so many tokens each, in order; only code, tables and formulas are longer
    than ``limit``.

    ``language`` (ISO 639-1, '' for English) tells how sentences end.
    """
    pieces = [
        piece
        for block, size in zip(blocks, tokens, strict=True)
        for piece in (_cut(block, limit, sizes, language) if size > limit else (Piece(block, size),))
    ]
    for before, piece in pairwise(pieces):
        piece.glued = _belongs(before.block, piece.block)
    _free_captions(pieces)
    return list(_with_room(pieces, limit, sizes, language))


def _belongs(before: Block, block: Block) -> bool:
    if block.kind is BlockKind.FORMULA or block.kind is BlockKind.CAPTION:
        return True
    if before.kind is BlockKind.CAPTION:
        return block.kind in _SHOWN
    if before.kind is BlockKind.FORMULA:
        return block.kind is BlockKind.PARAGRAPH and block.text[:1].islower()  # "where x is …"
    return before.kind is BlockKind.PARAGRAPH and before.text.endswith(":")


def _free_captions(pieces: list[Piece]) -> None:
    """A caption belongs to what it stands above when that can have one, and not also to what stands before it."""
    for before, caption, after in zip(pieces, pieces[1:], pieces[2:], strict=False):
        stands_above = caption.block.kind is BlockKind.CAPTION and after.block.kind in _SHOWN
        if stands_above and before.block.kind not in _SHOWN:
            caption.glued = False
        elif stands_above:
            after.glued = False


def _with_room(pieces: Sequence[Piece], limit: int, sizes: Sizes, language: str) -> Iterator[Piece]:
    """The last sentence of a paragraph goes with what belongs to it when the whole paragraph has no room there."""
    for piece, after in zip_longest(pieces, pieces[1:]):
        prose = piece.block.kind is BlockKind.PARAGRAPH
        if after is None or not after.glued or not prose or piece.tokens + after.tokens <= limit:
            yield piece
            continue
        *rest, last = _sentences(piece.block.text, language)
        if rest:
            head, tail = " ".join(rest), last
            head_size, tail_size = sizes([head, tail])
            yield Piece(_part(piece.block, head), head_size, piece.glued)
            yield Piece(_part(piece.block, tail), tail_size)
        else:
            yield piece


def _cut(block: Block, limit: int, sizes: Sizes, language: str) -> Iterator[Piece]:
    match block.kind:
        case kind if kind in WHOLE or kind is BlockKind.HEADING:
            yield Piece(block, sizes([block.text])[0])
            return
        case BlockKind.LIST:
            units, joint = [item.rstrip("\n") for item in _ITEM.split(block.text) if item.strip()], "\n"
        case _:
            units, joint = _sentences(block.text, language), " "
    texts = list(_packed(_small(units, limit, sizes), joint, limit))
    for text, size in zip(texts, sizes(texts), strict=True):
        yield Piece(_part(block, text), size)


def _part(block: Block, text: str) -> Block:
    return block.model_copy(update={"text": text, "start": None, "end": None})


def _packed(units: Sequence[tuple[str, int]], joint: str, limit: int) -> Iterator[str]:
    """The units, each with its tokens, joined into texts of at most ``limit`` tokens."""
    current, tokens = "", 0
    for unit, size in units:
        if current and tokens + size + 1 > limit:  # the joint takes a token at most
            yield current
            current, tokens = "", 0
        current, tokens = (f"{current}{joint}{unit}", tokens + size + 1) if current else (unit, size)
    if current:
        yield current


def _small(units: Sequence[str], limit: int, sizes: Sizes) -> list[tuple[str, int]]:
    """The units with their tokens; a longer one is cut at its displayed formulas, lines or words."""
    small: list[tuple[str, int]] = []
    for unit, size in zip(units, sizes(units), strict=True):
        if size <= limit or _DISPLAYED.fullmatch(unit):
            small.append((unit, size))
        elif _DISPLAYED.search(unit):
            small += _small([part.strip() for part in _DISPLAYED.split(unit) if part.strip()], limit, sizes)
        elif "\n" in unit:
            small += _small([line for line in unit.splitlines() if line.strip()], limit, sizes)
        else:
            parts = _between_words(unit, limit, sizes)
            small += zip(parts, sizes(parts), strict=True)
    return small


def _between_words(text: str, limit: int, sizes: Sizes) -> list[str]:
    from semantic_text_splitter import TextSplitter

    return TextSplitter.from_callback(lambda part: sizes([part])[0], limit).chunks(text)


def _sentences(text: str, language: str) -> list[str]:
    from sentencex import segment

    return [sentence.strip() for sentence in segment(language or "en", text) if sentence.strip()]
