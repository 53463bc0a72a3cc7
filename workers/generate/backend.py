"""What an example generator is: one interface for the rules and for the language models."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from agent.job.records import Chunk, ExampleKind


@dataclass(frozen=True, slots=True)
class Proposal:
    """An example as its generator wrote it, before anything was checked."""

    kind: ExampleKind
    prompt: str
    response: str
    evidence: str
    """The span that supports the response, as the generator quotes it."""
    score: float
    """0 to 1: the generator's own confidence."""


class Backend(Protocol):
    """Makes examples out of chunks; safe to call from several threads."""

    @property
    def name(self) -> str:
        """Name and version, as it stands in ``Example.generator``."""

    @property
    def concurrency(self) -> int:
        """How many chunks may be worked on at once."""

    @property
    def usage(self) -> dict[str, int]:
        """What the calls so far have cost, by unit (``requests``, ``prompt_tokens`` …); empty where nothing costs."""

    def propose(self, chunk: Chunk, limit: int) -> list[Proposal]:
        """At most ``limit`` examples from one chunk, best first; none where the chunk gives none.

        Raises:
            DocumentRejected: this chunk cannot be worked on; the others can.
            GenerationFailed: no chunk can be worked on.
        """

    def close(self) -> None:
        """Let go of connections; calls under way may fail."""
