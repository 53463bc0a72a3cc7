"""The passage directly under a heading that answers for it."""

from __future__ import annotations

from agent.job.records import BlockKind, Chunk
from workers.generate.layout import PlacedBlock
from workers.generate.sentences import is_balanced, split_sentences, word_count
from workers.generate.words import leans_on_context, points_elsewhere

MIN_WORDS = 20
MAX_WORDS = 160


def leading_passage(chunk: Chunk, body: tuple[PlacedBlock, ...]) -> str:
    """The first paragraphs of ``body``, with the list that the last announces; '' when they do not stand alone."""
    taken = _leading(body)
    if not taken:
        return ""
    passage = chunk.text[taken[0].start : taken[-1].end]
    return passage if _stands_alone(passage, chunk.language) else ""


def _leading(body: tuple[PlacedBlock, ...]) -> list[PlacedBlock]:
    taken: list[PlacedBlock] = []
    size = 0
    for placed, following in zip(body, (*body[1:], None), strict=True):
        size += word_count(placed.block.text)
        if placed.block.kind is not BlockKind.PARAGRAPH or (taken and size > MAX_WORDS):
            break
        if _announces(placed, following) and following is not None:
            return [*taken, placed, following]
        if not placed.block.text.endswith((".", "!", "?", ".)")):
            break
        taken.append(placed)
    return taken


def _announces(placed: PlacedBlock, following: PlacedBlock | None) -> bool:
    return placed.block.text.endswith(":") and following is not None and following.block.kind is BlockKind.LIST


def _stands_alone(passage: str, language: str) -> bool:
    first = split_sentences(passage, language)[0].text
    return (
        MIN_WORDS <= word_count(passage) <= MAX_WORDS
        and is_balanced(passage)
        and first[:1].isupper()
        and not leans_on_context(first)
        and not points_elsewhere(passage)
    )
