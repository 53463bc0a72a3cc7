"""The budget of a job as calls meet it: held before, charged after, waited for while others may give back."""

from __future__ import annotations

import asyncio
import random

import pytest

from agent.errors import BudgetSpent, Superseded
from agent.job.usage import Amount
from agent.ledger.contract import Ledger
from agent.ledger.memory import MemoryLedger
from agent.ledger.redis import RedisLedger
from agent.spec import GenerateConfig
from tests.contracts.jobs import submit
from workers.llm.contract import Cost
from workers.runtime.spending import JobSpending

MOST = Cost(prompt_tokens=300, completion_tokens=200)


@pytest.fixture(params=["memory", "redis"])
def ledger(request: pytest.FixtureRequest) -> Ledger:
    """A ledger that knows the job."""
    redis = request.param == "redis"
    found = RedisLedger(request.getfixturevalue("redis_url"), prefix="s:") if redis else MemoryLedger()
    submit(found)
    return found


def spending(ledger: Ledger, tokens: int, lease_s: float = 60.0, job: str = "job") -> JobSpending:
    return JobSpending(ledger, job, "host/1/t", Amount(tokens, 0), lease_s)


def test_64_calls_at_once_keep_the_budget_and_use_what_others_give_back(ledger: Ledger) -> None:
    dice, under_way, billed, most_held = random.Random(7), 0, 0, 0

    async def call(budget: JobSpending) -> bool:
        nonlocal under_way, billed, most_held
        try:
            held = await budget.reserve(MOST)
        except BudgetSpent:
            return False
        under_way += 1
        most_held = max(most_held, billed + under_way * 500)
        await asyncio.sleep(dice.random() / 100)
        used = Cost(dice.randint(1, 300), dice.randint(1, 200))
        await held.settle(used)
        under_way -= 1
        billed += used.prompt_tokens + used.completion_tokens
        return True

    async def all_at_once() -> list[bool]:
        budget = spending(ledger, 5000)
        return list(await asyncio.gather(*(call(budget) for _ in range(64))))

    answered = sum(asyncio.run(all_at_once()))
    assert billed == ledger.view("job").spent.amount.tokens <= 5000
    assert 10 < answered < 64, "ten fit at their worst; what they gave back was asked for again"
    assert 5000 - billed < 500, "and nothing is left that would have held another"


def test_a_call_that_does_not_fit_says_which_limit_and_what_to_do(ledger: Ledger) -> None:
    with pytest.raises(BudgetSpent, match=r"up to 500 tokens .* generate\.budget_tokens = 499") as caught:
        asyncio.run(spending(ledger, 499).reserve(MOST))
    assert "costs nothing" in caught.value.next_step


def test_what_a_dead_holder_held_is_waited_for_only_until_it_counts_as_lost(ledger: Ledger) -> None:
    asyncio.run(spending(ledger, 500, lease_s=0.3).reserve(MOST))
    with pytest.raises(BudgetSpent):
        asyncio.run(asyncio.wait_for(spending(ledger, 500).reserve(MOST), 5))


def test_nothing_is_spent_on_a_job_that_the_server_lost(ledger: Ledger) -> None:
    with pytest.raises(Superseded):
        asyncio.run(spending(ledger, 0, job="lost").reserve(MOST))


def test_the_budget_is_read_off_the_specification() -> None:
    ledger = MemoryLedger()
    submit(ledger)
    config = GenerateConfig(backend="openai", model="m", budget_usd=0.0005)
    budget = JobSpending.of(ledger, "job", "t", config)
    asyncio.run(budget.reserve(Cost(usd_micros=100)))
    with pytest.raises(BudgetSpent, match=r"generate.budget_usd = 0.0005"):
        asyncio.run(budget.reserve(Cost(usd_micros=501)))
