"""Trying again: pauses as the server asks for them, else doubling ones with jitter, and an end to it."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import tenacity

from agent.errors import DocumentRejected
from workers.crawl.http.wire import Broken, Reply

ATTEMPTS = 4
"""Tries of one request that is answered 429 or 5xx, or whose connection breaks."""
MAX_RETRY_AFTER_S = 60.0
"""A server that asks for a longer pause is left alone; the document fails with its status."""
MAX_REST_S = 86_400.0
"""A server that asks for more than a day means something else, or harm."""
_BUSY = frozenset({429, 500, 502, 503, 504})
_RESTS = frozenset({429, 503})
"""Answers that speak for the whole host, so that every worker leaves it alone."""
_SLEEP_SLICE_S = 1.0
"""Longest silence toward the runner while waiting to try again."""

_doubling_pause = tenacity.wait_exponential_jitter(initial=0.5, max=MAX_RETRY_AFTER_S, jitter=0.5)


class Patience:
    """How long one request is tried."""

    def __init__(
        self, rest: Callable[[float], None], pulse: Callable[[], None], backoff_s: float, most_s: float
    ) -> None:
        """``rest`` puts the host to rest for all workers; ``backoff_s`` is the first pause after a 429 that names
        none; ``most_s`` the longest that is waited for."""
        self._rest = rest
        self._pulse = pulse
        self._backoff_s = backoff_s
        self._most_s = most_s
        self._asked_s = 0.0
        """Pause that the last answer asked for."""

    def persist(self, attempt: Callable[[], Reply]) -> Reply:
        """The first answer that is no 429 or 5xx, or the last of all.

        Raises:
            DocumentRejected: connection_failed or truncated, after all tries; and what ``attempt`` raises for good.
        """
        retrying = tenacity.Retrying(
            retry=tenacity.retry_if_exception_type(Broken)
            | tenacity.retry_if_result(lambda reply: reply.status in _BUSY),
            # Where the host rests, the next turn comes after that.
            wait=lambda state: 0.0 if self._asked_s else _doubling_pause(state),
            stop=lambda state: state.attempt_number >= ATTEMPTS or self._asked_s > self._most_s,
            sleep=self._sleep,
            retry_error_callback=_last,
        )
        try:
            return retrying(attempt)
        except Broken as error:
            broken = DocumentRejected(error.reason, f"{error.detail} ({ATTEMPTS} tries)")
        raise broken

    def heed(self, reply: Reply) -> Reply:
        """The same answer, after putting its host to rest where it asks for that.

        To be shown each answer while its turn is still held, so that nobody asks in between.
        """
        self._asked_s = 0.0
        if reply.status in _RESTS:
            self._asked_s = retry_after_s(reply.headers.get("retry-after", ""))
        if reply.status == 429 and not self._asked_s:
            self._asked_s = min(self._backoff_s, self._most_s) * random.uniform(1.0, 1.25)
            self._backoff_s *= 2
        if self._asked_s:
            self._rest(self._asked_s)
        return reply

    def _sleep(self, seconds: float) -> None:
        ends_s = time.monotonic() + seconds
        while (left_s := ends_s - time.monotonic()) > 0:
            self._pulse()
            time.sleep(min(left_s, _SLEEP_SLICE_S))


def _last(state: tenacity.RetryCallState) -> Reply:
    assert state.outcome is not None
    reply: Reply = state.outcome.result()
    return reply


def retry_after_s(value: str) -> float:
    """Seconds that a Retry-After header asks for, as a number or a date (RFC 9110, 10.2.3), a day at most; 0 for
    nothing readable."""
    if value.strip().isdecimal():
        return min(float(value), MAX_REST_S)
    try:
        moment = parsedate_to_datetime(value).astimezone(UTC)
    except (ValueError, OverflowError):
        return 0.0
    return min(max(0.0, (moment - datetime.now(UTC)).total_seconds()), MAX_REST_S)
