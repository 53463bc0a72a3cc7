"""Completions: the whole chunk as plain text, and paragraphs continued from their opening sentence."""

from __future__ import annotations

import re
from collections.abc import Iterator

from agent.job.records import BlockKind, Chunk, ExampleKind
from workers.generate.backend import Proposal, Quote
from workers.generate.reading.clauses import clause_of
from workers.generate.reading.layout import place_blocks
from workers.generate.reading.narration import is_exposition
from workers.generate.reading.sentences import split_sentences, word_count
from workers.generate.reading.subjects import askable
from workers.generate.reading.words import adds_to_another, leans_on_context, points_elsewhere, refers_back

PLAIN_GENERATOR = "plain/1"
"""Stands in ``Example.generator`` for whole chunks, which no backend makes."""

MIN_PLAIN_WORDS = 15
"""A thinner chunk is a heading with a leftover and carries nothing."""
MIN_PARAGRAPH_SENTENCES = 3
MIN_OPENING_WORDS = 8
MIN_CONTINUATION_WORDS = 20
MAX_CONTINUATION_WORDS = 160
SCORE = 0.5

_ABOUT = re.compile(r" (?:for|in|with|between|from|on|to|using) ")
"""What follows one of these tells the subject from others of its name."""
_ONCE = re.compile(r"\b(?:will|your)\b")
"""What happens once, to the reader of the document."""
_OPENING_PHRASE = re.compile(r"^In [a-z][\w\- ]{2,40}, ")


def whole_chunk(chunk: Chunk) -> Proposal | None:
    """The chunk's own text as one plain completion, or None when the chunk is too thin."""
    text = chunk.own_text
    if word_count(text) < MIN_PLAIN_WORDS:
        return None
    return Proposal(ExampleKind.PLAIN, "", text, (Quote(text),), 1.0)


def continuations(chunk: Chunk) -> Iterator[Proposal]:
    """For each long paragraph of exposition that opens with a statement on a subject it names: that first sentence,
    completed by the rest.
    """
    for placed in place_blocks(chunk):
        if placed.block.kind is not BlockKind.PARAGRAPH:
            continue
        text = placed.block.text
        sentences = split_sentences(text, chunk.language)
        if len(sentences) < MIN_PARAGRAPH_SENTENCES or not all(sentence.is_complete for sentence in sentences):
            continue
        opening, rest = sentences[0], text[sentences[1].start : sentences[-1].end]
        if points_elsewhere(text) or not is_exposition(text) or not _is_opening(opening.text, chunk):
            continue
        if MIN_CONTINUATION_WORDS <= word_count(rest) <= MAX_CONTINUATION_WORDS:
            yield Proposal(ExampleKind.CONTINUE, opening.text, rest, (Quote(rest),), SCORE)


def _is_opening(sentence: str, chunk: Chunk) -> bool:
    """Whether a sentence says by itself what it is about, so that a continuation can follow from it."""
    if word_count(sentence) < MIN_OPENING_WORDS or not sentence.endswith("."):
        return False
    if leans_on_context(sentence) or refers_back(sentence) or adds_to_another(sentence):
        return False
    if _ONCE.search(sentence):
        return False
    clause = clause_of(_OPENING_PHRASE.sub("", sentence))
    if clause is None or not is_exposition(sentence):
        return False
    subject = askable(_ABOUT.split(clause.subject, maxsplit=1)[0], chunk)
    if subject is None or ("`" in sentence and subject.islower() and "`" not in subject):
        return False
    return not (subject.startswith("the ") and _ABOUT.search(clause.subject))
