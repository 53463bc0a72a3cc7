"""Chunks written by hand."""

from __future__ import annotations

from agent.job.records import Block, BlockKind, Chunk, Split


def heading(text: str, level: int = 2) -> Block:
    return Block(kind=BlockKind.HEADING, text=text, level=level)


def paragraph(text: str) -> Block:
    return Block(kind=BlockKind.PARAGRAPH, text=text)


def listing(*items: str) -> Block:
    return Block(kind=BlockKind.LIST, text="\n".join(f"- {item}" for item in items))


def chunk(
    *blocks: Block | str,
    title: str = "",
    headings: tuple[str, ...] = (),
    document: str = "d1",
    ordinal: int = 0,
    split: Split = Split.TRAIN,
    licence: str = "CC-BY-4.0",
) -> Chunk:
    placed = tuple(paragraph(block) if isinstance(block, str) else block for block in blocks)
    return Chunk(
        id=f"{document}-{ordinal}",
        document_id=document,
        split=split,
        ordinal=ordinal,
        url=f"http://example.org/{document}",
        title=title,
        headings=headings,
        licence=licence,
        language="en",
        blocks=placed,
        tokens=sum(len(block.text.split()) for block in placed),
    )
