"""Cutting candidates into units of work."""

from __future__ import annotations

from agent.job.records import Candidate
from workers.crawl.shards import shards_of


def candidates(*urls: str) -> list[Candidate]:
    """Candidates at these addresses."""
    return [Candidate(id=url, url=url, source="urls:x", score=0.5) for url in urls]


def test_a_host_is_cut_only_where_it_does_not_fit_and_small_hosts_share() -> None:
    ranked = candidates("http://a/1", "http://b/1", "http://a/2", "http://c/1", "http://a/3", "http://a/4")
    shards = [[item.url for item in shard] for shard in shards_of(ranked, 3)]

    assert shards == [["http://a/1", "http://a/2", "http://a/3"], ["http://a/4", "http://b/1", "http://c/1"]]


def test_nothing_is_lost_and_no_shard_is_too_large() -> None:
    ranked = candidates(*(f"http://h{number % 7}/{number}" for number in range(100)))
    shards = shards_of(ranked, 8)
    assert max(len(shard) for shard in shards) <= 8
    assert sorted(item.id for shard in shards for item in shard) == sorted(item.id for item in ranked)
