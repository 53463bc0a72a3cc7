"""Names the topic of the subject's map that each chunk speaks most of."""

from __future__ import annotations

from collections.abc import Sequence

from agent.job.records import Chunk, TopicMap
from agent.store import ArtifactReader

TOPICS_FILE = "topics.jsonl"
LEAST = 0.3
"""A chunk with less of every topic speaks of none: 19 % of 2,672 chunks of real documents on one subject. What lies
below is code, tables of names and asides, where the nearest of twenty topics is chance."""


def topics_of(chunks: Sequence[Chunk], topics: TopicMap | None) -> list[str]:
    """For each chunk the name of its main topic, '' where it speaks of none or there is no map.

    Headings count as text: they often are the only place that names what a chunk is about.

    Raises:
        MissingDependency: the embedding package is not installed.
    """
    if topics is None or not topics.topics:
        return [""] * len(chunks)
    from workers.topics.coverage import coverage

    amounts = coverage(["\n".join((*chunk.headings, chunk.own_text)) for chunk in chunks], topics)
    return [_most(row) for row in amounts]


def _most(amounts: dict[str, float]) -> str:
    """The first in the map's order of those with the largest amount."""
    name = max(amounts, key=amounts.__getitem__, default="")
    return name if amounts.get(name, 0.0) >= LEAST else ""


def map_of(curated: ArtifactReader) -> TopicMap | None:
    """The subject's map as curating passed it on; None in jobs that have none."""
    if TOPICS_FILE not in curated.manifest.files:
        return None
    return next(curated.records(TOPICS_FILE, TopicMap), None)
