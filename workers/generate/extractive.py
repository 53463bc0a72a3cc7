"""The backend without a language model: every response is one verbatim span of its chunk."""

from __future__ import annotations

from itertools import chain

from agent.job.records import Chunk
from workers.generate.backend import Proposal
from workers.generate.completions import continuations
from workers.generate.definitions import definition_questions
from workers.generate.glossaries import glossary_questions
from workers.generate.headings import heading_examples
from workers.generate.lists import list_examples
from workers.generate.naming import naming_questions
from workers.generate.origins import origin_questions
from workers.generate.predicates import predicate_questions
from workers.generate.reasons import reason_questions

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
    concurrency = 1

    def __init__(self) -> None:
        self.usage: dict[str, int] = {}

    def propose(self, chunk: Chunk, limit: int) -> list[Proposal]:
        """At most ``limit`` examples, the surest constructions first, at most one for each prompt and response."""
        proposals = chain.from_iterable(construct(chunk) for construct in _CONSTRUCTIONS)
        ranked = sorted(proposals, key=lambda proposal: -proposal.score)
        chosen: list[Proposal] = []
        for proposal in ranked:
            taken = any(other.prompt == proposal.prompt or other.response == proposal.response for other in chosen)
            if not taken and len(chosen) < limit:
                chosen.append(proposal)
        return chosen

    def close(self) -> None:
        """Nothing is held open."""
