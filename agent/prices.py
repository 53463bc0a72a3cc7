"""Finds what the tokens of a job's language models cost, at submission, so that all its workers count alike.

Prices come from the specification, else from genai-prices (https://github.com/pydantic/genai-prices), whose table
lies in the package and is as old as its release. A server that is no known provider's has no known price.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from agent.errors import InvalidSpec
from agent.job.prices import ModelPrice
from agent.spec import GenerateConfig

_MILLION = 1_000_000
_OPENAI = "https://api.openai.com/v1"
"""Where the openai package asks by itself."""
_TYPICAL_TOKENS = 10_000
"""Prompt and answer that are priced: below every step from which a provider asks more for long prompts."""
_HOURS = 24
"""Some providers ask less by night; a budget is held at the dearest hour."""


def models_asked(config: GenerateConfig) -> tuple[str, ...]:
    """The names of the language models that a job may ask, the examples' own first; none where none is asked."""
    asked = [config.model] if config.backend == "openai" else []
    if config.judge == "llm":
        asked.append(config.judge_model or config.model)
    return tuple(dict.fromkeys(asked))


def prices_of(config: GenerateConfig) -> dict[str, ModelPrice]:
    """Model -> its price, without those that nobody knows.

    Raises:
        InvalidSpec: a budget in dollars, and the price of a model that it is to be held for is not known.
    """
    found = {name: _price(name, config) for name in models_asked(config)}
    unknown = [name for name, price in found.items() if price is None]
    if unknown and config.budget_usd:
        where = f" at {config.base_url}" if config.base_url else ""
        raise InvalidSpec(
            f"generate.budget_usd = {config.budget_usd:g} cannot be held: the price of model {unknown[0]!r}{where} is "
            "not known.",
            next_step="Set generate.price_prompt_usd and generate.price_answer_usd, in US dollars for a million tokens "
            "(0 on a server of your own); or set generate.budget_tokens instead.",
        )
    return {name: price for name, price in found.items() if price is not None}


def _price(model: str, config: GenerateConfig) -> ModelPrice | None:
    """What the specification says of the endpoint, completed by what is known."""
    prompt_usd, answer_usd = config.price_prompt_usd, config.price_answer_usd
    if prompt_usd is None or answer_usd is None:
        known = _known_price(model, config.base_url)
        if known is None:
            return None
        prompt_usd = known.prompt_usd if prompt_usd is None else prompt_usd
        answer_usd = known.answer_usd if answer_usd is None else answer_usd
    return ModelPrice(prompt_usd=prompt_usd, answer_usd=answer_usd)


def _known_price(model: str, base_url: str) -> ModelPrice | None:
    from genai_prices import Usage, calc_price

    usage = Usage(input_tokens=_TYPICAL_TOKENS, output_tokens=_TYPICAL_TOKENS)
    now = datetime.now(UTC)
    times = [now + timedelta(hours=hour) for hour in range(_HOURS)]
    endpoint = base_url or _OPENAI
    try:
        prices = [calc_price(usage, model, provider_api_url=endpoint, genai_request_timestamp=time) for time in times]
    except LookupError:
        return None
    if any(each.total_price != each.input_price + each.output_price for each in prices):
        # What is asked for each request besides cannot be told in tokens.
        return None
    return ModelPrice(
        prompt_usd=_for_a_million(max(each.input_price for each in prices)),
        answer_usd=_for_a_million(max(each.output_price for each in prices)),
    )


def _for_a_million(price: Decimal) -> float:
    return float(price * _MILLION / _TYPICAL_TOKENS)
