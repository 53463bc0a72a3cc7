"""Holds a unit's lease while it is worked on, carries its progress out and the order to stop back in."""

from __future__ import annotations

import logging
import threading
import time

from agent.errors import BrokerUnavailable, JobCancelled, Superseded
from agent.ledger.contract import Claim, Ledger, Progress

log = logging.getLogger(__name__)

BEATS_PER_LEASE = 3
"""Two beats may be lost before the lease lapses."""
LIVE_INTERVAL_S = 1.0
"""Progress reaches watchers at most this often; beats in between would only cost."""


class Heartbeat:
    """A thread that beats; ``tick`` is handed to the stage function and raises when the work must stop."""

    def __init__(self, ledger: Ledger, claim: Claim, lease_s: float) -> None:
        self._ledger = ledger
        self._claim = claim
        self._lease_s = lease_s
        self._progress = Progress()
        self._answer = "ok"
        self._last_s = time.monotonic()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._keep, name=f"beat-{claim.unit.stage}", daemon=True)

    def __enter__(self) -> Heartbeat:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join(timeout=5)

    @property
    def progress(self) -> Progress:
        """What was reported last."""
        return self._progress

    def tick(self, done: int, total: int | None = None, **figures: float | str) -> None:
        """See `workers.runtime.work.Tick`."""
        self._progress = Progress(done, total, figures)
        if time.monotonic() - self._last_s >= LIVE_INTERVAL_S:
            self._beat()
        self.guard()

    def guard(self) -> None:
        """Raises JobCancelled or Superseded when the unit is no longer ours to work on."""
        if self._answer == "stopped":
            raise JobCancelled(f"Job {self._claim.unit.job_id} was stopped.")
        if self._answer == "superseded":
            raise Superseded(f"Another worker took over {self._claim.unit}.")

    def _keep(self) -> None:
        while not self._ended.wait(self._lease_s / BEATS_PER_LEASE):
            self._beat()

    def _beat(self) -> None:
        self._last_s = time.monotonic()
        try:
            answer = self._ledger.beat(self._claim, self._lease_s, self._progress)
        except BrokerUnavailable as error:
            # The lease may lapse meanwhile; then the next beat says so.
            log.warning("no beat: %s", error)
            return
        if self._answer == "ok":
            self._answer = answer
