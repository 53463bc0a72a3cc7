"""Ledger contract: what a job may spend is held before it is spent, counted once, and never exceeded."""

from __future__ import annotations

import multiprocessing
import random
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.job.usage import Amount
from agent.ledger.contract import Ledger, Spent
from agent.ledger.redis import RedisLedger
from agent.ledger.spending import Account
from tests.contracts.jobs import submit

Pause = Callable[[float], None]

BUDGET = Amount(1000, 500)
MOST = Amount(400, 100)
LEASE_S = 60.0


@pytest.fixture
def job(ledger: Ledger) -> str:
    """A job that the ledger knows."""
    return submit(ledger).job_id


def reserve(ledger: Ledger, ticket: str, most: Amount = MOST, budget: Amount = BUDGET, lease_s: float = LEASE_S) -> str:
    return ledger.reserve("job", ticket, most, budget, lease_s)


def spent(ledger: Ledger) -> Spent:
    return ledger.view("job").spent


def test_what_is_held_counts_as_spent_until_it_is_charged(ledger: Ledger, job: str) -> None:
    assert reserve(ledger, "one") == "granted"
    assert spent(ledger) == Spent(MOST, MOST)
    assert ledger.charge(job, "one", Amount(30, 7))
    assert spent(ledger) == Spent(Amount(30, 7), Amount())


@pytest.mark.parametrize("budget", [Amount(1000, 0), Amount(0, 250)], ids=["tokens", "money"])
def test_either_budget_alone_refuses_what_would_pass_it(ledger: Ledger, job: str, budget: Amount) -> None:
    for ticket in ("one", "two"):
        assert reserve(ledger, ticket, budget=budget) == "granted"
    assert reserve(ledger, "three", budget=budget) == "busy"
    assert spent(ledger).amount == MOST + MOST


def test_a_budget_is_used_to_its_last_token(ledger: Ledger, job: str) -> None:
    assert reserve(ledger, "all", Amount(1000, 500)) == "granted"
    assert reserve(ledger, "more", Amount(1, 0)) == "busy"


def test_without_a_budget_all_is_granted_and_counted(ledger: Ledger, job: str) -> None:
    for number in range(5):
        assert reserve(ledger, f"call-{number}", budget=Amount()) == "granted"
    assert spent(ledger).amount == Amount(2000, 500)


def test_what_calls_under_way_may_give_back_is_worth_waiting_for(ledger: Ledger, job: str) -> None:
    assert reserve(ledger, "one") == reserve(ledger, "two") == "granted"
    assert reserve(ledger, "three") == "busy"
    assert not spent(ledger).refused
    ledger.charge(job, "one", Amount(10, 1))
    assert reserve(ledger, "three") == "granted"


def test_a_call_that_no_budget_holds_is_not_waited_for(ledger: Ledger, job: str) -> None:
    assert reserve(ledger, "one") == "granted"
    assert reserve(ledger, "huge", Amount(1001, 0)) == "spent"
    assert spent(ledger).refused


def test_what_a_dead_holder_held_stays_spent(ledger: Ledger, job: str, pause: Pause) -> None:
    assert reserve(ledger, "dead", Amount(900, 0), lease_s=0.2) == "granted"
    assert reserve(ledger, "one") == "busy"
    pause(0.25)
    assert reserve(ledger, "one") == "spent"
    assert spent(ledger) == Spent(Amount(900, 0), Amount(900, 0), refused=True)


def test_a_holder_thought_dead_may_still_charge(ledger: Ledger, job: str, pause: Pause) -> None:
    assert reserve(ledger, "slow", Amount(900, 0), lease_s=0.1) == "granted"
    pause(0.15)
    assert ledger.charge(job, "slow", Amount(50, 0))
    assert reserve(ledger, "one") == "granted"


def test_a_replayed_call_counts_once(ledger: Ledger, job: str) -> None:
    for _ in range(2):
        assert reserve(ledger, "one") == "granted"
    assert spent(ledger).amount == MOST
    assert ledger.charge(job, "one", Amount(30, 7))
    assert not ledger.charge(job, "one", Amount(30, 7))
    assert reserve(ledger, "one") == "granted", "its first request, late on the way"
    assert spent(ledger).amount == Amount(30, 7)


def test_what_was_billed_beyond_the_reservation_is_counted_too(ledger: Ledger, job: str) -> None:
    reserve(ledger, "one")
    ledger.charge(job, "one", Amount(1200, 0))
    assert spent(ledger).amount == Amount(1200, 0)
    assert reserve(ledger, "two", Amount(1, 0)) == "spent"


