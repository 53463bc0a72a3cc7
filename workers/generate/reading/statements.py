"""Sentences of a chunk that can be cut out and still say what they say."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from agent.job.records import BlockKind, Chunk
from workers.generate.reading.layout import place_blocks
from workers.generate.reading.sentences import Sentence, split_sentences, word_count
from workers.generate.reading.words import (
    POINTERS,
    PRONOUNS,
    VAGUE_HEADS,
    leans_on_context,
    points_elsewhere,
    refers_back,
    tokens,
)

MAX_ANSWER_WORDS = 60
"""Longer sentences make poor short answers; the verdict scores answers of up to this length."""
MIN_ANSWER_WORDS = 6

_OPENING_PHRASE = re.compile(r"(?P<opening>In [a-z][\w\- ]{2,40}), (?P<rest>\w.*)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Statement:
    """One complete declarative sentence.

    ``opening`` is a leading phrase such as "In quantum computing", or empty; ``clause`` is what follows it.
    """

    text: str
    opening: str
    clause: str

    def ask(self, question: str) -> str:
        """``question``, given with a capital and without question mark, after the opening phrase."""
        if not self.opening:
            return f"{question}?"
        return f"{self.opening}, {question[0].lower()}{question[1:]}?"


def statements(chunk: Chunk) -> Iterator[Statement]:
    """The chunk's statements in order, from its paragraphs only."""
    for placed in place_blocks(chunk):
        if placed.block.kind is BlockKind.PARAGRAPH:
            for sentence in split_sentences(placed.block.text, chunk.language):
                if _stands_alone(sentence):
                    yield _divided(sentence.text)


def _stands_alone(sentence: Sentence) -> bool:
    text = sentence.text
    return (
        sentence.is_complete
        and text.endswith((".", ".)"))
        and MIN_ANSWER_WORDS <= word_count(text) <= MAX_ANSWER_WORDS
        and not leans_on_context(text)
        and not points_elsewhere(text)
        and not refers_back(text)
        and "\n" not in text
    )


def _divided(text: str) -> Statement:
    found = _OPENING_PHRASE.fullmatch(text)
    if found is None or leans_on_context(found["rest"]) or _is_vague(found["opening"]):
        return Statement(text, "", text)
    return Statement(text, found["opening"], found["rest"])


def _is_vague(opening: str) -> bool:
    words = set(tokens(opening))
    return "the" in words or not words.isdisjoint(PRONOUNS | POINTERS | VAGUE_HEADS)
