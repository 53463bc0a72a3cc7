"""Turns over threads and ledgers: real waiting, in small."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import pytest

from agent.errors import JobCancelled
from agent.ledger.contract import Limit, Wait
from agent.ledger.redis import RedisLedger
from workers.runtime.turns import Turns

LIMIT = Limit("a.example", 0.05, 1)
LEASE_S = 10.0


def patient(wait: Wait) -> None:
    """Waits whatever there is to wait for."""


@pytest.fixture
def workers(redis_url: str) -> list[Turns]:
    """Four workers, each with a connection of its own."""
    return [Turns(RedisLedger(redis_url, prefix="turns:"), f"worker-{number}") for number in range(4)]


def test_four_workers_keep_their_distance_and_never_ask_two_at_once(workers: list[Turns]) -> None:
    starts: list[float] = []
    at_once = most = 0
    lock = threading.Lock()

    def ask(turns: Turns) -> None:
        nonlocal at_once, most
        for _ in range(6):
            with turns.turn(LIMIT, LEASE_S, patient) as turn:
                with lock:
                    starts.append(time.monotonic())
                    at_once += 1
                    most = max(most, at_once)
                turn.sent()
                time.sleep(0.005)
                with lock:
                    at_once -= 1

    with ThreadPoolExecutor(len(workers)) as pool:
        list(pool.map(ask, workers))

    assert most == 1
    assert len(starts) == 24
    assert min(later - earlier for earlier, later in pairwise(starts)) >= LIMIT.interval_s


def test_a_rest_that_one_worker_was_told_to_keep_holds_for_the_others(workers: list[Turns]) -> None:
    workers[0].rest("a.example", 0.4)
    before = time.monotonic()
    with workers[3].turn(LIMIT, LEASE_S, patient):
        assert time.monotonic() - before >= 0.39


def test_a_cancelled_job_does_not_sit_out_its_wait(workers: list[Turns]) -> None:
    workers[0].rest("a.example", 60)
    before = time.monotonic()

    def cancelled(wait: Wait) -> None:
        assert wait.reason == "rest"
        if time.monotonic() - before > 0.2:
            raise JobCancelled("cancelled")

    with pytest.raises(JobCancelled), workers[1].turn(LIMIT, LEASE_S, cancelled):
        raise AssertionError("no turn is granted while the group rests")
    assert time.monotonic() - before < 2.5


def test_a_turn_given_up_by_an_error_is_free_at_once(workers: list[Turns]) -> None:
    with pytest.raises(ZeroDivisionError), workers[0].turn(LIMIT, LEASE_S, patient):
        _ = 1 / 0
    before = time.monotonic()
    with workers[1].turn(LIMIT, LEASE_S, patient):
        assert time.monotonic() - before < 1.0
