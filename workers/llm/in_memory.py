"""A cache and a budget that live and die with the process."""

from __future__ import annotations

from dataclasses import dataclass, field

from agent.errors import BudgetSpent
from workers.llm.contract import Cost, StoredAnswer


@dataclass
class AnswersInMemory:
    """A `ResponseCache`."""

    answers: dict[str, StoredAnswer] = field(default_factory=dict)

    async def get(self, key: str) -> StoredAnswer | None:
        return self.answers.get(key)

    async def put(self, key: str, answer: StoredAnswer) -> None:
        self.answers[key] = answer


@dataclass
class SpendingInMemory:
    """A `Spending` with limits on tokens and on millionths of a dollar; 0 sets no limit."""

    limit_tokens: int = 0
    limit_usd_micros: int = 0
    tokens: int = 0
    usd_micros: int = 0

    async def reserve(self, most: Cost) -> HeldInMemory:
        tokens = self.tokens + most.prompt_tokens + most.completion_tokens
        usd_micros = self.usd_micros + most.usd_micros
        if 0 < self.limit_tokens < tokens:
            raise BudgetSpent(f"{self.limit_tokens - self.tokens} tokens of {self.limit_tokens} are left.")
        if 0 < self.limit_usd_micros < usd_micros:
            raise BudgetSpent(f"${(self.limit_usd_micros - self.usd_micros) / 1e6:.4f} are left.")
        self.tokens, self.usd_micros = tokens, usd_micros
        return HeldInMemory(self, most)


@dataclass
class HeldInMemory:
    """A `Reservation`."""

    of: SpendingInMemory
    most: Cost

    async def settle(self, cost: Cost) -> None:
        self.of.tokens += cost.prompt_tokens + cost.completion_tokens
        self.of.tokens -= self.most.prompt_tokens + self.most.completion_tokens
        self.of.usd_micros += cost.usd_micros - self.most.usd_micros
