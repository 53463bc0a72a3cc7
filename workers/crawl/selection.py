"""Which of the scored candidates are taken when there are more than the job may keep."""

from __future__ import annotations

from collections.abc import Sequence

from agent.job.records import TopicMap
from workers.crawl.sources.contract import Found


def select(found: Sequence[Found], topics: TopicMap, limit: int) -> list[Found]:
    """At most ``limit`` of them, in the order they should be read; deterministic."""
    return list(found[:limit])
