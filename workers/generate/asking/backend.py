"""The backend that asks a language model behind any OpenAI-compatible endpoint."""

from __future__ import annotations

from agent.job.records import ExampleKind
from agent.spec import GenerateConfig
from workers.generate.asking.answer import Answer, proposals
from workers.generate.backend import Assignment, Proposal
from workers.llm.chat import ChatModel
from workers.llm.prompt_file import PromptFile


class OpenAICompatible:
    """Asks for examples in a fixed JSON form."""

    kinds = frozenset({ExampleKind.FACTUAL, ExampleKind.EXPLAIN, ExampleKind.CONTINUE})

    def __init__(self, spec: GenerateConfig) -> None:
        """Read the key from the worker's environment.

        Raises:
            GenerationFailed: there is no key, and no endpoint that might do without.
        """
        self._model = spec.model
        self._prompts = PromptFile.load("workers.generate.asking", "examples.toml")
        self._chat = ChatModel(spec)

    @property
    def name(self) -> str:
        return f"openai:{self._model}/{self._prompts.version}"

    @property
    def usage(self) -> dict[str, int | float]:
        return self._chat.usage

    async def propose(self, assignment: Assignment) -> list[Proposal]:
        """At most ``assignment.limit`` proposals; an answer that cannot be read is asked for once more.

        Raises:
            DocumentRejected: ``malformed_answer``, ``request_refused`` or ``request_timed_out``.
            GenerationFailed: the key is refused, or the endpoint or model cannot be used.
        """
        chunk = assignment.chunk
        messages = self._prompts.messages(
            chunk.text,
            title=chunk.title or "(none)",
            headings=" > ".join(chunk.headings) or "(none)",
            limit=assignment.limit,
        )
        return proposals(await self._chat.ask(messages, Answer, self._prompts.correction))[: assignment.limit]

    async def close(self) -> None:
        """Close the connections; requests under way fail."""
        await self._chat.close()
