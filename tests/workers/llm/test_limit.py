"""Where the limit settles, in simulated time: servers that queue, refuse, batch, and answer at uneven length."""

from __future__ import annotations

import random

import pytest

from tests.workers.llm.simulated import Latency, Simulation
from workers.llm.limit import Limit

TIMEOUT_S = 120.0
WARM_UP_S = 60.0
MEASURED_S = 200.0


def fixed(_: int, __: random.Random) -> float:
    return 1.0


def uneven(_: int, chance: random.Random) -> float:
    return chance.lognormvariate(-0.125, 0.5)


def batching(working: int, chance: random.Random) -> float:
    """A server that answers the more slowly the more it answers, and still does more work."""
    return (1 + 0.05 * working) * chance.lognormvariate(-0.125, 0.5)


def settled(latency: Latency, cap: int, **server: float | bool) -> Simulation:
    simulation = Simulation(Limit(64, TIMEOUT_S), latency, cap, **server)  # type: ignore[arg-type]
    return simulation.run(WARM_UP_S).run(MEASURED_S)


@pytest.mark.parametrize("latency", [fixed, uneven])
@pytest.mark.parametrize("cap", [2, 5, 17, 20, 33, 64])
def test_95_percent_of_what_a_queueing_server_can_do_is_reached(latency: Latency, cap: int) -> None:
    assert settled(latency, cap).throughput(WARM_UP_S) >= 0.95 * cap


@pytest.mark.parametrize("retry_after_s", [0.0, 1.0])
@pytest.mark.parametrize("cap", [1, 5, 20, 50])
def test_95_percent_is_reached_of_a_server_that_refuses_beyond_its_cap(cap: int, retry_after_s: float) -> None:
    simulation = settled(fixed, cap, refuses=True, retry_after_s=retry_after_s)
    assert simulation.throughput(WARM_UP_S) >= 0.95 * cap
    assert simulation.limit.value == cap
    assert simulation.refused <= 40


def test_the_limit_doubles_with_every_round_trip_while_that_clearly_helps() -> None:
    simulation = Simulation(Limit(64, TIMEOUT_S), fixed, 64).run(4.1)
    assert simulation.limit.value == 64


def test_a_trial_that_is_too_much_lets_those_rest_that_were_and_no_others() -> None:
    simulation = Simulation(Limit(64, TIMEOUT_S), fixed, 32, refuses=True, retry_after_s=1.0).run(4.1)
    assert (simulation.refused, simulation.limit.value) == (32, 32)
    assert simulation.rest_until == 0.0
    assert simulation.run(20).throughput(4.1) >= 0.95 * 32


@pytest.mark.parametrize("rest_s", [1.0, 30.0])
def test_a_server_that_refuses_what_it_took_before_is_left_alone_by_all(rest_s: float) -> None:
    simulation = Simulation(Limit(64, TIMEOUT_S), fixed, 32, refuses=True, retry_after_s=rest_s).run(10.0)
    simulation.cap, simulation.rest_until = 20, 0.0
    simulation.run(2.0)
    assert simulation.rest_until > 10.0


def test_a_long_rest_is_kept_by_all_even_after_a_trial() -> None:
    simulation = Simulation(Limit(64, TIMEOUT_S), fixed, 32, refuses=True, retry_after_s=30.0).run(10.0)
    assert simulation.rest_until > 30.0


def test_a_server_that_batches_is_used_far_beyond_where_its_latency_rises() -> None:
    simulation = settled(batching, 1000)
    best = 64 / (1 + 0.05 * 64)
    assert simulation.throughput(WARM_UP_S) >= 0.95 * best


def test_a_server_of_one_place_is_not_queued_into_its_timeout() -> None:
    simulation = Simulation(Limit(64, TIMEOUT_S), lambda _, __: 8.0, 1).run(3600)
    assert simulation.longest_s < TIMEOUT_S / 2


def test_a_cap_that_grows_later_is_found() -> None:
    simulation = settled(fixed, 8, refuses=True)
    simulation.cap = 40
    assert simulation.run(900).limit.value == 40


def test_trouble_lowers_the_limit_once_and_not_for_every_call_that_met_it() -> None:
    limit = Limit(64, TIMEOUT_S)
    limit.value = 40
    tickets = [limit.send(0.0, number) for number in range(1, 41)]
    for ticket in tickets:
        limit.failed(ticket, 1.0)
    assert limit.value == 28


def test_the_limit_never_falls_below_one() -> None:
    limit = Limit(1, TIMEOUT_S)
    for now in range(20):
        limit.failed(limit.send(now, 1), now)
        limit.refused(limit.send(now, 1), now, 0, 0.0)
    assert limit.value == 1
