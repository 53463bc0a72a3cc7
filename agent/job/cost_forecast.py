"""What a job's language models will likely take, told before the first of them is asked. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from agent.job.prices import ModelPrice
from agent.job.usage import Amount
from agent.spec import GenerateConfig

WORDING_TOKENS = 900
"""Of a request beside the chunk: instructions and notes, 3,490 characters on average over 600 chunks of 12 units."""
REQUESTS_PER_CHUNK = 1.1
"""1.06 over the same chunks: most kinds share one request, few chunks have a second, thin ones none."""
EXAMPLES_PER_CHUNK = 1.5
"""Ordered over the same chunks."""
ANSWER_TOKENS_PER_EXAMPLE = 120
"""Question, answer and quoted evidence as JSON; not measured, models differ."""
JUDGE_ANSWER_TOKENS = 60
MOST_REQUESTS_PER_CHUNK = 4
"""One for each shape of answer that a chunk can be ordered at all."""
BYTES_PER_TOKEN = 4
"""Of English; a reservation counts bytes, since no tokenizer makes more tokens than those."""


@dataclass(frozen=True)
class CostForecast:
    """Of all calls together."""

    requests: int
    expected: Amount
    most: Amount
    """If every chunk takes every request twice and every answer fills ``generate.max_answer_tokens``."""


def forecast_cost(config: GenerateConfig, chunks: int, chunk_tokens: int, price: ModelPrice | None) -> CostForecast:
    """The forecast for so many chunks of so many tokens together; money counts 0 where the price is not known.

    An estimate: how many requests go out and how long prompts are was measured, how long answers get is assumed and
    differs between models. What is kept of earlier answers costs nothing and is not known beforehand.
    """
    judged = config.judge == "llm"
    asks = config.backend == "openai"
    writing = round(chunks * REQUESTS_PER_CHUNK) if asks else 0
    judging = chunks if judged else 0
    mean_chunk = chunk_tokens / max(chunks, 1)
    examples = min(EXAMPLES_PER_CHUNK, config.max_examples_per_chunk)
    answer = min(examples * ANSWER_TOKENS_PER_EXAMPLE, config.max_answer_tokens)
    prompts = round((writing + judging) * (WORDING_TOKENS + mean_chunk) + judging * answer)
    answers = round(chunks * answer * asks + judging * JUDGE_ANSWER_TOKENS)
    most_requests = 2 * chunks * (MOST_REQUESTS_PER_CHUNK * asks + judged)
    most_prompts = round(most_requests * (WORDING_TOKENS + mean_chunk) * BYTES_PER_TOKEN)
    most_answers = most_requests * config.max_answer_tokens
    return CostForecast(
        requests=writing + judging,
        expected=_amount(prompts, answers, price),
        most=_amount(most_prompts, most_answers, price),
    )


def _amount(prompt_tokens: int, answer_tokens: int, price: ModelPrice | None) -> Amount:
    usd_micros = price.usd_micros(prompt_tokens, answer_tokens) if price else 0
    return Amount(prompt_tokens + answer_tokens, usd_micros)
