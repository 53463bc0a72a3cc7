"""Announces a worker in the ledger while it lives: its queues, free hands and accelerator."""

from __future__ import annotations

import logging
import threading

from agent.errors import BrokerUnavailable
from agent.job.workers import WorkerInfo
from agent.ledger.contract import Ledger

log = logging.getLogger(__name__)

TTL_S = 30.0
INTERVAL_S = 10.0
"""A third of the time to live: two announcements may be lost."""


class Presence(threading.Thread):
    """Registers the worker again and again until stopped."""

    def __init__(self, ledger: Ledger, worker: WorkerInfo) -> None:
        super().__init__(name="presence", daemon=True)
        self._ledger = ledger
        self._worker = worker
        self._ended = threading.Event()

    def run(self) -> None:
        """Announce at once, then at each interval."""
        while True:
            try:
                self._ledger.register(self._worker, TTL_S)
            except BrokerUnavailable as error:
                log.warning("cannot announce this worker: %s", error)
            if self._ended.wait(INTERVAL_S):
                return

    def stop(self) -> None:
        """Withdraw the announcement, so that no more work is sent for it."""
        self._ended.set()
        try:
            self._ledger.unregister(self._worker.name)
        except BrokerUnavailable as error:
            log.warning("cannot withdraw this worker, it expires by itself: %s", error)
