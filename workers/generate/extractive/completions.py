"""Completions: the whole chunk as plain text, and paragraphs continued from their opening sentence."""

from __future__ import annotations

from collections.abc import Iterator

from agent.job.records import BlockKind, Chunk, ExampleKind
from workers.generate.backend import Proposal, Quote
from workers.generate.reading.layout import place_blocks
from workers.generate.reading.sentences import split_sentences, word_count
from workers.generate.reading.words import leans_on_context, points_elsewhere, refers_back

PLAIN_GENERATOR = "plain/1"
"""Stands in ``Example.generator`` for whole chunks, which no backend makes."""

MIN_PLAIN_WORDS = 15
"""A thinner chunk is a heading with a leftover and carries nothing."""
MIN_PARAGRAPH_SENTENCES = 3
MIN_OPENING_WORDS = 8
MIN_CONTINUATION_WORDS = 20
MAX_CONTINUATION_WORDS = 160
SCORE = 0.5


def whole_chunk(chunk: Chunk) -> Proposal | None:
    """The chunk's own text as one plain completion, or None when the chunk is too thin."""
    text = chunk.own_text
    if word_count(text) < MIN_PLAIN_WORDS:
        return None
    return Proposal(ExampleKind.PLAIN, "", text, (Quote(text),), 1.0)


def continuations(chunk: Chunk) -> Iterator[Proposal]:
    """For each long paragraph of complete sentences: its first sentence, completed by the rest."""
    for placed in place_blocks(chunk):
        if placed.block.kind is not BlockKind.PARAGRAPH:
            continue
        text = placed.block.text
        sentences = split_sentences(text, chunk.language)
        if len(sentences) < MIN_PARAGRAPH_SENTENCES or not all(sentence.is_complete for sentence in sentences):
            continue
        opening, rest = sentences[0], text[sentences[1].start : sentences[-1].end]
        if not _is_opening(opening.text) or points_elsewhere(text):
            continue
        if MIN_CONTINUATION_WORDS <= word_count(rest) <= MAX_CONTINUATION_WORDS:
            yield Proposal(ExampleKind.CONTINUE, opening.text, rest, (Quote(rest),), SCORE)


def _is_opening(sentence: str) -> bool:
    """Whether a sentence says enough by itself for a continuation to follow from it."""
    return (
        word_count(sentence) >= MIN_OPENING_WORDS
        and sentence.endswith(".")
        and not leans_on_context(sentence)
        and not refers_back(sentence)
    )
