"""What this process knows of one model at one endpoint, between units of work too: its limit, dialect and failures."""

from __future__ import annotations

import asyncio
import random
import time
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import cache

from workers.llm.dialect import Dialect
from workers.llm.limit import Limit, Ticket

MOST_FAILURES_IN_A_ROW = 3
"""So many requests without any answer, while nothing else was answered, are the endpoint's fault and not theirs."""
MOST_REFUSALS_IN_A_ROW = 20
"""The same of requests that the endpoint does not accept: that costs nothing, and a document may be full of such."""
CLOSED_S = 0.1
"""After a key or model was refused the next call waits so long: whoever asked for the others has time to end them."""
SPREAD = 0.1
"""Calls that rest together wake within this share of the rest, not all at once."""


@dataclass(slots=True)
class Place:
    """One call's permission to be under way."""

    ticket: Ticket
    given_back: bool = False


class Endpoint:
    """Shared by all calls of the process to one model; one event loop uses it at a time, and another one after that."""

    def __init__(self, most: int, timeout_s: float) -> None:
        self.dialect = Dialect()
        self.limit = Limit(most, timeout_s)
        self._is_tried = False
        """Whether any call told something of the endpoint. The first one goes alone: where key, address or model are
        wrong, nothing beside it is broken off with its worst case held in the budget."""
        self._under_way = 0
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._rest_until = 0.0
        self._answered_at = 0.0
        self._failures = 0
        self._undecided: set[int] = set()
        """Requests under way at the first failure in a row: an answer to one of them would show that the endpoint
        lives."""
        self._open: set[int] = set()
        """Requests that were sent and have no answer yet, also between two tries."""
        self._number = 0

    @asynccontextmanager
    async def place(self, request: int) -> AsyncIterator[Place]:
        """A place among the calls under way, as soon as there is one and nobody asked for a rest."""
        await self._enter()
        self._open.add(request)
        place = Place(self.limit.send(time.monotonic(), self._under_way))
        try:
            yield place
        finally:
            self._leave(place)

    def answered(self, place: Place) -> None:
        """The call of this place was answered."""
        self._is_tried = True
        self.limit.answered(place.ticket, time.monotonic())

    def refused(self, place: Place, rest_s: float) -> None:
        """The server was too busy for it and asks for a rest: of this call, or of all."""
        now = time.monotonic()
        self._is_tried = True
        self._leave(place, wake=False)
        if self.limit.refused(place.ticket, now, self._under_way, rest_s):
            self._rest_until = max(self._rest_until, now + rest_s)
        self._wake()

    def closed(self, place: Place) -> None:
        """The endpoint does not know the key or the model, and will not for any other call."""
        self._leave(place, wake=False)
        asyncio.get_running_loop().call_later(CLOSED_S, self._wake)

    def failed(self, place: Place) -> None:
        """The call of this place met an error of the server, or none came back."""
        self._is_tried = True
        self.limit.failed(place.ticket, time.monotonic())

    def next_request(self) -> int:
        """A number for a request, which may take several calls."""
        self._number += 1
        return self._number

    def close_request(self, number: int, *, answered: bool = False) -> None:
        """The request has its answer, or was given up for a reason of ours."""
        self._open.discard(number)
        self._undecided.discard(number)
        if answered:
            self._failures = 0
            self._answered_at = time.monotonic()

    @property
    def has_answered(self) -> bool:
        """Whether it ever did: then its address and the key are right."""
        return self._answered_at > 0

    def silent_s(self, since: float) -> float:
        """Seconds in which nothing was answered, of those since then."""
        return time.monotonic() - max(since, self._answered_at)

    def answered_since(self, since: float) -> bool:
        """Whether any call was answered from then on."""
        return self._answered_at >= since

    def lose_request(self, number: int, *, refused: bool) -> int:
        """How many failures in a row that makes, 0 while it is not yet certain that they are the endpoint's fault.

        ``refused`` says that the endpoint did answer, with a refusal; else the request stays without any answer.
        """
        self.close_request(number)
        if not self._failures:
            self._undecided = set(self._open)
        self._failures += 1
        count = self._failures
        if count < (MOST_REFUSALS_IN_A_ROW if refused else MOST_FAILURES_IN_A_ROW) or self._undecided:
            return 0
        self._failures = 0
        return count

    @property
    def _most_under_way(self) -> int:
        return self.limit.value if self._is_tried else 1

    async def _enter(self) -> None:
        while True:
            rest_s = self._rest_until - time.monotonic()
            if rest_s > 0:
                await asyncio.sleep(rest_s * (1 + SPREAD * random.random()))
            elif self._under_way < self._most_under_way:
                self._under_way += 1
                return
            else:
                turn = asyncio.get_running_loop().create_future()
                self._waiting.append(turn)
                try:
                    await turn
                except asyncio.CancelledError:
                    if turn.cancelled():
                        self._waiting.remove(turn)
                    else:
                        self._wake()  # It was this one's turn; another one takes it.
                    raise

    def _leave(self, place: Place, *, wake: bool = True) -> None:
        if place.given_back:
            return
        place.given_back = True
        self._under_way -= 1
        if wake:
            self._wake()

    def _wake(self) -> None:
        for _ in range(min(self._most_under_way - self._under_way, len(self._waiting))):
            turn = self._waiting.popleft()
            if not turn.done():
                turn.set_result(None)


@cache
def endpoint_of(base_url: str, model: str, most: int, timeout_s: float) -> Endpoint:
    """The process's knowledge of this model, new at first sight and with other bounds."""
    return Endpoint(most, timeout_s)
