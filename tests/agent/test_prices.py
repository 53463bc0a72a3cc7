"""What a language model costs: as the user says, else as the table knows it, else a budget in dollars is refused."""

from __future__ import annotations

from typing import Any

import pytest

from agent.errors import InvalidSpec
from agent.job.prices import ModelPrice
from agent.prices import models_asked, prices_of
from agent.spec import GenerateConfig

LOCAL = "http://127.0.0.1:8000/v1"


def config(model: str = "gpt-4o-mini", **fields: Any) -> GenerateConfig:
    return GenerateConfig(backend="openai", model=model, **fields)


def test_the_price_of_a_known_model_is_known() -> None:
    assert prices_of(config()) == {"gpt-4o-mini": ModelPrice(prompt_usd=0.15, answer_usd=0.6)}


def test_a_server_of_ones_own_has_no_price_whatever_its_model_is_called() -> None:
    assert prices_of(config(base_url=LOCAL)) == {}


@pytest.mark.parametrize("fields", [{"base_url": LOCAL}, {"model": "our-own-tune"}], ids=["local", "unknown"])
def test_a_budget_in_dollars_without_a_price_is_refused_with_the_settings_that_help(fields: dict[str, Any]) -> None:
    with pytest.raises(InvalidSpec) as caught:
        prices_of(config(**fields, budget_usd=5))
    assert repr(fields.get("model", "gpt-4o-mini")) in caught.value.message
    assert "generate.price_prompt_usd and generate.price_answer_usd" in caught.value.next_step


def test_what_the_user_says_counts_and_the_table_completes_it() -> None:
    own = config(base_url=LOCAL, budget_usd=5, price_prompt_usd=0, price_answer_usd=0.5)
    assert prices_of(own) == {"gpt-4o-mini": ModelPrice(prompt_usd=0, answer_usd=0.5)}
    assert prices_of(config(price_prompt_usd=1)) == {"gpt-4o-mini": ModelPrice(prompt_usd=1, answer_usd=0.6)}


def test_the_judge_is_paid_too() -> None:
    asked = config(judge="llm", judge_model="gpt-4.1", budget_usd=5)
    assert models_asked(asked) == ("gpt-4o-mini", "gpt-4.1")
    assert set(prices_of(asked)) == set(models_asked(asked))
    with pytest.raises(InvalidSpec, match="'unheard-of'"):
        prices_of(config(judge="llm", judge_model="unheard-of", budget_usd=5))


def test_nothing_is_priced_where_nothing_is_asked() -> None:
    assert models_asked(GenerateConfig(budget_usd=5)) == ()
    assert prices_of(GenerateConfig(budget_usd=5)) == {}


def test_money_is_counted_in_whole_millionths_rounded_up() -> None:
    price = ModelPrice(prompt_usd=0.1, answer_usd=0.6)
    assert price.usd_micros(30, 0) == 3
    assert price.usd_micros(1, 1) == 1
    assert price.usd_micros(1_000_000, 1_000_000) == 700_000
