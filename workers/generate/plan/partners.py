"""The second chunk of a question over two: one that speaks of the same thing and says something else of it."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Sequence

from agent.job.records import Chunk
from workers.generate.context.record import Context
from workers.generate.context.tagging import commonness

MAX_SHARE = 0.25
"""A concept that more of the unit's chunks name is the subject of them all and joins no two."""
MIN_CHUNKS_FOR_SHARE = 12
"""In smaller units every shared concept counts."""
COMMON = 4.0
"""Zipf frequency from which a single word ("reader", "phase") is too common a thing to join two chunks by."""
SAME_DOCUMENT = 0.5
"""What a partner from the same document is worth beside one from another."""
MIN_SHARED_WEIGHT = 0.2
"""Of the weightiest shared concept, its weights in both chunks multiplied: below it one of the two only mentions it."""
MAX_OVERLAP = 0.5
"""Share of a chunk's concepts that its partner may repeat: beyond it the two say the same."""


def partners(chunks: Sequence[Chunk], contexts: Sequence[Context]) -> list[Chunk | None]:
    """For each chunk its best partner of the same split, or None; the first in order among equals.

    Never the chunk before or after it in its document, which the same section merely goes on in.
    """
    keys = [{concept.key: concept.weight for concept in context.concepts} for context in contexts]
    holders: dict[str, list[int]] = defaultdict(list)
    for number, found in enumerate(keys):
        if contexts[number].sentences:
            for key in found:
                if " " in key or commonness(key) < COMMON:
                    holders[key].append(number)
    most = max(2, int(MAX_SHARE * len(chunks))) if len(chunks) >= MIN_CHUNKS_FOR_SHARE else len(chunks)
    found_partners: list[Chunk | None] = []
    for number, chunk in enumerate(chunks):
        scores: Counter[int] = Counter()
        for key, weight in keys[number].items():
            if 2 <= len(holders[key]) <= most:
                rarity = math.log(1 + len(chunks) / len(holders[key]))
                for other in holders[key]:
                    scores[other] += weight * keys[other][key] * rarity  # type: ignore[assignment]
        fitting = {
            other: score * (SAME_DOCUMENT if chunks[other].document_id == chunk.document_id else 1.0)
            for other, score in scores.items()
            if other != number and _may_join(chunk, chunks[other]) and _adds(keys[number], keys[other])
        }
        best = min(fitting, key=lambda other: (-fitting[other], other), default=None)
        found_partners.append(None if best is None else chunks[best])
    return found_partners


def _may_join(chunk: Chunk, other: Chunk) -> bool:
    is_neighbour = chunk.document_id == other.document_id and abs(chunk.ordinal - other.ordinal) <= 1
    return chunk.split is other.split and not is_neighbour


def _adds(own: dict[str, float], other: dict[str, float]) -> bool:
    """Whether both speak of a shared concept, and the partner of other things beside."""
    shared = own.keys() & other.keys()
    weight = max((own[key] * other[key] for key in shared), default=0.0)
    return weight >= MIN_SHARED_WEIGHT and len(shared) <= MAX_OVERLAP * min(len(own), len(other))
