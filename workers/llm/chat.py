"""A language model behind any OpenAI-compatible endpoint, asked for answers in a fixed JSON form."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial
from typing import Any, Generic, TypeVar

import openai
from pydantic import BaseModel

from agent.errors import DocumentRejected, GenerationFailed
from agent.job.prices import ModelPrice
from agent.job.usage import Usage
from agent.spec import GenerateConfig
from workers.llm.attempt import CONNECT_S, Question
from workers.llm.call import Caller, Patience
from workers.llm.contract import FREE, ResponseCache, Spending, StoredAnswer, answer_key
from workers.llm.dialect import Rung
from workers.llm.endpoint import endpoint_of
from workers.llm.prompt_file import Message
from workers.llm.reading import FINAL_REASONS, ReadAnswer, Reading, read_as
from workers.llm.schema import strict_schema

RETRIES = Patience().retries
"""Tries after the first for 5xx and lost connections; 429 is obeyed for as long as `Patience.busy_s` allows."""
SHOWN_AGAIN_CHARACTERS = 4000
"""So much of an unreadable answer goes back with its fault; a model that rambled on need not be paid to read it all."""
NOTHING_SAID = "(empty)"
"""Stands for an empty answer, which many chat templates refuse."""
UNUSED_KEY = "none"
"""The package wants some key, also for servers that ask for none."""

Answer = TypeVar("Answer", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Answered(Generic[Answer]):
    """A model's answer, and the way it came."""

    form: Answer
    rung: Rung
    """How its form was asked for."""
    reading: Reading
    asked: int
    """1, or 2 where the first answer could not be read."""
    cached: bool
    """Whether all of it was answered before, so that nothing was sent."""


class ChatModel:
    """Asks one model; many calls may be under way at once in one event loop."""

    def __init__(
        self,
        spec: GenerateConfig,
        *,
        model: str = "",
        cache: ResponseCache | None = None,
        spending: Spending | None = None,
        price: ModelPrice = FREE,
        patience: Patience | None = None,
    ) -> None:
        """Read the key from the worker's environment. ``model`` replaces that of ``spec``, for a judge.

        Raises:
            GenerationFailed: there is no key, and no endpoint that might do without.
        """
        self._spec = spec
        self._model = model or spec.model
        self._cache = cache
        self._client = openai.AsyncOpenAI(
            api_key=_key(spec),
            base_url=spec.base_url or None,
            timeout=openai.Timeout(spec.request_timeout_s, connect=min(CONNECT_S, spec.request_timeout_s)),
            max_retries=0,  # Ours know the budget and the other calls.
        )
        url, timeout_s = str(self._client.base_url), spec.request_timeout_s
        endpoint = endpoint_of(url, self._model, spec.max_requests_at_once, timeout_s)
        self._caller = Caller(
            self._client, endpoint, spec, self._model, spending, price, patience or Patience(retries=RETRIES)
        )
        self._counts: Counter[str] = Counter()

    @property
    def usage(self) -> Usage:
        """What was sent and billed so far, tokens as the endpoint counts them, and what was answered before."""
        counts = self._caller.counts
        again = sum(number for name, number in counts.items() if name.startswith(("retried_", "refused_")))
        return Usage(**self._caller.spent, retries=again, reused=self._counts["cached"])

    @property
    def counts(self) -> dict[str, int]:
        """What happened how often: answers by rung (``rung_schema`` …) and by reading (``read_as_is`` …), ``cached``,
        ``asked_again``, each fault of an answer (``fault_wrong_schema`` …), what was retried
        (``retried_busy`` …) and refused (``refused_schema`` …), ``estimated_usage``, ``unknown_cost``."""
        return {name: count for name, count in sorted((self._counts + self._caller.counts).items()) if count}

    async def ask(
        self, messages: list[Message], form: type[Answer], correction: Callable[[str, str], list[Message]]
    ) -> Answer:
        """The form of `answer`, for callers that need not know how it came."""
        return (await self.answer(messages, form, correction)).form

    async def answer(
        self, messages: list[Message], form: type[Answer], correction: Callable[[str, str], list[Message]]
    ) -> Answered[Answer]:
        """The model's answer; one that cannot be read is asked for once more, with ``correction(answer, fault)``.

        Raises:
            DocumentRejected: the second answer's fault, see `workers.llm.reading.read_as`, or no answer, see
                `workers.llm.call.Caller.complete`.
            GenerationFailed: the key is refused, or the endpoint or model cannot be used.
            BudgetSpent: the budget does not hold another call.
        """
        said, cached = await self._completion(messages, form, attempt=0)
        try:
            return self._answered(self._read(form, said, messages), said, 1, cached)
        except DocumentRejected as fault:
            if fault.reason in FINAL_REASONS:
                raise
            more = correction(said.content[:SHOWN_AGAIN_CHARACTERS].strip() or NOTHING_SAID, fault.detail)
        self._counts["asked_again"] += 1
        said, cached_too = await self._completion(messages + more, form, attempt=1)
        return self._answered(self._read(form, said, messages), said, 2, cached and cached_too)

    async def close(self) -> None:
        """Close the connections; requests under way fail."""
        await self._client.close()

    def _read(self, form: type[Answer], said: StoredAnswer, messages: list[Message]) -> ReadAnswer[Answer]:
        self._counts[f"rung_{said.rung}"] += 1
        try:
            return read_as(form, said, messages)
        except DocumentRejected as fault:
            self._counts[f"fault_{fault.reason}"] += 1
            raise

    def _answered(self, read: ReadAnswer[Answer], said: StoredAnswer, asked: int, cached: bool) -> Answered[Answer]:
        self._counts[f"read_{read.reading}"] += 1
        return Answered(read.form, Rung(said.rung), read.reading, asked, cached)

    async def _completion(
        self, messages: list[Message], form: type[BaseModel], attempt: int
    ) -> tuple[StoredAnswer, bool]:
        """The endpoint's words, and whether they were kept from earlier."""
        schema, schema_bytes = _schema_of(form)
        question = Question(messages, form.__name__.lower(), schema, schema_bytes)
        if self._cache is None:
            return await self._caller.complete(question), False
        parameters = {"temperature": self._spec.temperature, "max_tokens": self._spec.max_answer_tokens}
        key = answer_key(self._model, messages, parameters, schema, attempt)
        kept = await self._cache.get(key)
        if kept is not None:
            self._counts["cached"] += 1
            return kept, True
        return await self._caller.complete(question, partial(self._cache.put, key)), False


@cache
def _schema_of(form: type[BaseModel]) -> tuple[dict[str, Any], int]:
    """The form's strict schema and its length."""
    schema = strict_schema(form)
    return schema, len(json.dumps(schema))


def _key(spec: GenerateConfig) -> str:
    key = os.environ.get(spec.api_key_env, "")
    if key:
        return key
    if spec.base_url:
        return UNUSED_KEY
    raise GenerationFailed(
        f"The environment variable {spec.api_key_env} is not set on this worker.",
        next_step=f"Set {spec.api_key_env}, or generate.base_url for a server that needs no key.",
    )
