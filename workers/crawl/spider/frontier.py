"""What waits to be fetched: the address that promises most first, every tenth time the oldest one instead."""

from __future__ import annotations

import heapq
from collections import deque
from typing import Generic, NamedTuple, TypeVar

T = TypeVar("T")

OLDEST_EVERY = 10
"""One fetch in ten goes to what waits longest: a subject that hides behind a dull link is found late, but found."""

MOST_WAITING = 50_000
"""Addresses kept in memory; of more, the half that promises least goes."""


class _Waiting(NamedTuple, Generic[T]):
    promise: float
    number: int
    item: T


class Frontier(Generic[T]):
    """Items under a key, each with its promise; among equals the one that came first is first."""

    def __init__(self, oldest_every: int = OLDEST_EVERY, most: int = MOST_WAITING) -> None:
        self._oldest_every = oldest_every
        self._most = most
        self._waiting: dict[str, _Waiting[T]] = {}
        self._best: list[tuple[float, int, str]] = []
        self._oldest: deque[str] = deque()
        self._came = 0
        self._taken = 0
        self.dropped = 0
        """Items that had to make room."""

    def __len__(self) -> int:
        return len(self._waiting)

    def __contains__(self, key: str) -> bool:
        return key in self._waiting

    def promise(self, key: str) -> float:
        """What a waiting item promises; 0 for one that does not wait."""
        waiting = self._waiting.get(key)
        return waiting.promise if waiting else 0.0

    def put(self, key: str, promise: float, item: T) -> None:
        """Let the item wait; one that waits under the key already is replaced and keeps its age."""
        known = self._waiting.get(key)
        number = known.number if known else self._came
        if known is None:
            self._came += 1
            self._oldest.append(key)
        self._waiting[key] = _Waiting(promise, number, item)
        heapq.heappush(self._best, (-promise, number, key))
        if len(self._waiting) > self._most:
            self._make_room()

    def take(self) -> T | None:
        """The next item, None when nothing waits."""
        if not self._waiting:
            return None
        self._taken += 1
        key = self._oldest_key() if self._taken % self._oldest_every == 0 else self._best_key()
        return self._waiting.pop(key).item

    def _best_key(self) -> str:
        while True:
            promise, number, key = heapq.heappop(self._best)
            waiting = self._waiting.get(key)
            if waiting and (waiting.promise, waiting.number) == (-promise, number):
                return key

    def _oldest_key(self) -> str:
        while (key := self._oldest.popleft()) not in self._waiting:
            continue
        return key

    def _make_room(self) -> None:
        kept = sorted(self._waiting.items(), key=lambda entry: (-entry[1].promise, entry[1].number))
        del kept[self._most // 2 :]
        self.dropped += len(self._waiting) - len(kept)
        self._waiting = dict(kept)
        self._best = [(-waiting.promise, waiting.number, key) for key, waiting in kept]
        heapq.heapify(self._best)
        self._oldest = deque(key for key, _ in sorted(kept, key=lambda entry: entry[1].number))
