"""The registry of sources against what a specification takes."""

from __future__ import annotations

from agent.spec.job import SOURCE_PREFIXES
from workers.crawl.sources import SOURCES


def test_every_prefix_a_specification_takes_has_its_source_and_no_other() -> None:
    assert set(SOURCES) == set(SOURCE_PREFIXES)
