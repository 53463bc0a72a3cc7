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


SLOW_MACHINE_S = 0.15
"""For two busy cores."""


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


@pytest.mark.parametrize(("answer_after_s", "counted_s"), [(0.0, 0.0), (0.01, 0.01), (0.3, 0.02)])
def test_the_next_start_is_spaced_from_the_arrival_as_far_as_that_can_be_told(
    workers: list[Turns], answer_after_s: float, counted_s: float
) -> None:
    """An answer shows that the request has arrived; one that is long in coming says nothing of the way."""
    limit = Limit("b.example", 0.1, 2)
    with workers[0].turn(limit, LEASE_S, patient) as turn:
        sent_s = time.monotonic()
        turn.sent()
        with ThreadPoolExecutor(1) as pool:
            next_s = pool.submit(lambda: _granted_at(workers[1], limit))
            time.sleep(answer_after_s)
            turn.answered()
            waited_s = next_s.result() - sent_s
    assert counted_s + limit.interval_s <= waited_s <= counted_s + limit.interval_s + SLOW_MACHINE_S


def _granted_at(turns: Turns, limit: Limit) -> float:
    with turns.turn(limit, LEASE_S, patient):
        return time.monotonic()


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
