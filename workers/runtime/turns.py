"""Turns to ask a host: spaced, counted and put to rest for all workers together, by the ledger's clock."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from agent.errors import BrokerUnavailable
from agent.ledger.contract import Ledger, Limit, Wait
from workers.runtime.alarms import Alarm, Alarms

_SLICE_S = 1.0
"""Longest silence while waiting, so that a cancelled job or a leaving worker is seen at once."""
_LOOK_S = 0.1
"""Between two looks for a free place: nobody says when one is given back."""
_ON_THE_WAY_S = 0.02
"""Longest time that a request is thought to be on its way. Until its answer begins nobody here knows when it arrived,
and two could arrive nearer to each other than they were sent; an answer that takes longer is the server thinking."""


class Turn:
    """One granted turn: send the request, say when it was sent and when the answer began, end it."""

    def __init__(self, ledger: Ledger, alarms: Alarms, limit: Limit, ticket: str, asked_s: float) -> None:
        """``asked_s`` is when the turn was asked for, by this process's monotonic clock."""
        self._ledger = ledger
        self._group = limit.group
        self._ticket = ticket
        self._asked_s = asked_s
        self._alarms = alarms
        self._arriving: Alarm | None = None

    def sent(self) -> None:
        """The request is on its way; the next one is spaced from its arrival."""
        self._arriving = self._alarms.after(_ON_THE_WAY_S, self._tell_start)

    def answered(self) -> None:
        """The answer begins, so the request has arrived."""
        if self._arriving is not None and self._alarms.call_off(self._arriving):
            self._tell_start()

    def end(self) -> None:
        """Let the next one ask."""
        self.answered()
        with suppress(BrokerUnavailable):  # what was fetched is not lost for it: the turn lapses by itself
            self._ledger.end_turn(self._group, self._ticket)

    def _tell_start(self) -> None:
        with suppress(BrokerUnavailable):  # it counts as sent when the turn was granted
            self._ledger.turn_started(self._group, self._ticket, time.monotonic() - self._asked_s)


class Turns:
    """The one way to be granted a request."""

    def __init__(self, ledger: Ledger, owner: str) -> None:
        """``owner`` begins the tickets, so that a look at the ledger tells who asks."""
        self._ledger = ledger
        self._owner = owner
        self._alarms = Alarms()

    def ask(self, limit: Limit, lease_s: float) -> Turn | Wait:
        """A turn that is over after ``lease_s`` at the latest, or what there is to wait for; never blocks."""
        asked_s = time.monotonic()
        ticket = f"{self._owner}/{uuid.uuid4().hex[:12]}"
        wait = self._ledger.take_turn(limit, ticket, lease_s)
        return wait or Turn(self._ledger, self._alarms, limit, ticket, asked_s)

    @contextmanager
    def turn(self, limit: Limit, lease_s: float, waiting: Callable[[Wait], None]) -> Iterator[Turn]:
        """A turn for the length of the block, waited for in slices of a second at most.

        ``waiting`` is called in each slice and raises to give up.
        """
        while isinstance(answer := self.ask(limit, lease_s), Wait):
            again_s = time.monotonic() + (min(answer.seconds, _LOOK_S) if answer.reason == "busy" else answer.seconds)
            waiting(answer)
            while (left_s := again_s - time.monotonic()) > 0:
                time.sleep(min(left_s, _SLICE_S))
                waiting(answer)
        try:
            yield answer
        finally:
            answer.end()

    def rest(self, group: str, seconds: float) -> None:
        """Leave a group alone for so long, all workers of the cluster."""
        self._ledger.rest(group, seconds)
