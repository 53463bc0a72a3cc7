"""A server and its clients in simulated time, to see where a limit settles without waiting for it."""

from __future__ import annotations

import heapq
import random
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from workers.llm.limit import Limit, Ticket

REFUSAL_S = 0.002
"""How long a refusal takes."""

Latency = Callable[[int, random.Random], float]
"""Seconds of work for a call, by how many are worked on with it."""


@dataclass
class Simulation:
    """Clients that always have another call to make, a server that works on at most ``cap`` at once."""

    limit: Limit
    latency: Latency
    cap: int
    refuses: bool = False
    retry_after_s: float = 0.0
    random: random.Random = field(default_factory=lambda: random.Random(7))
    now: float = 0.0
    working: int = 0
    under_way: int = 0
    rest_until: float = 0.0
    finished: list[float] = field(default_factory=list)
    refused: int = 0
    longest_s: float = 0.0
    _events: list[tuple[float, int, str, Ticket]] = field(default_factory=list)
    _waiting: deque[Ticket] = field(default_factory=deque)
    _number: int = 0

    def run(self, seconds: float) -> Simulation:
        """Go on for so long."""
        end = self.now + seconds
        self._fill()
        while self._events and self._events[0][0] < end:
            self.now, _, what, ticket = heapq.heappop(self._events)
            if what == "answer":
                self.working -= 1
                self.under_way -= 1
                self.finished.append(self.now)
                self.longest_s = max(self.longest_s, self.now - ticket.sent_at)
                self.limit.answered(ticket, self.now)
                if self._waiting:
                    self._work(self._waiting.popleft())
            elif what == "refusal":
                self.refused += 1
                self.under_way -= 1
                if self.limit.refused(ticket, self.now, self.under_way, self.retry_after_s):
                    self.rest_until = max(self.rest_until, self.now + self.retry_after_s)
                self._later(self.retry_after_s, "wake", ticket)
            self._fill()
        self.now = end
        return self

    def throughput(self, since: float) -> float:
        """Answers a second from then on."""
        return sum(1 for at in self.finished if at >= since) / (self.now - since)

    def _fill(self) -> None:
        while self.now >= self.rest_until and self.under_way < self.limit.value:
            self.under_way += 1
            ticket = self.limit.send(self.now, self.under_way)
            if self.working < self.cap:
                self._work(ticket)
            elif self.refuses:
                self._later(REFUSAL_S, "refusal", ticket)
            else:
                self._waiting.append(ticket)

    def _work(self, ticket: Ticket) -> None:
        self.working += 1
        self._later(self.latency(self.working, self.random), "answer", ticket)

    def _later(self, seconds: float, what: str, ticket: Ticket) -> None:
        self._number += 1
        heapq.heappush(self._events, (self.now + seconds, self._number, what, ticket))
