"""Sentences of a chunk that can be asked about: by themselves, or together with the paragraph they stand in."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from agent.job.records import BlockKind, Chunk
from workers.generate.reading.layout import place_blocks
from workers.generate.reading.markup import has_markup
from workers.generate.reading.narration import is_exposition
from workers.generate.reading.sentences import Sentence, split_sentences, word_count
from workers.generate.reading.subjects import askable, named_in
from workers.generate.reading.words import (
    POINTERS,
    PRONOUNS,
    VAGUE_HEADS,
    adds_to_another,
    leans_on_context,
    points_elsewhere,
    refers_back,
    tokens,
)

MAX_ANSWER_WORDS = 60
"""Longer sentences make poor short answers; the verdict scores answers of up to this length."""
MIN_ANSWER_WORDS = 6
MIN_PASSAGE_WORDS = 30
MAX_PASSAGE_WORDS = 150
MIN_PASSAGE_SENTENCES = 2

_LESSON = re.compile(
    r"\b(?:task|exercise|demo|solution|hints?|workbook|homework|changelog|release notes|license)\b", re.IGNORECASE
)
"""Where such a thing is told, "the state" and "a strategy" are those of the task."""
_OPENING_PHRASE = re.compile(r"(?P<opening>In [a-z][\w\- ]{2,40}), (?P<rest>\w.*)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Statement:
    """One complete declarative sentence.

    ``opening`` is a leading phrase such as "In quantum computing", or empty; ``clause`` is what follows it.
    """

    chunk: Chunk
    text: str
    opening: str
    clause: str
    passage: str = ""
    """The paragraph that has to be given with a question about it; '' where it stands alone."""

    def ask(self, question: str) -> str:
        """``question``, given with a capital and without question mark, after the opening phrase."""
        if not self.opening:
            return f"{question}?"
        return f"{self.opening}, {question[0].lower()}{question[1:]}?"

    def askable(self, phrase: str) -> str | None:
        """``phrase`` as a question has it, None where a reader of the question would not know what is meant."""
        return named_in(phrase, self.chunk) if self.passage else askable(phrase, self.chunk)


def statements(chunk: Chunk) -> Iterator[tuple[Statement | None, Statement | None]]:
    """For each sentence of the chunk's paragraphs, in order: as it stands alone, and together with its passage; None
    for what it is not fit for.
    """
    is_lesson = any(_LESSON.search(heading) for heading in (chunk.title, *chunk.headings))
    for placed in place_blocks(chunk):
        if placed.block.kind is not BlockKind.PARAGRAPH:
            continue
        sentences = split_sentences(placed.block.text, chunk.language)
        passage = placed.block.text if _is_passage(placed.block.text, sentences) else ""
        for sentence in sentences:
            if not _can_answer(sentence):
                continue
            statement = _divided(chunk, sentence.text)
            alone = None if is_lesson or adds_to_another(sentence.text) else statement
            yield alone, replace(statement, passage=passage) if passage else None


def passages(chunk: Chunk) -> list[str]:
    """The paragraphs of the chunk that can be read by themselves."""
    texts = [placed.block.text for placed in place_blocks(chunk) if placed.block.kind is BlockKind.PARAGRAPH]
    return [text for text in texts if _is_passage(text, split_sentences(text, chunk.language))]


def _can_answer(sentence: Sentence) -> bool:
    text = sentence.text
    return (
        sentence.is_complete
        and text.endswith((".", ".)"))
        and MIN_ANSWER_WORDS <= word_count(text) <= MAX_ANSWER_WORDS
        and "\n" not in text
        and not leans_on_context(text)
        and not refers_back(text)
        and not points_elsewhere(text)
        and not has_markup(text)
        and is_exposition(text)
    )


def _is_passage(text: str, sentences: list[Sentence]) -> bool:
    """Whether a paragraph can be read by itself."""
    return (
        MIN_PASSAGE_WORDS <= word_count(text) <= MAX_PASSAGE_WORDS
        and len(sentences) >= MIN_PASSAGE_SENTENCES
        and all(sentence.is_complete for sentence in sentences)
        and not leans_on_context(text)
        and not refers_back(sentences[0].text)
        and not points_elsewhere(text)
        and not has_markup(text)
        and is_exposition(text)
    )


def _divided(chunk: Chunk, text: str) -> Statement:
    found = _OPENING_PHRASE.fullmatch(text)
    if found is None or leans_on_context(found["rest"]) or _is_vague(found["opening"]):
        return Statement(chunk, text, "", text)
    return Statement(chunk, text, found["opening"], found["rest"])


def _is_vague(opening: str) -> bool:
    words = set(tokens(opening))
    return "the" in words or not words.isdisjoint(PRONOUNS | POINTERS | VAGUE_HEADS)
