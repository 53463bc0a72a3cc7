"""The backend without a language model: every response is a verbatim span of its chunk, or made of such spans."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from itertools import islice

from agent.job.records import Chunk, ExampleKind, Split
from workers.generate.backend import Assignment, Proposal
from workers.generate.extractive.choices import choices
from workers.generate.extractive.completions import continuations
from workers.generate.extractive.conversations import conversations
from workers.generate.extractive.extraction import extractions
from workers.generate.extractive.glossaries import glossary_questions
from workers.generate.extractive.headings import heading_examples
from workers.generate.extractive.lists import list_examples
from workers.generate.extractive.questions import sentence_questions
from workers.generate.extractive.unanswered import answered_questions, unanswered_questions
from workers.generate.extractive.wording import reworded

VERSION = 2

_OF_BLOCKS: tuple[Callable[[Chunk], Iterator[Proposal]], ...] = (
    list_examples,
    heading_examples,
    extractions,
    continuations,
)


class Extractive:
    """Builds examples from the text's own sentences, lists, tables, headings and paragraphs, by English grammar."""

    name = f"extractive/{VERSION}"
    kinds = frozenset(
        {
            ExampleKind.FACTUAL,
            ExampleKind.ANALYTICAL,
            ExampleKind.COMPARATIVE,
            ExampleKind.FALSE_PREMISE,
            ExampleKind.UNANSWERABLE,
            ExampleKind.EXPLAIN,
            ExampleKind.EXTRACT,
            ExampleKind.CONTINUE,
            ExampleKind.CONVERSATION,
            ExampleKind.CHOICE,
        }
    )

    async def propose(self, assignment: Assignment) -> list[Proposal]:
        """At most ``assignment.limit`` examples and of each kind about as many as ordered, the surest constructions
        first, at most one for each prompt and response; kinds ordered first win where two are as sure.
        """
        return [reworded(each, assignment.chunk.id) for each in chosen(constructed(assignment), assignment)]

    async def close(self) -> None:
        """Nothing is held open."""


def constructed(assignment: Assignment) -> Iterator[Proposal]:
    """Everything that the rules can make of the chunk, in their own words; what only some orders want, only then."""
    chunk, partner = assignment.chunk, assignment.partner
    wanted = {order.kind for order in assignment.orders}
    own = _questions(chunk)
    yield from own
    for construct in _OF_BLOCKS:
        yield from construct(chunk)
    if ExampleKind.CONVERSATION in wanted:
        yield from conversations(own)
    offers_choice = ExampleKind.CHOICE in wanted and chunk.split is not Split.TRAIN
    others = _questions(partner) if partner and (offers_choice or ExampleKind.UNANSWERABLE in wanted) else []
    if offers_choice:
        yield from (replace(each, draws_on_partner=bool(others)) for each in choices(own, others))
    if ExampleKind.UNANSWERABLE in wanted and others:
        unanswered = list(unanswered_questions(chunk, others))
        yield from (replace(each, draws_on_partner=True) for each in unanswered)
        yield from islice(answered_questions(chunk, own), len(unanswered))


def _questions(chunk: Chunk) -> list[Proposal]:
    return [*glossary_questions(chunk), *sentence_questions(chunk)]


def chosen(proposals: Iterable[Proposal], assignment: Assignment) -> list[Proposal]:
    """The best of the ordered kinds, within the orders' counts and the limit."""
    rank = {order.kind: place for place, order in enumerate(assignment.orders)}
    left = {order.kind: order.count for order in assignment.orders}
    taken: list[Proposal] = []
    wanted = sorted(
        (each for each in proposals if each.kind in rank), key=lambda each: (-each.confidence, rank[each.kind])
    )
    for proposal in wanted:
        if len(taken) == assignment.limit:
            break
        if left[proposal.kind] > 0 and not any(_same(proposal, other) for other in taken):
            left[proposal.kind] -= 1
            taken.append(proposal)
    return taken


def _same(one: Proposal, other: Proposal) -> bool:
    """Whether two teach the same; a conversation repeats the chunk's questions on purpose, and so does a choice."""
    repeats = (ExampleKind.CONVERSATION, ExampleKind.CHOICE)
    if one.kind is not other.kind and (one.kind in repeats or other.kind in repeats):
        return False
    if ExampleKind.UNANSWERABLE in (one.kind, other.kind):
        return (one.context, one.prompt) == (other.context, other.prompt)
    return one.prompt == other.prompt or one.response == other.response
