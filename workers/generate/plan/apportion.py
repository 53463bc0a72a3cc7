"""Divides the examples of a unit among kinds by their shares, and among its chunks by what they can carry."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from agent.job.records import ExampleKind


@dataclass(frozen=True, slots=True)
class Room:
    """What one chunk can take."""

    examples: int
    capacity: Mapping[ExampleKind, int]
    matter: Mapping[ExampleKind, float]
    """How much there is in it for each kind: among chunks with room the one with most is given an order first."""
    given: Counter[ExampleKind] = field(default_factory=Counter)

    def takes(self, kind: ExampleKind) -> bool:
        """Whether one more of the kind has room."""
        return self.given.total() < self.examples and self.given[kind] < self.capacity.get(kind, 0)


def quotas(shares: Mapping[ExampleKind, float], total: int, offset: float) -> dict[ExampleKind, int]:
    """Whole numbers that make ``total``, each its share rounded up or down, by systematic rounding (Madow 1949).

    Over units with offsets spread over 0 to 1 the mean of each number is its share exactly, however small the units:
    always giving the odd ones to the largest remainders would never give a small unit a rare kind.
    """
    counts: dict[ExampleKind, int] = {}
    reached, before = 0.0, int(offset)
    for kind, share in shares.items():
        reached += share * total
        upto = int(reached + offset + 1e-9)
        counts[kind], before = upto - before, upto
    return counts


def place(rooms: Sequence[Room], shares: Mapping[ExampleKind, float], offset: float) -> None:
    """Fill ``given`` of the rooms: the kinds that fewest chunks can carry first, what has no room to the other kinds.

    Deterministic: among equal chunks the first in order is served first.
    """
    total = sum(room.examples for room in rooms)
    wanted = quotas(shares, total, offset)
    for kind in sorted(wanted, key=lambda kind: (_space(rooms, kind) / max(1, wanted[kind]), kind)):
        _place_kind(rooms, kind, wanted[kind])
    placed: Counter[ExampleKind] = Counter()
    for room in rooms:
        placed += room.given
    for room in sorted(rooms, key=lambda room: len(room.capacity)):
        while kinds := [kind for kind in shares if room.takes(kind)]:
            kind = min(kinds, key=lambda kind: ((placed[kind] + 1) / shares[kind], kind))
            room.given[kind] += 1
            placed[kind] += 1


def _space(rooms: Sequence[Room], kind: ExampleKind) -> int:
    return sum(min(room.examples, room.capacity.get(kind, 0)) for room in rooms)


def _place_kind(rooms: Sequence[Room], kind: ExampleKind, count: int) -> None:
    """One to each chunk, those with most matter for it first; then second ones."""
    while count > 0:
        open_rooms = [room for room in rooms if room.takes(kind)]
        if not open_rooms:
            return
        open_rooms.sort(key=lambda room: (room.given[kind], room.given.total() / room.examples, -room.matter[kind]))
        for room in open_rooms[:count]:
            room.given[kind] += 1
        count -= len(open_rooms[:count])
