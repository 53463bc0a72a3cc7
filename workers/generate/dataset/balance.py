"""No document may outweigh the others."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

from agent.job.records import Example


def within_limit(examples: Iterable[Example], most: int) -> tuple[list[Example], list[Example]]:
    """Examples that stay and those beyond ``most`` of one document; plain text stays first, then the higher scores."""
    by_document: defaultdict[str, list[Example]] = defaultdict(list)
    for example in examples:
        by_document[example.document_id].append(example)
    kept: list[Example] = []
    dropped: list[Example] = []
    for group in by_document.values():
        group.sort(key=lambda item: (bool(item.prompt), -item.score, item.id))
        kept += group[:most]
        dropped += group[most:]
    return kept, dropped


def shuffled(examples: Iterable[Example], seed: int) -> list[Example]:
    """The examples in an order that depends on the seed and on nothing else, not even on the order given."""
    return sorted(examples, key=lambda item: hashlib.sha256(f"{seed}:{item.id}".encode()).digest())


def shares(examples: Sequence[Example]) -> dict[str, float]:
    """Share of each kind among the examples, to three digits."""
    counts = Counter(example.kind.value for example in examples)
    return {kind: round(count / len(examples), 3) for kind, count in sorted(counts.items())}
