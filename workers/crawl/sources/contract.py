"""What every source is: something that finds documents for a query, or lists what the user pointed at.

A new source is one file beside this one and one line in `agent/spec/sources.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Literal, Protocol

from agent.job.records import Candidate, Query, TopicMap
from agent.spec import JobSpec
from agent.store import Store
from workers.crawl.http.canonical import Endpoint
from workers.crawl.http.client import PoliteClient
from workers.crawl.http.services import Service, Services
from workers.runtime.turns import Turns

Asks = Literal["every_query", "once", "once_focused"]

UNEXPECTED_SHAPE = (LookupError, TypeError, ValueError, AttributeError)
"""What reading a field that is not there, or is of another kind, raises: well-formed JSON or XML of another shape than
its service documents. Whoever asks a service takes these for its failure."""


@dataclass(frozen=True)
class Found:
    """A document that a source found; its score is not known yet."""

    candidate: Candidate
    text: str = ""
    """What there is to judge it by: its abstract, or its opening where the source has the bytes at hand."""
    chosen: bool = False
    """Whether a person chose it: its relevance is not judged, and it comes before everything that was searched."""


@dataclass(frozen=True)
class Refused:
    """A document that a source saw and must not, or could not, hand on."""

    candidate: Candidate
    reason: str
    detail: str = ""
    failed: bool = False
    """True when something broke, False when a rule said no."""


@dataclass(frozen=True)
class SearchContext:
    """What a source is given to work with."""

    source: str
    """As the user wrote it, prefix included."""
    spec: JobSpec
    http: PoliteClient
    """The only way to the network: it knows every service's rules, robots.txt, pace, cache and keys."""
    services: Services
    store: Store
    scratch: Path
    named: Collection[Endpoint]
    """Hosts the user named, which may be private."""
    turns: Turns
    """Grants requests for all workers together; `PoliteClient` takes its turns by itself."""
    progress: Callable[[int], None]
    """To be called with the number of documents seen so far, every second or so; may raise to end the
    work."""
    topics: TopicMap
    """For sources that choose by themselves where to look next."""

    @property
    def argument(self) -> str:
        """The part after the prefix."""
        return self.source.partition(":")[2]


class Source(Protocol):
    """Finds documents. Built once for a job with ``Adapter(context)``."""

    services: ClassVar[tuple[Service, ...]]
    """The documented services it speaks to, full-text hosts included; each carries its terms."""
    asks: ClassVar[Asks]
    """``every_query``: each query of the expansion is put to it. ``once``: it lists everything at once (folder,
    list). ``once_focused``: likewise, but after the expansion, since it uses ``context.topics`` to choose its way."""

    facts: dict[str, Any]
    """Small figures for the report, filled while searching."""

    def __init__(self, context: SearchContext) -> None:
        """Ask nothing yet."""

    def search(self, query: Query, limit: int) -> Iterator[Found | Refused]:
        """At most ``limit`` documents, the source's best first. What was yielded before an error counts.

        A candidate's ``copies`` are the fetch hints: where retrieve gets the full text, best first; its ``licence`` is
        what the source itself states.

        Raises:
            SourceFailed: it cannot be asked or answers nonsense; ``message`` says what and ``next_step`` how to go on.
            DocumentRejected: the request itself failed (http_429, timeout …), from the client.
        """
