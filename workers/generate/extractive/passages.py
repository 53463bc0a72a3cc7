"""The passage directly under a heading that answers for it."""

from __future__ import annotations

import re

from agent.job.records import BlockKind, Chunk
from workers.generate.reading.layout import PlacedBlock
from workers.generate.reading.sentences import ENDINGS, is_balanced, split_sentences, word_count
from workers.generate.reading.words import leans_on_context, points_elsewhere

_FIRST_PERSON = re.compile(r"\b(?:I (?!and|or|gate|operator)[a-z]+|I['\u2019](?:m|ve|ll|d)|[Mm]y)\b")
"""What an author tells of himself answers nobody's question."""

MIN_WORDS = 20
MAX_WORDS = 160


def leading_passage(chunk: Chunk, body: tuple[PlacedBlock, ...]) -> str:
    """The first paragraphs of ``body``, with the list that the last announces; '' when they do not stand alone."""
    taken = _leading(body)
    if not taken:
        return ""
    passage = without_pointers(chunk.text[taken[0].start : taken[-1].end], chunk.language)
    return passage if _stands_alone(passage, chunk.language) else ""


def without_pointers(text: str, language: str) -> str:
    """``text`` up to its first sentence that sends the reader elsewhere ("For more information, see …")."""
    for sentence in split_sentences(text, language):
        if points_elsewhere(sentence.text):
            return text[: sentence.start].rstrip()
    return text


def _leading(body: tuple[PlacedBlock, ...]) -> list[PlacedBlock]:
    taken: list[PlacedBlock] = []
    size = 0
    for placed, following in zip(body, (*body[1:], None), strict=True):
        size += word_count(placed.block.text)
        if placed.block.kind is not BlockKind.PARAGRAPH or (taken and size > MAX_WORDS):
            break
        if _announces(placed, following) and following is not None:
            return [*taken, placed, following]
        if not placed.block.text.endswith(ENDINGS):
            break
        taken.append(placed)
    return taken


def _announces(placed: PlacedBlock, following: PlacedBlock | None) -> bool:
    return placed.block.text.endswith(":") and following is not None and following.block.kind is BlockKind.LIST


def _stands_alone(passage: str, language: str) -> bool:
    sentences = split_sentences(passage, language)
    if not sentences or not MIN_WORDS <= word_count(passage) <= MAX_WORDS:
        return False
    first = sentences[0].text
    ends_well = passage.endswith(ENDINGS) or passage.splitlines()[-1].startswith("- ")
    return (
        ends_well
        and is_balanced(passage)
        and first[0].isupper()
        and not leans_on_context(first)
        and not _FIRST_PERSON.search(passage)
    )
