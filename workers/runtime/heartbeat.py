"""Holds a unit's lease while it is worked on, carries its progress out and the order to stop back in."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from typing import Literal

from agent.errors import BrokerUnavailable, JobCancelled, Superseded, WorkerLeaving
from agent.ledger.contract import BeatAnswer, Claim, Ledger, Progress

log = logging.getLogger(__name__)

BEATS_PER_LEASE = 3
"""Two beats may be lost before the lease lapses."""
LIVE_INTERVAL_S = 1.0
"""Progress reaches watchers at most this often; beats in between would only cost."""
LOOK_S = 0.25
"""Between two looks at the clock and at whether this worker leaves: a quarter second is nothing of a stop's time."""
PATIENCE_S = 2.0
"""How long work may ignore that it was stopped or overtaken: nothing of it counts any more."""
STALL_S = 1800.0
"""Without any progress for so long work hangs: more than every time limit within the stages together."""


class Heartbeat:
    """A thread that beats; ``tick`` is handed to the stage function and raises when the work must stop.

    Work that does not listen is not waited for: its unit is given back and ``end_process`` is called.
    """

    def __init__(
        self,
        ledger: Ledger,
        claim: Claim,
        lease_s: float,
        *,
        leaving: Callable[[], bool] = lambda: False,
        leave_within_s: float = PATIENCE_S,
        stall_s: float = STALL_S,
        end_process: Callable[[], None] = lambda: None,
    ) -> None:
        self._ledger = ledger
        self._claim = claim
        self._lease_s = lease_s
        self._leaving = leaving
        self._leave_within_s = leave_within_s
        self._stall_s = stall_s
        self._end_process = end_process
        self._progress = Progress()
        self._answer: BeatAnswer | Literal["leaving"] = "ok"
        self._beaten_s = self._ticked_s = time.monotonic()
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
        self._ticked_s = time.monotonic()
        if self._ticked_s - self._beaten_s >= LIVE_INTERVAL_S:
            self._beat()
        self.guard()

    def guard(self) -> None:
        """Raises JobCancelled, WorkerLeaving or Superseded when the unit is no longer ours to work on."""
        if self._answer == "stopped":
            raise JobCancelled(f"Job {self._claim.unit.job_id} was stopped.")
        if self._answer == "superseded":
            raise Superseded(f"Another worker took over {self._claim.unit}.")
        if self._answer == "leaving":
            raise WorkerLeaving(f"This worker stops and hands back {self._claim.unit}.")

    def _keep(self) -> None:
        must_stop_since_s: float | None = None
        while not self._ended.wait(LOOK_S):
            now_s = time.monotonic()
            if self._answer == "ok" and self._leaving():
                self._answer = "leaving"
            if now_s - self._beaten_s >= self._lease_s / BEATS_PER_LEASE:
                self._beat()
            if self._answer == "ok":
                if now_s - self._ticked_s >= self._stall_s:
                    self._give_up_stalled()
                    return
                continue
            must_stop_since_s = must_stop_since_s or now_s
            patience_s = self._leave_within_s if self._answer == "leaving" else PATIENCE_S
            if now_s - must_stop_since_s >= patience_s:
                self._abandon()
                return

    def _beat(self) -> None:
        self._beaten_s = time.monotonic()
        try:
            answer = self._ledger.beat(self._claim, self._lease_s, self._progress)
        except BrokerUnavailable as error:
            # The lease may lapse meanwhile; then the next beat says so.
            log.warning("no beat: %s", error)
            return
        if answer != "ok":
            self._answer = answer

    def _abandon(self) -> None:
        """The work does not listen: give its unit back for it, and end the process that goes on with it."""
        log.warning("%s does not stop by itself; its process is ended", self._claim.unit)
        try:
            if self._answer != "superseded":
                self._ledger.hand_back(self._claim)
        except BrokerUnavailable as error:
            log.warning("not handed back, the lease lapses: %s", error)
        self._answer = "superseded"
        self._end_process()

    def _give_up_stalled(self) -> None:
        reason = f"it made no progress for {self._stall_s:.0f} s and was ended"
        log.error("%s: %s", self._claim.unit, reason)
        try:
            self._ledger.fail(self._claim, reason)
        except BrokerUnavailable as error:
            log.warning("not reported, the lease lapses: %s", error)
        self._answer = "superseded"
        self._end_process()
