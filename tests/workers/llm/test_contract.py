"""What a cache and a budget are promised."""

from __future__ import annotations

import asyncio

import pytest

from agent.errors import BudgetSpent
from agent.job.prices import ModelPrice
from workers.llm.contract import Cost, StoredAnswer, answer_key
from workers.llm.in_memory import AnswersInMemory, SpendingInMemory

ASKED = [{"role": "user", "content": "What is a qubit? Ünïcode"}]


def key(model: str = "m", temperature: float = 0.3, attempt: int = 0) -> str:
    return answer_key(model, ASKED, {"temperature": temperature, "max_tokens": 64}, {"type": "object"}, attempt)


def test_a_key_is_the_same_for_the_same_request_however_its_parts_are_ordered() -> None:
    other = answer_key("m", ASKED, {"max_tokens": 64, "temperature": 0.3}, {"type": "object"}, 0)
    assert key() == other and len(key()) == 64


def test_each_part_of_a_request_makes_another_key() -> None:
    assert len({key(), key("n"), key(temperature=0.4), key(attempt=1)}) == 4


def test_a_cost_in_millionths_is_rounded_up_and_not_by_accident() -> None:
    assert Cost.at(ModelPrice(prompt_usd=0.15, answer_usd=0.6), 1000, 100) == Cost(1000, 100, 210)
    tenth = ModelPrice(prompt_usd=0.1, answer_usd=0)
    assert Cost.at(tenth, 30, 0).usd_micros == 3
    assert Cost.at(tenth, 31, 0).usd_micros == 4


def test_an_answer_is_json_both_ways() -> None:
    answer = StoredAnswer(content="{}", finish="stop", rung="schema", prompt_tokens=3, completion_tokens=1)
    assert StoredAnswer.model_validate_json(answer.model_dump_json()) == answer


def test_answers_in_memory_are_found_by_their_key() -> None:
    kept = AnswersInMemory()
    answer = StoredAnswer(content="{}", finish="stop")
    asyncio.run(kept.put(key(), answer))
    assert asyncio.run(kept.get(key())) == answer
    assert asyncio.run(kept.get(key("n"))) is None


def test_what_is_settled_can_be_spent_again_and_the_rest_cannot() -> None:
    async def spend() -> SpendingInMemory:
        budget = SpendingInMemory(limit_tokens=100)
        held = await budget.reserve(Cost(50, 50))
        with pytest.raises(BudgetSpent):
            await budget.reserve(Cost(1, 0))
        await held.settle(Cost(30, 10))
        await budget.reserve(Cost(60, 0))
        return budget

    assert asyncio.run(spend()).tokens == 100


def test_money_is_held_like_tokens() -> None:
    budget = SpendingInMemory(limit_usd_micros=10)
    asyncio.run(budget.reserve(Cost(usd_micros=10)))
    with pytest.raises(BudgetSpent, match=r"\$0.0000 are left"):
        asyncio.run(budget.reserve(Cost(usd_micros=1)))
