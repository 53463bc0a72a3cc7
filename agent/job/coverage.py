"""How well a corpus covers the parts of its subject."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from agent.job.records import Candidate, TopicMap

ABOUT = 0.5
"""From this much of a topic on, a document counts as one about it: it names the topic once, or half of its best
passages speak of it (see `workers.topics.coverage`)."""


class Covered(NamedTuple):
    """What a corpus has on one topic."""

    topic: str
    weight: float
    """The topic's share of the subject."""
    documents: int
    """Documents about it."""
    share: float
    """Its part of all that the corpus says on the map's topics, 0 to 1; beside ``weight`` it shows what is missing."""


def covered(candidates: Iterable[Candidate], topics: TopicMap) -> list[Covered]:
    """One line for each topic of the map, heaviest first; topics that the map does not know are not counted."""
    about = {topic.name: 0 for topic in topics.topics}
    amounts = {topic.name: 0.0 for topic in topics.topics}
    for candidate in candidates:
        for name, amount in candidate.topics.items():
            if name in amounts:
                amounts[name] += amount
                about[name] += amount >= ABOUT
    total = sum(amounts.values()) or 1.0
    lines = [Covered(each.name, each.weight, about[each.name], amounts[each.name] / total) for each in topics.topics]
    return sorted(lines, key=lambda line: (-line.weight, line.topic))
