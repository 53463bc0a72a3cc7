"""Which texts share a sequence when rows are packed for training. Pure."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Sequence


def best_fit(sizes: Sequence[int], room: int) -> list[list[int]]:
    """Bins of at most ``room``, as the places of what is in them: each size goes where it leaves least room.

    ``sizes`` fall, and none exceeds ``room``: best-fit decreasing.
    """
    bins: list[list[int]] = []
    free: list[tuple[int, int]] = []  # (room left, bin), sorted
    for place, size in enumerate(sizes):
        found = bisect_left(free, (size, -1))
        if found == len(free):
            bins.append([])
            left, chosen = room, len(bins) - 1
        else:
            left, chosen = free.pop(found)
        bins[chosen].append(place)
        insort(free, (left - size, chosen))
    return bins
