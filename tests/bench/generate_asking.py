"""Asking a language model, measured: throughput beside the plain client, and a budget that many processes draw on.

The server works on so many requests at once, from a process of its own, and takes as long for each; its maximum is the
one over the other. Wall time on a busy machine lies for all rows alike: compare the rows.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal, cast

import openai
from pydantic import BaseModel

from agent.errors import BudgetSpent, FinetuneError
from agent.job.usage import Amount
from agent.ledger.redis import RedisLedger
from agent.spec import GenerateConfig
from agent.store import Store
from tests.contracts.jobs import submit
from tests.servers import valkey_server
from tests.workers.llm.server import COMPLETION_TOKENS, PROMPT_TOKENS, Cap, Reply, capped_server
from workers.llm.chat import ChatModel
from workers.llm.contract import ResponseCache, Spending
from workers.llm.kept_answers import KeptAnswers
from workers.runtime.spending import JobSpending

CALLS = 512
EARLIER_CALLS = 160
"""Of a unit before, in which the server's limit is found out."""
AT_ONCE = 32
LATENCY_S = 1.0
"""So slow that the client's own CPU time, which stands apart, does not bound the rate on a busy machine."""
MAXIMUM = AT_ONCE / LATENCY_S
RETRY_AFTER = {"Retry-After": "1"}
WARM_SHARE = 0.25
"""The last answers of a run, by which its pace is told once the server's limit is found out."""
PROCESSES, CALLS_EACH = 4, 100
AT_ONCE_EACH = 16
COST_TOKENS = PROMPT_TOKENS + COMPLETION_TOKENS
BUDGET_TOKENS = 30_000
LEASE_S = 180.0


class Told(BaseModel):
    """The form of the answers."""

    text: str


ANSWER = Reply(content='{"text": "A qubit is a two-level system."}', pause_s=LATENCY_S)
Asking = Callable[[str, list[float]], Awaitable[None]]
"""Asks `CALLS` times at a base URL and notes when each answer came."""


@dataclass(frozen=True)
class Run:
    """How one way of asking did."""

    answered: int
    refused: int
    rate: float
    """Answers a second, from the first request to the last answer."""
    late_rate: float
    """The same over the last quarter of the answers that come while there is still enough to ask."""
    cpu_s: float


def throughput(over: Literal["queue", "refuse"]) -> None:
    """Print a table of the ways of asking a server that queues, or refuses, what is beyond its limit.

    What a process has found out of an endpoint it knows in later units too, so these have rows of their own.
    """
    what = "one more waits in line" if over == "queue" else "one more is answered 429, Retry-After 1"
    print(f"{CALLS} calls, {LATENCY_S:g} s each, {AT_ONCE} at once; {what}; the server's maximum {MAXIMUM:.0f}/s")
    ways: dict[str, tuple[Asking, Asking | None]] = {
        "plain client, the limit known": (lambda url, came: _plain(url, came, AT_ONCE), None),
        "plain client, no limit": (lambda url, came: _plain(url, came, CALLS), None),
        "ours, the first unit": (_ours, None),
        "ours, a later unit": (_ours, _ours_earlier),
        "the same, budget, kept answers": (_ours_in_a_job, _ours_earlier),
    }
    for name, (way, earlier) in ways.items():
        run = _measured(way, over, earlier)
        print(
            f"  {name:31}{run.rate:6.1f}/s {run.rate / MAXIMUM:6.1%} of the maximum ({run.late_rate / MAXIMUM:6.1%} at "
            f"last)  answered {run.answered:5}  refused {run.refused:5}  CPU {run.cpu_s / CALLS * 1000:.2f} ms a call"
        )


def _measured(way: Asking, over: Literal["queue", "refuse"], earlier: Asking | None) -> Run:
    headers = RETRY_AFTER if over == "refuse" else {}
    came: list[float] = []
    with capped_server(ANSWER, Cap(AT_ONCE, over, headers)) as server:
        if earlier:
            asyncio.run(cast(Any, earlier(server.base_url, [])))
        before = server.figures()["refused"]
        began, cpu = time.perf_counter(), time.process_time()
        asyncio.run(cast(Any, way(server.base_url, came)))
        cpu_s = time.process_time() - cpu
        figures = server.figures()
    assert len(came) <= figures["answered"]
    came.sort()
    # While the last ones are under way there is no next one to send, whoever asks.
    first, last = int(len(came) * (1 - WARM_SHARE)) - AT_ONCE, len(came) - AT_ONCE
    late = (last - first) / (came[last] - came[first]) if first > 0 else 0.0
    return Run(len(came), figures["refused"] - before, len(came) / (came[-1] - began), late, cpu_s)


