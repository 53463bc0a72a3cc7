"""The backend that asks a language model behind any OpenAI-compatible endpoint."""

from __future__ import annotations

from dataclasses import replace
from itertools import chain, islice

from agent.errors import BudgetSpent, DocumentRejected
from agent.job.records import ExampleKind
from agent.spec import GenerateConfig
from workers.generate.asking.ask_all import all_of
from workers.generate.asking.proposals import Answered, proposals
from workers.generate.asking.requests import Request, messages, requests, wanted
from workers.generate.backend import Assignment, Proposal, Refused
from workers.generate.extractive.completions import continuations
from workers.llm.chat import ChatModel

VERBATIM = "verbatim-1"
"""Stands where the wording would in the generator of what no model was asked for."""


class OpenAICompatible:
    """Asks for everything that is ordered of a chunk, in one request for each shape of answer."""

    def __init__(self, spec: GenerateConfig, chat: ChatModel) -> None:
        self._model = spec.model
        self._turns = spec.conversation_turns
        self._chat = chat
        unmade = {ExampleKind.PLAIN: False, ExampleKind.CONVERSATION: spec.conversation_turns,
                  ExampleKind.CHOICE: spec.choices_per_chunk}  # fmt: skip
        self.kinds = frozenset(kind for kind in ExampleKind if unmade.get(kind, True))

    @property
    def name(self) -> str:
        return f"openai:{self._model}"

    async def propose(self, assignment: Assignment) -> Answered:
        """What the answers hold; a request that fails is one refusal under its reason and spares the others, as does
        one that the budget does not hold (``budget_spent``).

        Raises:
            GenerationFailed: the key is refused, or the endpoint or model cannot be used.
        """
        answers = await all_of(self._answer(request, assignment) for request in requests(assignment))
        return [*chain.from_iterable(answers), *_continued(assignment)]

    async def _answer(self, request: Request, assignment: Assignment) -> Answered:
        said = messages(request, assignment, self._turns)
        try:
            answer = await self._chat.ask(said, request.form, request.wording.correction)
        except DocumentRejected as fault:
            return [Refused(fault.reason, fault.detail, request.kind, failed=True)]
        except BudgetSpent as spent:
            return [Refused("budget_spent", spent.message, request.kind, failed=True)]
        return proposals(answer, request, assignment, self._turns)

    async def close(self) -> None:
        """Close the connections; requests under way fail."""
        await self._chat.close()


def _continued(assignment: Assignment) -> list[Proposal]:
    """Paragraphs continued word for word: a model asked for them could only copy, or make something up."""
    count = wanted(assignment).get(ExampleKind.CONTINUE, 0)
    found = islice(continuations(assignment.chunk), count) if count else ()
    return [replace(each, wording=VERBATIM) for each in found]
