"""Announces a worker in the ledger while it lives: its queues, free hands and accelerator."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from agent.errors import BrokerUnavailable
from agent.job.workers import ANNOUNCE_INTERVAL_S, WorkerInfo
from agent.ledger.contract import Ledger

log = logging.getLogger(__name__)

TTL_S = 3 * ANNOUNCE_INTERVAL_S
"""Two announcements may be lost."""


class Presence(threading.Thread):
    """Registers the worker again and again until stopped."""

    def __init__(
        self, ledger: Ledger, describe: Callable[[], WorkerInfo], *, interval_s: float = ANNOUNCE_INTERVAL_S
    ) -> None:
        """``describe`` is asked for each announcement what the worker says about itself now."""
        super().__init__(name="presence", daemon=True)
        self._ledger = ledger
        self._describe = describe
        self._interval_s = interval_s
        self._ended = threading.Event()
        self._speaking = threading.Lock()

    def run(self) -> None:
        """Announce at once, then at each interval."""
        while not self._ended.is_set():
            self._announce()
            self._ended.wait(self._interval_s)

    def stop(self) -> None:
        """Withdraw the announcement, so that no more work is sent for it."""
        self._ended.set()
        # After an announcement that is under way: it would bring the worker back.
        with self._speaking:
            try:
                self._ledger.unregister(self._describe().name)
            except BrokerUnavailable as error:
                log.warning("cannot withdraw this worker, it expires by itself: %s", error)

    def _announce(self) -> None:
        with self._speaking:
            if self._ended.is_set():
                return
            try:
                self._ledger.register(self._describe(), TTL_S)
            except BrokerUnavailable as error:
                log.warning("cannot announce this worker: %s", error)
