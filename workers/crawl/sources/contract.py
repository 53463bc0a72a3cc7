"""What every source is: something that finds documents, given the part of a source string after its
prefix."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from agent.job.records import Candidate
from agent.spec import JobSpec
from agent.store import Store
from workers.crawl.canonical import Endpoint


@dataclass(frozen=True)
class Found:
    """A document that a source found; its score is not known yet."""

    candidate: Candidate
    text: str = ""
    """Its opening, where the source has the bytes at hand."""


@dataclass(frozen=True)
class Refused:
    """A document that a source saw and must not, or could not, hand on."""

    candidate: Candidate
    reason: str
    detail: str = ""
    failed: bool = False
    """True when something broke, False when a rule said no."""


@dataclass(frozen=True)
class Findings:
    """Everything one source came back with, in a deterministic order."""

    found: tuple[Found, ...]
    refused: tuple[Refused, ...] = ()
    facts: dict[str, Any] = field(default_factory=dict)
    """Small figures for the report."""


@dataclass(frozen=True)
class Search:
    """What a source is given to work with."""

    source: str
    """As the user wrote it, prefix included."""
    spec: JobSpec
    store: Store
    scratch: Path
    named: Collection[Endpoint]
    """Hosts the user named, which may be private."""
    pace: Callable[[str, float], None]
    progress: Callable[[int], None]
    """To be called with the number of documents seen so far, every second or so; may raise to end the
    work."""

    @property
    def argument(self) -> str:
        """The part after the prefix."""
        return self.source.partition(":")[2]


class Source(Protocol):
    """Finds documents."""

    def __call__(self, search: Search) -> Findings:
        """Everything the source has on offer, ranked by nobody yet.

        Raises:
            SourceFailed: it has nothing, or cannot be read; the other sources go on.
        """
