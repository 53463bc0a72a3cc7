"""How many calls a server takes at once, found out from what becomes of them.

Latency says little here: servers that batch answer many calls at once more slowly *and* do more work, so that limits
drawn from it (TCP Vegas, the gradient of Netflix' concurrency-limits) stop far too early. What counts is throughput, by
Little's law the calls under way over their mean latency: the limit is doubled as long as that helps, as in TCP's slow
start. A server that refuses (429) tells its limit exactly: what is under way without the refused calls. Neither answer
is for ever; it is doubted after a while, and the more rarely the more often it was confirmed.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

FIRST_LIMIT = 4
"""A server that answers one at a time makes the fourth wait four times as long, which its timeout survives."""
WORTH_IT = 1.15
"""Twice the calls must bring at least so much more throughput, or there is no need for them."""
CLEARLY_WORTH_IT = 1.8
"""At a queueing server the calls that fill its places wait for less than the ones after them: at this gain of theirs
the true one is at least 1.75, whatever its number of places."""
SLACK = 1.25
"""Calls kept under way for each that the throughput needs, so that no place at the server waits for the next one."""
LEAST_SAMPLES = 4
SAMPLED = 0.5
"""Answers for each call under way after which a limit is judged. Waiting for all of them settles no better in
simulations with uneven answers, and takes twice as long to get there."""
TIMEOUT_SHARE = 0.25
"""The limit is not raised once answers take this share of the timeout, and lowered when they take twice as much: the
server may be queueing them."""
CUT = 0.7
"""The least that one refusal, error, dropped connection or timeout leaves of the limit."""
FIRST_HOLD_S = 5.0
LONGEST_HOLD_S = 300.0
HOLD_PER_REST = 40
"""A refusal that costs a rest of a second is risked every 40 seconds: 2.5 % of the time."""
SHORT_REST_S = 2.0
"""Who asks for more has run out of something that others must not use up either; who asks for less, after more calls
than ever before, has no place for those that are too many."""


@dataclass(frozen=True, slots=True)
class Ticket:
    """A call under way."""

    level: int
    sent_at: float
    in_use: bool
    """Whether all places were taken when it was sent; otherwise its latency says nothing about the limit."""


class Limit:
    """Decides by the clock it is told, in seconds; knows no event loop."""

    def __init__(self, most: int, timeout_s: float) -> None:
        self.value = min(FIRST_LIMIT, most)
        self._most = most
        self._slow_s = timeout_s * TIMEOUT_SHARE
        self._level = 0
        """Counts the changes of the limit: only calls sent since the last one tell about the present limit."""
        self._latencies_s = 0.0
        self._answers = 0
        self._early_s: list[float] = []
        """Latencies on trial, also of calls sent before all places were taken."""
        self._was_full = False
        """Whether all places of the present limit have been taken at once."""
        self._mean_s = 0.0
        self._settled = self.value
        self._is_first = True
        """Whether no limit was ever found: the first one is given its slack."""
        self._throughput = 0.0
        """Calls a second at the settled limit, 0 where that is not known."""
        self._step = 0
        """So much more is tried next; 0 stands for twice as much."""
        self._hold_s = FIRST_HOLD_S
        self._hold_until: float | None = None
        self._cut_at = -math.inf
        """When the server last told that a trial was too much."""

    def send(self, now: float, under_way: int) -> Ticket:
        """A call is sent; ``under_way`` counts it too."""
        in_use = under_way >= self.value
        is_over = self._hold_until is not None and now >= self._hold_until
        if is_over and in_use and self._mean_s < self._slow_s and self.value < self._most:
            self._raise()
            in_use = under_way >= self.value
        self._was_full |= in_use
        return Ticket(self._level, now, in_use)

    def answered(self, ticket: Ticket, now: float) -> None:
        """A call was answered."""
        if ticket.level != self._level:
            return
        latency_s, enough = now - ticket.sent_at, max(LEAST_SAMPLES, self.value * SAMPLED)
        if self._hold_until is None and not self._step:
            self._early_s.append(latency_s)
            if self._was_full and len(self._early_s) >= enough and self._helps_clearly():
                self._raise()
                return
        if not ticket.in_use:
            return
        self._latencies_s += latency_s
        self._answers += 1
        if self._answers < enough:
            return
        self._mean_s = max(self._latencies_s / self._answers, 1e-9)
        throughput = self.value / self._mean_s
        if self._mean_s > 2 * self._slow_s:
            self._lower(now)
            return
        if self._hold_until is not None:
            # The longer the limit is held, the better is known what the next one is compared with.
            self._throughput = throughput
            return
        gain = throughput / self._throughput if self._throughput else math.inf
        if not self._step and gain < WORTH_IT:
            needed = math.ceil(self._settled * max(gain, 1.0) * SLACK) if self._is_first else self._settled
            self._set(min(self.value, needed))
            self._is_first = False
            self._hold(now)
            return
        self._hold_s, self._step = FIRST_HOLD_S, 2 * self._step
        self._throughput = throughput
        if self.value < self._most and self._mean_s < self._slow_s:
            self._raise()
        else:
            self._hold(now)

    def refused(self, ticket: Ticket, now: float, under_way: int, rest_s: float) -> bool:
        """The server takes no more than the ``under_way`` calls that are left, and asks for a rest of ``rest_s``.

        Returns whether all calls must rest, and not only this one: after a trial of a higher limit a short rest is
        meant for what was too much, unless what is sent after that is refused as well.
        """
        is_news = ticket.level == self._level
        is_trial = is_news and self._hold_until is None and under_way > 0
        is_excess = rest_s <= SHORT_REST_S and (is_trial or ticket.sent_at <= self._cut_at)
        if is_excess:
            self._cut_at = now
        self._set(min(self.value, max(under_way, int(self.value * CUT), 1)))
        if is_news:
            self._step, self._throughput = 1, 0.0
            self._hold_s = max(self._hold_s, HOLD_PER_REST * rest_s)
            self._hold(now)
        return not is_excess

    def failed(self, ticket: Ticket, now: float) -> None:
        """The call met an error or a timeout; of all that were under way together only the first one counts."""
        if ticket.level == self._level:
            self._lower(now)

    def _helps_clearly(self) -> bool:
        """Whether the calls that filled the places show already that the limit may be doubled again.

        They met a server that was not yet full, so a small gain of theirs says nothing; but if the server answers twice
        as many as quickly as before, a second round trip would tell no more.
        """
        self._mean_s = max(sum(self._early_s) / len(self._early_s), 1e-9)
        before = self._throughput or self.value / 2 / max(min(self._early_s), 1e-9)
        throughput = self.value / self._mean_s
        if throughput < CLEARLY_WORTH_IT * before or self._mean_s >= self._slow_s or self.value >= self._most:
            return False
        self._throughput = throughput
        return True

    def _lower(self, now: float) -> None:
        self._set(max(1, int(self.value * CUT)))
        self._step, self._throughput = 1, 0.0
        self._hold(now)

    def _raise(self) -> None:
        self._settled, self._hold_until = self.value, None
        self._set(min(self._most, self.value + (self._step or self.value)))

    def _set(self, value: int) -> None:
        self.value = value
        self._level += 1
        self._latencies_s, self._answers = 0.0, 0
        self._early_s, self._was_full = [], False

    def _hold(self, now: float) -> None:
        self._hold_until = now + self._hold_s
        self._hold_s = min(2 * self._hold_s, LONGEST_HOLD_S)
