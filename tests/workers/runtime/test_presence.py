"""A worker's announcements."""

from __future__ import annotations

import threading
import time
from itertools import count

from agent.job.workers import WorkerInfo
from agent.ledger.memory import MemoryLedger
from workers.runtime.presence import Presence

INTERVAL_S = 0.02
WAIT_S = 5.0


def a_worker(busy: int = 0) -> WorkerInfo:
    return WorkerInfo(name="w@h", pool="p", host="h", pid=1, queues=("q",), slots=2, version="v", busy=busy)


def test_each_announcement_says_how_the_worker_stands_then() -> None:
    ledger, asked = MemoryLedger(), count(1)
    presence = Presence(ledger, lambda: a_worker(busy=next(asked)), interval_s=INTERVAL_S)
    presence.start()
    deadline = time.monotonic() + WAIT_S
    while not (ledger.workers() and ledger.workers()[0].busy >= 3) and time.monotonic() < deadline:
        time.sleep(INTERVAL_S)
    assert ledger.workers()[0].busy >= 3
    presence.stop()
    assert ledger.workers() == []


def test_a_worker_that_stops_while_it_speaks_does_not_come_back() -> None:
    speaking, go_on = threading.Event(), threading.Event()

    class SlowLedger(MemoryLedger):
        def register(self, worker: WorkerInfo, ttl_s: float) -> None:
            speaking.set()
            go_on.wait(WAIT_S)
            super().register(worker, ttl_s)

    ledger = SlowLedger()
    presence = Presence(ledger, a_worker, interval_s=INTERVAL_S)
    presence.start()
    assert speaking.wait(WAIT_S)
    stopping = threading.Thread(target=presence.stop)
    stopping.start()
    go_on.set()
    stopping.join(WAIT_S)
    presence.join(WAIT_S)
    assert ledger.workers() == []
