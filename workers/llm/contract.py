"""What an endpoint's caller may plug in: answers kept from earlier, a budget to be asked before each call.

All methods are awaited on the event loop of the unit at work, and each unit has a loop of its own: nothing here may be
bound to a loop, and what blocks (the ledger, the store) goes through `asyncio.to_thread`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from pydantic import BaseModel, ConfigDict

from agent.job.prices import ModelPrice
from workers.llm.prompt_file import Message


@dataclass(frozen=True, slots=True)
class Cost:
    """What one call takes, or may take at most."""

    prompt_tokens: int = 0
    completion_tokens: int = 0
    usd_micros: int = 0
    """Millionths of a US dollar, rounded up."""

    @classmethod
    def at(cls, price: ModelPrice, prompt_tokens: int, completion_tokens: int) -> Cost:
        """What so many tokens cost."""
        return cls(prompt_tokens, completion_tokens, price.usd_micros(prompt_tokens, completion_tokens))


FREE = ModelPrice(prompt_usd=0, answer_usd=0)
"""Of a server of one's own."""


class Reservation(Protocol):
    """A part of the budget held for one call; one that is never settled stays spent."""

    async def settle(self, cost: Cost) -> None:
        """Give back what the call did not use. At most once; zero where it is certain that nothing was billed."""


class Spending(Protocol):
    """The job's budget, shared by all calls of all workers."""

    async def reserve(self, most: Cost) -> Reservation:
        """Hold ``most`` before a call is sent.

        Raises:
            BudgetSpent: the budget does not hold so much any more; the call must not be sent.
        """


class StoredAnswer(BaseModel):
    """One completion as the endpoint gave it, good or bad; JSON both ways."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    content: str
    finish: str
    """``finish_reason`` of the endpoint: stop, length, content_filter … ('' where it gave none)."""
    refusal: str = ""
    rung: str = ""
    """How the form was asked for: ``schema``, ``json`` or ``text``."""
    prompt_tokens: int = 0
    completion_tokens: int = 0
    estimated: bool = False
    """Whether the tokens were estimated, since the endpoint told none."""


class ResponseCache(Protocol):
    """Answers of earlier calls, by `answer_key`."""

    async def get(self, key: str) -> StoredAnswer | None:
        """The answer kept under this key."""

    async def put(self, key: str, answer: StoredAnswer) -> None:
        """Keep it; of two answers to one key either may stay."""


def answer_key(
    model: str, messages: Sequence[Message], parameters: Mapping[str, Any], schema: Mapping[str, Any], attempt: int
) -> str:
    """Hex sha256 of the request as canonical JSON, the same wherever the model is served.

    ``attempt`` counts the questions of one conversation from 0: a second try is another request.
    """
    request = {
        "model": model,
        "messages": list(messages),
        "parameters": dict(parameters),
        "schema": dict(schema),
        "attempt": attempt,
    }
    canonical = json.dumps(request, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(canonical.encode()).hexdigest()
