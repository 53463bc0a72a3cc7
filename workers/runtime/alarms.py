"""Calls that are due later, nearly all of them called off before: one thread waits for all, where a
`threading.Timer` would start one for each and so cost a request a tenth of its time."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

_LINGER_S = 1.0
"""How long the thread stays with nothing to wait for."""


class Alarm:
    """One call that is due; compared by identity."""

    def __init__(self, due_s: float, call: Callable[[], None]) -> None:
        self.due_s = due_s
        self.call = call


class Alarms:
    """The alarms of one owner, each called in its thread at its time, soonest first; a call that takes long holds up
    the next."""

    def __init__(self) -> None:
        """Start no thread yet."""
        self._changed = threading.Condition()
        self._set: set[Alarm] = set()
        self._thread: threading.Thread | None = None
        self._looks_s = 0.0
        """When the thread looks again by itself. It is not woken for an alarm that is due later, nor for one called
        off, so that a steady row of requests never wakes it."""

    def after(self, seconds: float, call: Callable[[], None]) -> Alarm:
        """Have something called in so many seconds, unless it is called off."""
        alarm = Alarm(time.monotonic() + seconds, call)
        with self._changed:
            self._set.add(alarm)
            if self._thread is None or not self._thread.is_alive():  # a forked process has none of its parent's
                self._looks_s = alarm.due_s
                self._thread = threading.Thread(target=self._keep, name="alarms", daemon=True)
                self._thread.start()
            elif alarm.due_s < self._looks_s:
                self._changed.notify()
        return alarm

    def call_off(self, alarm: Alarm) -> bool:
        """Whether it comes in time: False when the call has been made, or is being made."""
        with self._changed:
            pending = alarm in self._set
            self._set.discard(alarm)
            return pending

    def _keep(self) -> None:
        while due := self._wait():
            for alarm in due:
                alarm.call()

    def _wait(self) -> list[Alarm]:
        """What is due, as soon as something is; nothing when the thread may end."""
        lingered = False
        with self._changed:
            while True:
                now_s = time.monotonic()
                if due := sorted((each for each in self._set if each.due_s <= now_s), key=lambda each: each.due_s):
                    self._set.difference_update(due)
                    return due
                if not self._set and lingered:
                    self._thread = None
                    return []
                lingered = not self._set
                self._looks_s = min((each.due_s for each in self._set), default=now_s + _LINGER_S)
                self._changed.wait(self._looks_s - now_s)
