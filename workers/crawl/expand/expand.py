"""The subject becomes weighted queries and a topic map: each way that the job names is asked, their answers join."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from agent.job.records import Query, TopicMap
from agent.spec import JobSpec
from workers.crawl.expand.concepts import concepts
from workers.crawl.expand.feedback import Feedback
from workers.crawl.expand.llm import LanguageModel
from workers.crawl.expand.nearest import nearest
from workers.crawl.expand.queries import queries
from workers.crawl.expand.topics import groups, topic_map
from workers.crawl.expand.way import Phrase, Proposal, Way
from workers.crawl.expand.wikipedia import Encyclopedia
from workers.crawl.http.client import PoliteClient
from workers.crawl.http.services import Services
from workers.crawl.sources import adapter_of
from workers.crawl.sources.contract import Found
from workers.crawl.sources.mediawiki import LANGUAGES, Wiki

if TYPE_CHECKING:
    from workers.llm.chat import ChatModel


@dataclass(frozen=True)
class Expansion:
    """What the subject became."""

    queries: tuple[Query, ...]
    """The subject's own first; each once, best first."""
    topics: TopicMap
    notes: dict[str, str] = field(default_factory=dict)
    """Way -> why it gave nothing."""


def expand(
    spec: JobSpec,
    first: Sequence[Found],
    http: PoliteClient,
    services: Services,
    open_chat: Callable[[], ChatModel],
    pulse: Callable[[], None] = lambda: None,
) -> Expansion:
    """The queries to ask and the topics they make up; ``first`` is what the subject alone found. ``pulse`` is called
    every second or so while a language model is waited for, and may raise to end it; ``open_chat`` opens that model.

    A way that fails is a note and stops nothing. The same answers give the same expansion.

    Raises:
        MissingDependency: a package of the crawl pool is not installed.
    """
    near = nearest(spec.subject, first)
    phrases: list[Phrase] = []
    notes: dict[str, str] = {}
    for name, way in _ways(spec, http, services, open_chat, pulse).items():
        proposal = way.propose(spec.subject, near)
        phrases += proposal.phrases
        if proposal.note:
            notes[f"expand.{name}"] = proposal.note
    found = concepts(phrases, spec.subject)
    asked = queries(spec.subject, groups(spec.subject, found), spec.discover.max_queries)
    return Expansion(asked, topic_map(spec.subject, found), notes)


class Unasked:
    """A way that this job leaves out, and why."""

    def __init__(self, note: str) -> None:
        self._note = note

    def propose(self, subject: str, first: Sequence[Found]) -> Proposal:
        """Nothing but the note."""
        return Proposal(note=self._note)


def _ways(
    spec: JobSpec,
    http: PoliteClient,
    services: Services,
    open_chat: Callable[[], ChatModel],
    pulse: Callable[[], None],
) -> dict[str, Way]:
    asked: dict[str, Callable[[], Way]] = {
        "llm": lambda: LanguageModel(spec.generate, open_chat, pulse),
        "feedback": Feedback,
        "wikipedia": lambda: (
            Encyclopedia(Wiki(http, services, _language(spec))) if _goes_out(spec) else Unasked(_STAYS_HERE)
        ),
    }
    return {name: asked[name]() for name in dict.fromkeys(spec.discover.expand)}


_STAYS_HERE = "no source of this job is a search service of others, so its subject is told to none"


def _goes_out(spec: JobSpec) -> bool:
    """Whether the subject is put to services of others anyway. A job that names stand-ins for services asks no other:
    wikipedia.en among its endpoints lets it.
    """
    if spec.endpoints:
        return any(name.startswith("wikipedia.") for name in spec.endpoints)
    return any(adapter_of(source).asks == "every_query" for source in spec.sources)


def _language(spec: JobSpec) -> str:
    """Of the Wikipedia among the sources, English otherwise."""
    named = [source.partition(":")[2] for source in spec.sources if source.startswith("wikipedia:")]
    return named[0] if named and named[0] in LANGUAGES else "en"
