"""One question until it is answered: in the endpoint's dialect and limit, within the budget, with an end to trying."""

from __future__ import annotations

import asyncio
import random
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import openai

from agent.errors import DocumentRejected, EndpointAway, GenerationFailed
from agent.job.prices import ModelPrice
from agent.spec import GenerateConfig
from workers.llm.attempt import Question, RawAnswer, send, understand
from workers.llm.contract import Cost, Spending, StoredAnswer
from workers.llm.dialect import Feature, names_the_form, suspect
from workers.llm.endpoint import SPREAD, Endpoint, Place
from workers.llm.fault import Fault, What


@dataclass(frozen=True, slots=True)
class Patience:
    """When to stop trying."""

    retries: int = 4
    """Tries after the first one for errors of the server and lost connections."""
    timeout_retries: int = 1
    """Tries after the first one for an answer that did not come in time: each may be billed in full."""
    first_wait_s: float = 0.5
    longest_wait_s: float = 8.0
    busy_s: float = 300.0
    """Seconds that an endpoint may answer nothing but "busy", or ask to be left alone."""


Keep = Callable[[StoredAnswer], Awaitable[None]]
"""Keeps an answer as soon as it is there, before anything else can go wrong: it is paid for."""


async def keep_nothing(answer: StoredAnswer) -> None:
    """Of answers that nobody will ask for again."""