def test_a_call_that_a_restarted_server_forgot_is_charged_all_the_same(ledger: Ledger, job: str) -> None:
    assert ledger.charge(job, "forgotten", Amount(30, 7))
    assert spent(ledger).amount == Amount(30, 7)


def test_a_job_that_the_server_lost_may_spend_nothing(ledger: Ledger, job: str) -> None:
    assert ledger.reserve("lost", "one", MOST, Amount(), LEASE_S) == "unknown"


def test_jobs_do_not_share_a_budget(ledger: Ledger, job: str) -> None:
    submit(ledger, "other")
    assert ledger.reserve("other", "one", Amount(1000, 0), BUDGET, LEASE_S) == "granted"
    assert reserve(ledger, "one", Amount(1000, 0)) == "granted"


def test_what_a_store_knows_is_brought_back_before_the_job_is(ledger: Ledger) -> None:
    ledger.spent_at_least("job", Amount(700, 40))
    submit(ledger)
    assert spent(ledger).amount == Amount(700, 40)
    ledger.spent_at_least("job", Amount(600, 90))
    assert spent(ledger).amount == Amount(700, 90)


def test_resuming_a_job_gives_nothing_back(ledger: Ledger, job: str) -> None:
    reserve(ledger, "one")
    ledger.cancel(job)
    ledger.resume(job)
    assert spent(ledger).amount == MOST


def test_watchers_are_told_once_that_the_budget_is_spent(ledger: Ledger, job: str) -> None:
    for ticket in ("one", "two"):
        assert reserve(ledger, ticket, Amount(1001, 0)) == "spent"
    assert [entry.kind for entry in ledger.events(job)].count("budget_spent") == 1


CALLS = 64
PROCESSES = 4
WANTED = Amount(700, 70)


def _spend(url: str, seed: int, results: Any) -> None:
    """One process: calls that take what they take, while their answers come back, are lost, or repeated."""
    ledger, dice = RedisLedger(url, prefix="contract:"), random.Random(seed)
    billed = granted = 0
    for number in range(CALLS):
        ticket = f"{seed}/{number}"
        if ledger.reserve("job", ticket, WANTED, Amount(20_000, 0), LEASE_S) != "granted":
            continue
        granted += 1
        used = dice.randint(0, WANTED.tokens)
        billed += used
        if dice.random() < 0.9:
            ledger.charge("job", ticket, Amount(used, 0))
        if dice.random() < 0.2:
            ledger.charge("job", ticket, Amount(used, 0))
    results.put((billed, granted))


def test_many_processes_together_never_pass_the_budget(redis_url: str) -> None:
    ledger = RedisLedger(redis_url, prefix="contract:")
    submit(ledger)
    context = multiprocessing.get_context("fork")
    results = context.Queue()
    workers = [context.Process(target=_spend, args=(redis_url, seed, results)) for seed in range(PROCESSES)]
    for worker in workers:
        worker.start()
    most = 0
    while any(worker.is_alive() for worker in workers):
        most = max(most, spent(ledger).amount.tokens)
    told = [results.get(timeout=10) for _ in workers]
    for worker in workers:
        worker.join()
    billed, granted = (sum(column) for column in zip(*told, strict=True))
    assert most <= 20_000
    assert billed <= spent(ledger).amount.tokens <= 20_000
    assert 28 < granted < CALLS * PROCESSES, "the budget holds 28 calls at their worst, and not all of them"


STEPS = st.lists(
    st.tuples(st.sampled_from(["reserve", "charge", "die", "replay"]), st.integers(0, 7), st.integers(0, 120)),
    max_size=60,
)


@settings(max_examples=150, deadline=None)
@given(steps=STEPS, budget=st.integers(1, 400))
def test_whatever_happens_the_books_hold_every_token_that_may_have_been_billed(
    steps: list[tuple[str, int, int]], budget: int
) -> None:
    account, now = Account(), 0
    most, billed = Amount(100, 0), 0
    calls: dict[str, int] = {}
    for number, (step, which, used) in enumerate(steps):
        now += 1
        tickets = sorted(calls)
        ticket = tickets[which % len(tickets)] if tickets else ""
        if step == "reserve":
            if account.reserve(f"{number}", most, Amount(budget, 0), now, 10) == "granted":
                calls[f"{number}"] = min(used, 100)
                billed += min(used, 100)
        elif step == "charge" and ticket:
            account.charge(ticket, Amount(calls[ticket], 0), now)
        elif step == "replay" and ticket:
            account.reserve(ticket, most, Amount(budget, 0), now, 10)
        else:
            now += 20
        held = account.view().held.tokens
        assert billed <= account.spent.tokens <= budget
        assert held <= account.spent.tokens
