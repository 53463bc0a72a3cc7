"""One round of the control worker: heal what lapsed or got lost, bring job states up to date, hand out work."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence

from agent.canvas.advance import advance
from agent.errors import BrokerUnavailable
from agent.ledger.contract import DueUnit, Ledger

log = logging.getLogger(__name__)

INTERVAL_S = 2.0
"""Together with the lease this bounds recovery: 15 + 2 s, and 30 + 2 s for training."""
RESTART_GRACE_S = 12.0
"""After a start of the server: the longest pause between two beats (training, 10 s) and a reconnection."""


def reconcile(ledger: Ledger, send: Callable[[Sequence[DueUnit]], None]) -> int:
    """Returns how many units were sent. Any number of control workers may do this at once."""
    for name in ledger.reconcile(grace_s=RESTART_GRACE_S):
        log.warning("%s lapsed or was lost; queued again", name)
    for job_id in ledger.active():
        advance(ledger, job_id)
    due = ledger.hand_out()
    send(due)
    return len(due)


class ReconcileLoop(threading.Thread):
    """Makes a round at each interval until stopped; a round that fails is logged and the next one comes."""

    def __init__(
        self, ledger: Ledger, send: Callable[[Sequence[DueUnit]], None], *, interval_s: float = INTERVAL_S
    ) -> None:
        super().__init__(name="reconcile", daemon=True)
        self._ledger = ledger
        self._send = send
        self._interval_s = interval_s
        self._ended = threading.Event()

    def run(self) -> None:
        """Round after round."""
        while not self._ended.wait(self._interval_s):
            try:
                reconcile(self._ledger, self._send)
            except BrokerUnavailable as error:
                log.warning("no round: %s", error)
            except Exception:
                # Nothing may end this loop: every job of the cluster waits for it.
                log.exception("a round failed")

    def stop(self) -> None:
        """End after the present round."""
        self._ended.set()
