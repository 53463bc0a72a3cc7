"""The backend that asks a language model behind any OpenAI-compatible endpoint."""

from __future__ import annotations

from agent.job.records import Chunk
from agent.spec import GenerateConfig
from workers.chat import ChatModel
from workers.generate.answer import Answer, proposals
from workers.generate.backend import Proposal
from workers.prompt_file import PromptFile

REQUESTS_AT_ONCE = 4
"""Hides the endpoint's latency without filling a small server's queue."""


class OpenAICompatible:
    """Asks for examples in a fixed JSON form; safe to call from several threads."""

    concurrency = REQUESTS_AT_ONCE

    def __init__(self, spec: GenerateConfig) -> None:
        """Read the key from the worker's environment.

        Raises:
            GenerationFailed: there is no key, and no endpoint that might do without.
        """
        self._model = spec.model
        self._prompts = PromptFile.load("workers.generate", "examples.toml")
        self._chat = ChatModel(spec)

    @property
    def name(self) -> str:
        return f"openai:{self._model}/{self._prompts.version}"

    @property
    def usage(self) -> dict[str, int]:
        return self._chat.usage

    def propose(self, chunk: Chunk, limit: int) -> list[Proposal]:
        """At most ``limit`` proposals; an answer that cannot be read is asked for once more.

        Raises:
            DocumentRejected: ``malformed_answer``, ``request_refused`` or ``request_timed_out``.
            GenerationFailed: the key is refused, or the endpoint or model cannot be used.
        """
        messages = self._prompts.messages(
            chunk.text,
            title=chunk.title or "(none)",
            headings=" > ".join(chunk.headings) or "(none)",
            limit=limit,
        )
        return proposals(self._chat.ask(messages, Answer, self._prompts.correction))[:limit]

    def close(self) -> None:
        """Close the connections; requests under way fail."""
        self._chat.close()
