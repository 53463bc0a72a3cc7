"""Passages that do not answer: the question comes from another chunk, the answer says that it cannot be told."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from zlib import crc32

from agent.job.records import Chunk, ExampleKind
from workers.generate.backend import Proposal, Quote
from workers.generate.extractive.wording import one_of
from workers.generate.reading.content import content
from workers.generate.reading.statements import passages

MOST_SHARED = 0.34
"""Share of the true answer's words that the passage may have all the same: two paragraphs on one subject share some."""
SCORE = 0.7
ABOVE_ITS_LIKE = 0.01
"""So much surer than the same question alone: enough to take its place."""

REFUSALS = (
    "That cannot be told from what is given: it is not stated there.",
    "What is given does not say.",
    "I cannot answer that from what is given, since it is not mentioned there.",
)


def unanswered_questions(chunk: Chunk, others: Sequence[Proposal]) -> Iterator[Proposal]:
    """For each passage of the chunk: one of the questions of another chunk that the passage does not answer.

    The same passages come with questions that they do answer, see ``answered_questions``: a passage is no sign that
    there is no answer.
    """
    asked = [each for each in others if not each.context and each.kind is ExampleKind.FACTUAL]
    for passage in passages(chunk):
        held = content(passage)
        strange = [each for each in asked if _is_strange(each, held)]
        if strange:
            question = strange[crc32(passage.encode()) % len(strange)]
            response = one_of(REFUSALS, passage)
            yield Proposal(
                ExampleKind.UNANSWERABLE, question.prompt, response, (Quote(passage),), SCORE, context=passage
            )


def answered_questions(chunk: Chunk, own: Sequence[Proposal]) -> Iterator[Proposal]:
    """The chunk's own questions together with the passage that answers each, in the form of the unanswerable ones;
    they take the place of the same questions without it.
    """
    held = passages(chunk)
    for asked in own:
        passage = asked.context or next((each for each in held if asked.response in each), "")
        if passage and asked.kind is ExampleKind.FACTUAL:
            yield replace(asked, context=passage, confidence=asked.confidence + ABOVE_ITS_LIKE)


def _is_strange(asked: Proposal, held: set[str]) -> bool:
    """Whether nothing that the question names comes up in a passage, and little of its answer."""
    named, answer = content(asked.prompt), content(asked.response)
    return named.isdisjoint(held) and len(answer & held) <= MOST_SHARED * len(answer)
