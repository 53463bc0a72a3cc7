"""What calls to language models took, as units tell it in their facts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

USAGE_FACT = "language_model"
"""Under this name a unit's manifest has the figures of `Usage`."""


@dataclass(frozen=True)
class Amount:
    """Tokens, and the money that they cost."""

    tokens: int = 0
    """Of prompts and answers together."""
    usd_micros: int = 0
    """Millionths of a US dollar."""

    def __add__(self, other: Amount) -> Amount:
        return Amount(self.tokens + other.tokens, self.usd_micros + other.usd_micros)

    def __sub__(self, other: Amount) -> Amount:
        return Amount(self.tokens - other.tokens, self.usd_micros - other.usd_micros)


@dataclass(frozen=True)
class Usage:
    """Calls of one unit, or of many together."""

    requests: int = 0
    """Sent, the retries among them."""
    retries: int = 0
    reused: int = 0
    """Answers taken from those that are kept, which cost nothing."""
    prompt_tokens: int = 0
    completion_tokens: int = 0
    usd_micros: int = 0

    def __add__(self, other: Usage) -> Usage:
        return Usage(*(getattr(self, each.name) + getattr(other, each.name) for each in fields(Usage)))

    def figures(self) -> dict[str, int | float]:
        """The figures that a watcher is shown; none before anything was asked."""
        shown = {"requests": self.requests, "reused": self.reused, "tokens": self.amount.tokens}
        usd = {"usd": self.usd_micros / 1e6} if self.usd_micros else {}
        return {name: figure for name, figure in (shown | usd).items() if figure}

    @property
    def amount(self) -> Amount:
        """What it took of the budget."""
        return Amount(self.prompt_tokens + self.completion_tokens, self.usd_micros)


def usage_of(facts: Mapping[str, Any]) -> Usage:
    """The usage that a unit tells; zero from a unit that asked nothing, or tells it in another shape."""
    told = facts.get(USAGE_FACT)
    if not isinstance(told, Mapping):
        return Usage()
    figures = {each.name: told.get(each.name, 0) for each in fields(Usage)}
    return Usage(**figures) if all(isinstance(figure, int) for figure in figures.values()) else Usage()
