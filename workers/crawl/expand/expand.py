"""The subject becomes weighted queries and a topic map: each way that the job names is asked, their answers join."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from agent.job.records import Query, TopicMap
from agent.spec import JobSpec
from workers.crawl.expand.concepts import concepts
from workers.crawl.expand.feedback import Feedback
from workers.crawl.expand.queries import queries
from workers.crawl.expand.topics import topic_map
from workers.crawl.expand.way import Phrase, Way
from workers.crawl.http.client import PoliteClient
from workers.crawl.http.services import Services
from workers.crawl.sources.contract import Found


@dataclass(frozen=True)
class Expansion:
    """What the subject became."""

    queries: tuple[Query, ...]
    """The subject's own first; each once, best first."""
    topics: TopicMap
    notes: dict[str, str] = field(default_factory=dict)
    """Way -> why it gave nothing."""


def expand(spec: JobSpec, first: Sequence[Found], http: PoliteClient, services: Services) -> Expansion:
    """The queries to ask and the topics they make up; ``first`` is what the subject alone found.

    A way that fails is a note and stops nothing. The same answers give the same expansion.

    Raises:
        MissingDependency: a package of the crawl pool is not installed.
    """
    phrases: list[Phrase] = []
    notes: dict[str, str] = {}
    for name, way in _ways(spec, http, services).items():
        proposal = way.propose(spec.subject, first)
        phrases += proposal.phrases
        if proposal.note:
            notes[f"expand.{name}"] = proposal.note
    found = concepts(phrases, spec.subject)
    return Expansion(queries(spec.subject, found, spec.discover.max_queries), topic_map(spec.subject, found), notes)


def _ways(spec: JobSpec, http: PoliteClient, services: Services) -> dict[str, Way]:
    ways: dict[str, Way] = {"feedback": Feedback()}
    return {name: ways[name] for name in dict.fromkeys(spec.discover.expand) if name in ways}