def _messages(number: int) -> list[dict[str, str]]:
    return [{"role": "user", "content": f"What does passage {number} say? {'A passage of a few words. ' * 40}"}]


async def _plain(url: str, came: list[float], at_once: int) -> None:
    """The openai package as its documentation shows it, with a semaphore around."""
    client = openai.AsyncOpenAI(base_url=url, api_key="none", timeout=120)
    places = asyncio.Semaphore(at_once)

    async def ask(number: int) -> None:
        async with places:
            try:
                completion = await client.chat.completions.create(
                    model="m", messages=cast(Any, _messages(number)), response_format={"type": "json_object"}
                )
            except openai.OpenAIError:
                return
        Told.model_validate_json(completion.choices[0].message.content or "")
        came.append(time.perf_counter())

    try:
        await asyncio.gather(*(ask(number) for number in range(CALLS)))
    finally:
        await client.close()


async def _ours(
    url: str,
    came: list[float],
    cache: ResponseCache | None = None,
    spending: Spending | None = None,
    calls: int = CALLS,
) -> None:
    chat = ChatModel(_config(url), cache=cache, spending=spending)

    async def ask(number: int) -> None:
        try:
            await chat.ask(_messages(number), Told, lambda answer, fault: [])
        except FinetuneError:
            return
        came.append(time.perf_counter())

    try:
        await asyncio.gather(*(ask(number) for number in range(calls)))
    finally:
        await chat.close()


async def _ours_earlier(url: str, came: list[float]) -> None:
    await _ours(url, came, calls=EARLIER_CALLS)


async def _ours_in_a_job(url: str, came: list[float]) -> None:
    """As a unit of a job asks: the ledger on a server of its own, each answer on the disk before it is used."""
    with _job() as (broker_url, folder):
        cache = KeptAnswers(Store(str(folder / "store")), "jobs/job/generate/0000-e1", "m")
        spending = JobSpending(RedisLedger(broker_url), "job", "bench", Amount(10**9, 0), LEASE_S)
        await _ours(url, came, cache, spending)


def _config(url: str, **more: Any) -> GenerateConfig:
    return GenerateConfig(backend="openai", model="m", base_url=url, **more)


@contextmanager
def _job() -> Iterator[tuple[str, Path]]:
    """Address of a server that knows the job ``job``, and a folder for its store."""
    with TemporaryDirectory() as name, valkey_server(Path(name)) as server:
        submit(RedisLedger(server.url))
        yield server.url, Path(name)


def budget() -> None:
    """Print what the books and the server say of 64 calls at once, in four processes, that want more than there is."""
    context = multiprocessing.get_context("spawn")
    with _job() as (broker_url, _), capped_server(ANSWER, Cap(PROCESSES * AT_ONCE_EACH)) as server:
        ledger, most = RedisLedger(broker_url), 0
        arguments = (broker_url, server.base_url)
        workers = [context.Process(target=_spend, args=(number, *arguments)) for number in range(PROCESSES)]
        for worker in workers:
            worker.start()
        while any(worker.is_alive() for worker in workers):
            most = max(most, ledger.view("job").spent.amount.tokens)
            time.sleep(0.002)
        spent, figures = ledger.view("job").spent.amount.tokens, server.figures()
    billed = figures["answered"] * COST_TOKENS
    print(
        f"budget of {BUDGET_TOKENS:,} tokens, {PROCESSES * CALLS_EACH} calls of {COST_TOKENS} wanted, {PROCESSES} x "
        f"{AT_ONCE_EACH} at once (the server saw {figures['most_at_once']})"
    )
    print(
        f"  the books held at most {most:,} and at the end {spent:,}; the server billed {billed:,} in "
        f"{figures['answered']} answers: {'never above' if max(most, billed) <= BUDGET_TOKENS else 'EXCEEDED'}"
    )


def _spend(number: int, broker_url: str, base_url: str) -> None:
    spending = JobSpending(RedisLedger(broker_url), "job", f"bench/{number}", Amount(BUDGET_TOKENS, 0), LEASE_S)
    config = _config(base_url, max_answer_tokens=256, max_requests_at_once=AT_ONCE_EACH)

    async def all_at_once() -> None:
        chat = ChatModel(config, spending=spending)

        async def ask(each: int) -> None:
            try:
                await chat.ask(_messages(number * CALLS_EACH + each), Told, lambda answer, fault: [])
            except BudgetSpent:
                return

        try:
            await asyncio.gather(*(ask(each) for each in range(CALLS_EACH)))
        finally:
            await chat.close()

    asyncio.run(all_at_once())
