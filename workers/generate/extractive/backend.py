"""The backend without a language model: every response is one verbatim span of its chunk."""

from __future__ import annotations

from itertools import chain

from agent.job.records import ExampleKind
from workers.generate.backend import Assignment, Proposal
from workers.generate.extractive.completions import continuations
from workers.generate.extractive.definitions import definition_questions
from workers.generate.extractive.glossaries import glossary_questions
from workers.generate.extractive.headings import heading_examples
from workers.generate.extractive.lists import list_examples
from workers.generate.extractive.naming import naming_questions
from workers.generate.extractive.origins import origin_questions
from workers.generate.extractive.predicates import predicate_questions
from workers.generate.extractive.reasons import reason_questions

VERSION = 1

_CONSTRUCTIONS = (
    glossary_questions,
    definition_questions,
    naming_questions,
    origin_questions,
    reason_questions,
    list_examples,
    predicate_questions,
    heading_examples,
    continuations,
)


class Extractive:
    """Builds examples from the text's own definitions, reasons, lists, headings and paragraphs, by English grammar."""

    name = f"extractive/{VERSION}"
    kinds = frozenset({ExampleKind.FACTUAL, ExampleKind.ANALYTICAL, ExampleKind.EXPLAIN, ExampleKind.CONTINUE})

    async def propose(self, assignment: Assignment) -> list[Proposal]:
        """At most ``assignment.limit`` examples, the surest constructions first, at most one for each prompt and
        response."""
        wanted = {order.kind for order in assignment.orders}
        proposals = chain.from_iterable(construct(assignment.chunk) for construct in _CONSTRUCTIONS)
        ranked = sorted((each for each in proposals if each.kind in wanted), key=lambda proposal: -proposal.confidence)
        chosen: list[Proposal] = []
        for proposal in ranked:
            taken = any(other.prompt == proposal.prompt or other.response == proposal.response for other in chosen)
            if not taken and len(chosen) < assignment.limit:
                chosen.append(proposal)
        return chosen

    async def close(self) -> None:
        """Nothing is held open."""
