"""What every way of expanding a subject gives: phrases, each with how much it should count."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from workers.crawl.sources.contract import Found

Origin = Literal["llm", "feedback", "wikipedia"]


@dataclass(frozen=True)
class Phrase:
    """One thing to search for beside the subject itself."""

    text: str
    weight: float
    """0 to 1: how sure its way is that it belongs to the subject."""
    origin: Origin
    also: tuple[str, ...] = ()
    """Other words for the very same, such as an acronym."""
    same: bool = False
    """Whether it is another name of the whole subject rather than a part of it."""


@dataclass(frozen=True)
class Proposal:
    """What one way gave."""

    phrases: tuple[Phrase, ...] = ()
    """Best first."""
    note: str = ""
    """Why there are none, or what is missing; '' when all went well."""


class Way(Protocol):
    """One way in which a subject becomes more phrases."""

    def propose(self, subject: str, first: Sequence[Found]) -> Proposal:
        """Phrases that belong to the subject; ``first`` are the first results about it, the nearest first.

        What keeps a way from answering (no network, no key, nothing found) is the proposal's note, never an error.
        """
