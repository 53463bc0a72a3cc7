"""Cuts candidates into units of work, one host's documents together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from agent.job.records import Candidate
from workers.crawl.http.canonical import endpoint


def shards_of(candidates: Sequence[Candidate], size: int) -> list[list[Candidate]]:
    """Lists of at most ``size``, in a deterministic order; within a host the order given is kept.

    A host's documents stay together as far as they fit, since its pace is shared and its robots.txt is then
    read once; hosts with few documents share a shard, since each unit has its own cost.
    """
    by_host: dict[str, list[Candidate]] = defaultdict(list)
    for candidate in candidates:
        by_host[endpoint(candidate.url).host].append(candidate)
    shards: list[list[Candidate]] = []
    for host in sorted(by_host, key=lambda name: (-len(by_host[name]), name)):
        documents = by_host[host]
        pieces = [documents[start : start + size] for start in range(0, len(documents), size)]
        for piece in pieces:
            room = next((shard for shard in shards if len(shard) + len(piece) <= size), None)
            if room is None:
                shards.append(list(piece))
            else:
                room.extend(piece)
    return shards
