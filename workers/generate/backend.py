"""What an example generator is: one interface for the rules and for the language models."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from agent.job.records import Chunk, ExampleKind, Exchange
from workers.generate.context.record import Context


@dataclass(frozen=True, slots=True)
class Order:
    """So many examples of one kind."""

    kind: ExampleKind
    count: int


@dataclass(frozen=True, slots=True)
class Assignment:
    """What is wanted of one chunk, decided before any generator is asked."""

    chunk: Chunk
    context: Context
    orders: tuple[Order, ...]
    """Wanted kinds, the ones that fit this chunk best first; empty for a chunk too thin to carry any."""
    limit: int = 4
    """Most examples in all, whatever the orders add up to."""
    partner: Chunk | None = None
    """The second chunk of multi-hop examples: the same topic and split, perhaps another document."""
    reason: str = ""
    """Why there are no orders, in snake_case (``thin_chunk``, ``references``, ``code_only`` …); '' where there are."""


@dataclass(frozen=True, slots=True)
class Quote:
    """A span that supports a response, as its generator quotes it."""

    text: str
    of_partner: bool = False
    """Whether it stands in the assignment's partner."""
    turn: int | None = None
    """The exchange of a conversation that it supports, 0 for the first of ``history``; None for the last."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """An example as its generator wrote it, before anything was checked."""

    kind: ExampleKind
    prompt: str
    response: str
    quotes: tuple[Quote, ...]
    confidence: float
    """0 to 1: how sure the generator is of its own form; ranks proposals, and is one part of their quality."""
    context: str = ""
    """A passage given with the prompt, '' for none."""
    history: tuple[Exchange, ...] = ()
    """Earlier turns of a conversation."""
    wrong_answers: tuple[str, ...] = ()
    """Of multiple choice."""
    draws_on_partner: bool = False
    """Whether its question or its wrong answers were taken from the partner, which no quotation need show."""
    wording: str = ""
    """Name and version of the words it was asked with, '' where nobody is asked; stands in ``Example.generator``."""


@dataclass(frozen=True, slots=True)
class Refused:
    """What a generator wrote, or was asked for and did not write, and why it is no example."""

    reason: str
    """Short snake_case word, the counter in the funnel."""
    detail: str = ""
    kind: ExampleKind | None = None
    """None where not even that can be told."""
    failed: bool = False
    """True when something broke, False when a rule said no."""
    prompt: str = ""
    response: str = ""
    quotes: tuple[str, ...] = ()

    @classmethod
    def of(cls, proposal: Proposal, reason: str, detail: str = "") -> Refused:
        """A proposal refused."""
        quotes = tuple(quote.text for quote in proposal.quotes)
        return cls(reason, detail, proposal.kind, False, proposal.prompt, proposal.response, quotes)


class Backend(Protocol):
    """Makes examples out of chunks; many of its calls may be under way at once in one event loop."""

    @property
    def name(self) -> str:
        """Name and version, as it stands in ``Example.generator``."""

    @property
    def kinds(self) -> frozenset[ExampleKind]:
        """The kinds it can make; orders of others are not given to it."""

    async def propose(self, assignment: Assignment) -> Sequence[Proposal | Refused]:
        """Examples of the kinds and about as many as ordered, best first, and what could be none; nothing where the
        chunk gives nothing.

        Raises:
            DocumentRejected: this chunk cannot be worked on; the others can.
            GenerationFailed: no chunk can be worked on.
        """

    async def close(self) -> None:
        """Let go of connections; calls under way may fail."""
