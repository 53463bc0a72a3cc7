"""The subject becomes weighted queries and a topic map."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from agent.job.records import Query, Topic, TopicMap
from agent.spec import JobSpec
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
    """The queries to ask and the topics they make up; ``first`` is what the subject alone found."""
    subject = spec.subject
    return Expansion((Query(text=subject),), TopicMap(subject=subject, topics=(Topic(name=subject, weight=1.0),)))