class Caller:
    """Asks one model at one endpoint and counts what that takes."""

    def __init__(
        self,
        client: openai.AsyncOpenAI,
        endpoint: Endpoint,
        spec: GenerateConfig,
        model: str,
        spending: Spending | None,
        price: ModelPrice,
        patience: Patience,
    ) -> None:
        self._client = client
        self._endpoint = endpoint
        self._spec = spec
        self._model = model
        self._spending = spending
        self._price = price
        self._patience = patience
        self.spent: Counter[str] = Counter(requests=0, prompt_tokens=0, completion_tokens=0)
        """Calls and tokens, as the endpoint tells them, and ``usd_micros`` where there is a price."""
        self.counts: Counter[str] = Counter()
        """What happened on the way: ``retried_…``, ``refused_…`` by feature, ``estimated_usage``."""

    async def complete(self, question: Question, keep: Keep = keep_nothing) -> StoredAnswer:
        """The endpoint's answer, good or bad.

        Raises:
            DocumentRejected: the request is refused (``request_refused``, ``request_too_long``, ``refused_answer``) or
                has no answer after all tries (``request_timed_out``, ``server_error``, ``connection_lost``, ``busy``).
            GenerationFailed: no request can be answered now.
            BudgetSpent: from the budget; nothing was sent.
        """
        number = self._endpoint.next_request()
        try:
            answer = await self._until_answered(question, number, keep)
        except BaseException:
            self._endpoint.close_request(number)
            raise
        self._endpoint.close_request(number, answered=True)
        return answer

    async def _until_answered(self, question: Question, number: int, keep: Keep) -> StoredAnswer:
        began = time.monotonic()
        spoken = self._endpoint.dialect.next_call()
        refused: set[Feature] = set()
        tries: Counter[What] = Counter()
        while True:
            outcome = await self._attempt(question, number, spoken - refused, keep)
            if isinstance(outcome, StoredAnswer):
                self._endpoint.dialect.understood(spoken - refused, refused)
                return outcome
            feature = _misunderstood(outcome, spoken - refused)
            if feature:
                refused.add(feature)
                self.counts[f"refused_{feature}"] += 1
                continue
            tries[outcome.what] += 1
            if self._is_over(outcome, tries, began):
                raise self._lost(outcome, number, began)
            self.counts[f"retried_{outcome.what}"] += 1
            await asyncio.sleep(outcome.rest_s * random.uniform(1.0, 1.0 + SPREAD) or self._wait_s(tries.total()))

    async def _attempt(
        self, question: Question, number: int, spoken: frozenset[Feature], keep: Keep
    ) -> StoredAnswer | Fault:
        async with self._endpoint.place(number) as place:
            most = Cost.at(self._price, question.most_prompt_tokens, self._spec.max_answer_tokens)
            held = await self._spending.reserve(most) if self._spending else None
            self.spent["requests"] += 1
            sent = await send(self._client, self._spec, self._model, question, spoken)
            self._tell(place, sent)
        outcome = sent if isinstance(sent, Fault) else self._understood(sent, question, spoken)
        if isinstance(outcome, StoredAnswer):
            await keep(outcome)
            cost = Cost.at(self._price, outcome.prompt_tokens, outcome.completion_tokens)
            self._count(cost)
            self.counts["estimated_usage"] += outcome.estimated
        elif outcome.may_be_billed:
            # Charged in full: left as held, it would let others wait for what never comes back.
            cost = most
            self.counts["unknown_cost"] += 1
        else:
            cost = Cost()
        if held:
            await held.settle(cost)
        return outcome

    def _understood(self, raw: RawAnswer, question: Question, spoken: frozenset[Feature]) -> StoredAnswer | Fault:
        return understand(raw, question, spoken, self._spec.max_answer_tokens, self._client.api_key)

    def _tell(self, place: Place, outcome: RawAnswer | Fault) -> None:
        if not isinstance(outcome, Fault):
            self._endpoint.answered(place)
        elif outcome.what == What.BUSY or outcome.rest_s:
            self._endpoint.refused(place, min(outcome.rest_s, self._patience.busy_s))
        elif outcome.what in (What.KEY, What.GONE):
            self._endpoint.closed(place)
        elif outcome.is_trouble:
            self._endpoint.failed(place)

    def _count(self, cost: Cost) -> None:
        self.spent["prompt_tokens"] += cost.prompt_tokens
        self.spent["completion_tokens"] += cost.completion_tokens
        if cost.usd_micros:
            self.spent["usd_micros"] += cost.usd_micros

    def _is_over(self, fault: Fault, tries: Counter[What], began: float) -> bool:
        match fault.what:
            case What.BUSY:
                return self._endpoint.silent_s(began) + fault.rest_s > self._patience.busy_s
            case What.TIMEOUT:
                return tries[What.TIMEOUT] > min(self._patience.timeout_retries, self._patience.retries)
            case What.SERVER | What.CONNECTION | What.UNREACHABLE:
                return tries.total() - tries[What.BUSY] > self._patience.retries
        return True

    def _wait_s(self, tries: int) -> float:
        """Full jitter, https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/."""
        most = min(self._patience.longest_wait_s, self._patience.first_wait_s * 2.0 ** (tries - 1))
        return random.uniform(0.0, most)

    def _lost(self, fault: Fault, number: int, began: float) -> DocumentRejected | GenerationFailed:
        """What the caller is told of a question that stays without answer."""
        at, model = self._client.base_url, self._model
        match fault.what:
            case What.KEY:
                return GenerationFailed(
                    f"The endpoint {at} refused the key in {self._spec.api_key_env} ({fault.detail}).",
                    next_step=f"Set {self._spec.api_key_env} on the crawl and generate workers to a key that may use "
                    f"{model!r}.",
                )
            case What.GONE:
                return GenerationFailed(
                    f"The endpoint {at} failed on model {model!r}: {fault.detail}",
                    next_step="Check generate.base_url (most end in /v1), generate.model and the account's limits; "
                    "then resume the job.",
                )
            case What.UNREACHABLE if not self._endpoint.answered_since(began):
                return self._no_answers(
                    f"The endpoint {at} cannot be reached: {fault.detail}.",
                    next_step="Check generate.base_url and that the server runs.",
                )
            case What.BUSY:
                return GenerationFailed(
                    f"The endpoint {at} has been too busy for {self._patience.busy_s:g} s or asks to wait longer: "
                    f"{fault.detail}",
                    next_step="Check the account's rate limits; resume the job later, what was answered is kept.",
                )
            case What.FILTERED:
                return DocumentRejected(fault.what, fault.detail)
        in_a_row = self._endpoint.lose_request(number, refused=fault.what in (What.NOT_UNDERSTOOD, What.TOO_LONG))
        if not in_a_row:
            return DocumentRejected(fault.what, fault.detail)
        may_be_away = fault.what in (What.SERVER, What.UNREACHABLE)
        return (self._no_answers if may_be_away else GenerationFailed)(
            f"{in_a_row} requests in a row to {at} failed, the last one: {fault.detail}.",
            next_step="Check the server's log, generate.request_timeout_s, generate.max_answer_tokens and "
            "curate.chunk_tokens.",
        )

    def _no_answers(self, message: str, *, next_step: str) -> GenerationFailed:
        """Of a server that is down or starting: one that answered before is worth the wait."""
        kind = EndpointAway if self._endpoint.has_answered else GenerationFailed
        return kind(message, next_step=next_step)


def _misunderstood(fault: Fault, spoken: frozenset[Feature]) -> Feature | None:
    """What to leave out of the request when the server seems not to know it."""
    if fault.what == What.NOT_UNDERSTOOD or (fault.what == What.SERVER and names_the_form(fault.detail)):
        return suspect(fault.detail, spoken)
    return None
