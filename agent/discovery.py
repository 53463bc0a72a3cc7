"""Reads what discovery found from its artifact."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from agent.contract import Stage
from agent.job.records import Candidate, Query, Rejected, TopicMap
from agent.ledger.contract import Outputs
from agent.store import ArtifactReader, Store


@dataclass(frozen=True)
class Discovery:
    """The documents about a subject, and how they were found."""

    candidates: tuple[Candidate, ...]
    """In the order in which they are taken, best first."""
    queries: tuple[Query, ...]
    topics: TopicMap
    rejected: tuple[Rejected, ...]
    """Each with its reason; ``record`` holds the candidate."""
    facts: Mapping[str, Any]
    """How each source did (``sources``), what could not be asked (``not_asked``), and further figures."""


def skipped(facts: Mapping[str, Any]) -> dict[str, str]:
    """Source or service -> why it gave nothing, or less than it has; of the facts of a discover artifact.

    Ways to expand the subject are left out: that one of three was not configured is nothing that a user lacks.
    """
    sources = {str(line["source"]): str(line["error"]) for line in facts.get("sources", ()) if line["error"]}
    services = {str(name): str(why) for name, why in facts.get("not_asked", {}).items()}
    return sources | {name: why for name, why in services.items() if not name.startswith("expand.")}


def read_discovery(outputs: Outputs, store: Store) -> Discovery | None:
    """What the job's discover stage left, None while it is not done.

    Raises:
        ArtifactCorrupt: the artifact is missing or was changed.
    """
    paths = outputs.get(Stage.DISCOVER, ())
    if not paths:
        return None
    reader = ArtifactReader(store, paths[0])
    return Discovery(
        candidates=tuple(reader.records("candidates.jsonl", Candidate)),
        queries=tuple(reader.records("queries.jsonl", Query)),
        topics=next(reader.records("topics.jsonl", TopicMap)),
        rejected=tuple(reader.rejected()),
        facts=reader.manifest.facts,
    )
