"""Analyses one chunk: everything that decides what can be asked about it."""

from __future__ import annotations

from agent.job.records import BlockKind, Chunk
from workers.generate.context.record import Context
from workers.generate.reading.layout import place_blocks
from workers.generate.reading.sentences import split_sentences, word_count


def analyse(chunk: Chunk) -> Context:
    """What the chunk's own blocks hold."""
    blocks = [placed.block for placed in place_blocks(chunk)]
    paragraphs = [block.text for block in blocks if block.kind is BlockKind.PARAGRAPH]
    return Context(
        words=word_count(chunk.own_text),
        sentences=sum(each.is_complete for text in paragraphs for each in split_sentences(text, chunk.language)),
        code_blocks=sum(block.kind is BlockKind.CODE for block in blocks),
        formulas=sum(block.kind is BlockKind.FORMULA for block in blocks),
        lists=sum(block.kind is BlockKind.LIST for block in blocks),
        tables=sum(block.kind is BlockKind.TABLE for block in blocks),
    )
