"""Batches of examples in figures, ordinary ones and ones with a planted fault."""

from __future__ import annotations

import random
from typing import Any

from agent.dataset.batch import Batch

KINDS = ("factual", "explain", "analytical")
TOPICS = ("qubits", "gates", "noise", "")
SIZE = 30


def batch(number: int, **fields: Any) -> Batch:
    """An ordinary batch, different for each number; ``fields`` replace what it has."""
    rng = random.Random(number)
    usual: dict[str, Any] = {
        "shards": (f"{number:04d}",),
        "chunks": 20,
        "barren": 3,
        "documents": 4,
        "examples": SIZE,
        "refused": {"ungrounded": rng.randrange(4)},
        "kinds": counted(rng, KINDS),
        "topics": counted(rng, TOPICS),
        "difficulties": counted(rng, ("easy", "medium", "hard")),
        "lengths": binned(rng, (2, 3, 4), 8),
        "qualities": binned(rng, (7, 8, 9), 10),
        "quality": 0.85,
        "diversity": 60 + rng.uniform(-10, 10),
        "repeated_questions": 0.02,
        "repeated_answers": 0.01,
        "same_opening": 0.1,
        "from_source": 0.9,
    }
    return Batch(**{**usual, **fields})


def counted(rng: random.Random, names: tuple[str, ...]) -> dict[str, int]:
    drawn = [rng.choice(names) for _ in range(SIZE)]
    return {name: drawn.count(name) for name in names}


def binned(rng: random.Random, places: tuple[int, ...], bins: int) -> tuple[int, ...]:
    drawn = [rng.choice(places) for _ in range(SIZE)]
    return tuple(drawn.count(place) for place in range(bins))
