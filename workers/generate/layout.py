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
    parents: tuple[str, ...]
    body: tuple[PlacedBlock, ...]


def place_blocks(chunk: Chunk) -> list[PlacedBlock]:
    """The chunk's blocks in order with their offsets in ``chunk.text``."""
    placed, start = [], 0
    for block in chunk.blocks:
        placed.append(PlacedBlock(block, start))
        start += len(block.text) + len(SEPARATOR)
    return placed


def sections(chunk: Chunk) -> Iterator[Section]:
    """Sections whose heading stands inside the chunk, so that what follows is known to be their beginning."""
    path: list[tuple[int, str]] = []
    open_heading: PlacedBlock | None = None
    body: list[PlacedBlock] = []

    def close() -> Iterator[Section]:
        if open_heading is not None and body:
            parents = (*chunk.headings, *(text for _, text in path[:-1]))
            yield Section(open_heading.block.text, tuple(dict.fromkeys(parents)), tuple(body))

    for placed in place_blocks(chunk):
        if placed.block.kind is not BlockKind.HEADING:
            body.append(placed)
            continue
        yield from close()
        level = placed.block.level
        path = [entry for entry in path if entry[0] < level] + [(level, placed.block.text)]
        open_heading, body = placed, []
    yield from close()
