"""Ends a worker in time: when it was asked to, and when it noticed by itself that it takes no work any more."""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable
from typing import Any

from agent.errors import BrokerUnavailable

log = logging.getLogger(__name__)

DEAF_AFTER_S = 75.0
"""An idle worker polls every second. kombu drops a half-open connection by itself after 51 s; more is a worker that
reconnected and forgot to poll, which only a new process heals."""
_LOOK_S = 5.0
EXIT_OVERDUE = 70
EXIT_DEAF = 75
"""EX_TEMPFAIL of sysexits.h: whoever supervises this worker is to start it again."""


class Deadline(threading.Thread):
    """Ends this process for good when an orderly stop takes too long; pool children die with it."""

    def __init__(self, seconds: float) -> None:
        super().__init__(name="deadline", daemon=True)
        self._seconds = seconds

    def run(self) -> None:
        """Wait, then end the process; an orderly stop is faster and takes this thread along."""
        time.sleep(self._seconds)
        log.error("This worker did not stop within %.0f s and is ended; its units were handed back.", self._seconds)
        os._exit(EXIT_OVERDUE)


def seconds_since_poll(consumer: Any) -> float | None:
    """How long ago a Celery consumer last asked the broker for messages; None while it has no channel or never asked.

    Reads the time that kombu's Redis transport (5.7) keeps for its own check of half-open sockets.
    """
    channel = getattr(getattr(consumer, "task_consumer", None), "channel", None)
    sent_at = getattr(channel, "_brpop_sent_at", None)
    return None if sent_at is None else time.monotonic() - sent_at


class PollWatch(threading.Thread):
    """Ends this worker when it is idle, the server answers, and it has not asked for work for long."""

    def __init__(
        self,
        silence_s: Callable[[], float | None],
        idle: Callable[[], bool],
        server_answers: Callable[[], object],
        *,
        deaf_after_s: float = DEAF_AFTER_S,
        end_process: Callable[[int], None] = os._exit,
    ) -> None:
        """``server_answers`` raises BrokerUnavailable when the server does not."""
        super().__init__(name="poll-watch", daemon=True)
        self._silence_s = silence_s
        self._idle = idle
        self._server_answers = server_answers
        self._deaf_after_s = deaf_after_s
        self._end_process = end_process
        self._ended = threading.Event()

    def run(self) -> None:
        """Look again and again until stopped."""
        heard_s = time.monotonic()
        while not self._ended.wait(min(_LOOK_S, self._deaf_after_s / 3)):
            now_s = time.monotonic()
            silence_s = self._silence_s()
            if not self._idle() or not self._answers():
                heard_s = now_s
            elif silence_s is not None:
                heard_s = max(heard_s, now_s - silence_s)
            if now_s - heard_s >= self._deaf_after_s:
                log.critical("This worker has not asked for work for %.0f s and ends itself.", now_s - heard_s)
                self._end_process(EXIT_DEAF)
                return

    def stop(self) -> None:
        """No more looks: the worker stops anyway."""
        self._ended.set()

    def _answers(self) -> bool:
        try:
            self._server_answers()
        except BrokerUnavailable:
            return False
        return True
