"""A worker that stops asking for work ends itself, and only then."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from types import SimpleNamespace

import pytest

from agent.errors import BrokerUnavailable
from workers.stopping import EXIT_DEAF, PollWatch, seconds_since_poll

DEAF_AFTER_S = 0.6


@dataclass
class Worker:
    """What the watch can see of a worker."""

    silence_s: float | None = 999.0
    idle: bool = True
    server: bool = True
    codes: list[int] = field(default_factory=list)
    ended: threading.Event = field(default_factory=threading.Event)

    def ping(self) -> None:
        if not self.server:
            raise BrokerUnavailable("away")

    def end(self, code: int) -> None:
        self.codes.append(code)
        self.ended.set()

    def watched(self) -> PollWatch:
        watch = PollWatch(
            lambda: self.silence_s, lambda: self.idle, self.ping, deaf_after_s=DEAF_AFTER_S, end_process=self.end
        )
        watch.start()
        return watch


def test_an_idle_worker_that_does_not_poll_ends_itself() -> None:
    worker = Worker()
    worker.watched()
    assert worker.ended.wait(5)
    assert worker.codes == [EXIT_DEAF]


def test_the_silence_counts_from_the_last_poll_not_from_when_it_was_found_to_be_long() -> None:
    deaf_after_s, began_s = 1.5, time.monotonic()
    ended = threading.Event()
    PollWatch(
        lambda: time.monotonic() - began_s, lambda: True, lambda: None,
        deaf_after_s=deaf_after_s, end_process=lambda _: ended.set(),
    ).start()  # fmt: skip
    assert ended.wait(1.5 * deaf_after_s)
    assert time.monotonic() - began_s >= deaf_after_s


def test_one_that_never_polled_ends_itself_too() -> None:
    worker = Worker(silence_s=None)
    worker.watched()
    assert worker.ended.wait(5)


@pytest.mark.parametrize(
    "worker", [Worker(silence_s=0.5), Worker(idle=False), Worker(server=False)], ids=["polls", "busy", "server away"]
)
def test_others_are_left_alone(worker: Worker) -> None:
    watch = worker.watched()
    assert not worker.ended.wait(3 * DEAF_AFTER_S)
    watch.stop()


def test_the_time_of_the_last_poll_is_the_one_that_kombu_keeps() -> None:
    channel = SimpleNamespace(_brpop_sent_at=time.monotonic() - 3)
    consumer = SimpleNamespace(task_consumer=SimpleNamespace(channel=channel))
    assert seconds_since_poll(consumer) == pytest.approx(3, abs=0.5)
    assert seconds_since_poll(SimpleNamespace(task_consumer=None)) is None
