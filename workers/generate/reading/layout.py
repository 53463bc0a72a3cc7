"""A chunk's blocks with their places in its text, and the heading each stands under."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from agent.job.records import Block, BlockKind, Chunk

SEPARATOR = "\n\n"
"""What `Chunk.text` puts between blocks."""


@dataclass(frozen=True, slots=True)
class PlacedBlock:
    """One block; ``start`` is its offset in the chunk's text."""

    block: Block
    start: int

    @property
    def end(self) -> int:
        return self.start + len(self.block.text)


@dataclass(frozen=True, slots=True)
class Section:
    """The blocks directly under one heading of the chunk, up to the next heading of any level."""

    heading: str
    body: tuple[PlacedBlock, ...]


def place_blocks(chunk: Chunk) -> list[PlacedBlock]:
    """The chunk's own blocks in order with their offsets in ``chunk.text``; what it repeats of the chunk before it has
    been asked about there.
    """
    placed, start = [], 0
    for block in chunk.blocks:
        placed.append(PlacedBlock(block, start))
        start += len(block.text) + len(SEPARATOR)
    return placed[chunk.overlap :]


def sections(chunk: Chunk) -> Iterator[Section]:
    """Sections that begin inside the chunk: under its own last heading, unless it continues, and under inner ones."""
    heading = chunk.headings[-1] if chunk.headings and not chunk.continues else ""
    body: list[PlacedBlock] = []
    for placed in place_blocks(chunk):
        if placed.block.kind is not BlockKind.HEADING:
            body.append(placed)
            continue
        if heading and body:
            yield Section(heading, tuple(body))
        heading, body = placed.block.text, []
    if heading and body:
        yield Section(heading, tuple(body))
