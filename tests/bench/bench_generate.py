"""What asking a language model costs beyond the model: throughput, checks, deduplication, and a budget under load.

Throughput is measured against a server in a process of its own that works on so many requests at once and takes as long
for each; its maximum is the one over the other. Wall time on a busy machine lies for all rows alike: compare the rows.
"""

from __future__ import annotations

import asyncio
import logging
import math
import multiprocessing
import os
import resource
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Literal, cast

import openai
from pydantic import BaseModel

from agent.errors import DocumentRejected, FinetuneError
from agent.spec import GenerateConfig
from tests.bench.generate_questions import Planted, questions
from tests.workers.generate.assignments import assignment, proposed
from tests.workers.generate.chunks import chunk
from tests.workers.llm.server import Cap, CappedEndpoint, Reply, capped_server
from workers.generate.accept import accept
from workers.llm.chat import ChatModel

CALLS = 1600
AT_ONCE = 32
LATENCY_S = 0.2
MAXIMUM = AT_ONCE / LATENCY_S
RETRY_AFTER = {"Retry-After": "1"}
CHECKS_MS = 5.0
QUESTIONS = 100_000
DEDUP_S = 60.0
DEDUP_BYTES = 2 * 1024**3

Asking = Callable[[str], Awaitable[int]]
"""Asks `CALLS` times at a base URL; how many were answered."""


class Told(BaseModel):
    """The form of the answers."""

    text: str


ANSWER = Reply(content='{"text": "A qubit is a two-level system."}', pause_s=LATENCY_S)


def main() -> None:
    """Print the four tables."""
    logging.disable(logging.WARNING)
    os.environ.setdefault("OPENAI_API_KEY", "none")
    _throughput("queue")
    _throughput("refuse")
    _checks()
    _deduplication()


@dataclass(frozen=True)
class Run:
    """How one way of asking did."""

    answered: int
    refused: int
    seconds: float
    cpu_s: float

    @property
    def rate(self) -> float:
        return self.answered / self.seconds


def _throughput(over: Literal["queue", "refuse"]) -> None:
    what = "one more waits in line" if over == "queue" else "one more is answered 429, Retry-After 1"
    print(f"{CALLS} calls, {LATENCY_S:g} s each, {AT_ONCE} at once; {what}; the server's maximum {MAXIMUM:.0f}/s")
    ways: dict[str, Asking] = {
        "plain client, the limit known": lambda url: _plain(url, AT_ONCE),
        "plain client, no limit": lambda url: _plain(url, CALLS),
        "ours": _ours,
    }
    for name, way in ways.items():
        run = _measured(way, over)
        print(
            f"  {name:31}{run.rate:7.1f}/s  {run.rate / MAXIMUM:6.1%} of the maximum  answered {run.answered:5}  "
            f"refused {run.refused:5}  client CPU {run.cpu_s / max(run.answered, 1) * 1000:.2f} ms a call"
        )


def _measured(way: Asking, over: Literal["queue", "refuse"]) -> Run:
    headers = RETRY_AFTER if over == "refuse" else {}
    with capped_server(ANSWER, Cap(AT_ONCE, over, headers)) as server:
        began, cpu = time.perf_counter(), time.process_time()
        answered = asyncio.run(_all(way, server))
        seconds, cpu_s = time.perf_counter() - began, time.process_time() - cpu
        figures = server.figures()
    assert answered <= figures["answered"]
    return Run(answered, figures["refused"], seconds, cpu_s)


async def _all(way: Asking, server: CappedEndpoint) -> int:
    return await way(server.base_url)


def _messages(number: int) -> list[dict[str, str]]:
    return [{"role": "user", "content": f"What does passage {number} say? {'A passage of a few words. ' * 40}"}]


async def _plain(url: str, at_once: int) -> int:
    """The openai package as its documentation shows it, with a semaphore around."""
    client = openai.AsyncOpenAI(base_url=url, timeout=120)
    places = asyncio.Semaphore(at_once)

    async def ask(number: int) -> bool:
        async with places:
            try:
                completion: Any = await client.chat.completions.create(
                    model="m",
                    messages=cast(Any, _messages(number)),
                    response_format={"type": "json_object"},
                )
            except openai.OpenAIError:
                return False
        return bool(Told.model_validate_json(completion.choices[0].message.content))

    try:
        return sum(await asyncio.gather(*(ask(number) for number in range(CALLS))))
    finally:
        await client.close()


async def _ours(url: str) -> int:
    chat = ChatModel(GenerateConfig(backend="openai", model="m", base_url=url))

    async def ask(number: int) -> bool:
        try:
            return bool(await chat.ask(_messages(number), Told, lambda answer, fault: []))
        except FinetuneError:
            return False

    try:
        return sum(await asyncio.gather(*(ask(number) for number in range(CALLS))))
    finally:
        await chat.close()


def _checks() -> None:
    """CPU time of `accept` over what the rules propose, and over the same with a response from elsewhere."""
    chunks = [chunk(text, document=f"d{number}", title="Qubits") for number, text in enumerate(_PASSAGES)]
    good = [(assignment(each), proposal) for each in chunks for proposal in proposed(each)]
    cases = {"as proposed": good, "of another chunk": [(good[-1 - at][0], each[1]) for at, each in enumerate(good)]}
    print(f"accept() on {len(good)} proposals of {len(chunks)} chunks (at most {CHECKS_MS:g} ms of CPU wanted)")
    for name, pairs in cases.items():
        taken: list[float] = []
        kept = 0
        for _ in range(math.ceil(400 / max(len(pairs), 1))):
            for task, proposal in pairs:
                began = time.process_time()
                try:
                    accept(task, proposal, "bench/1")
                    kept += 1
                except DocumentRejected:
                    pass
                taken.append((time.process_time() - began) * 1000)
        taken.sort()
        mean, late = sum(taken) / len(taken), taken[int(len(taken) * 0.95)]
        share = kept / len(taken)
        print(
            f"  {name:20} mean {mean:6.3f} ms  95 % within {late:6.3f} ms  most {taken[-1]:6.2f} ms  kept {share:.0%}"
        )


_PASSAGES = (
    "A qubit is a two-level quantum system. Because its state is a superposition of two basis states, a register of "
    "n qubits is described by 2^n amplitudes. Decoherence is the loss of phase information to the environment, which "
    "limits how long a computation may take. In transmons the coherence time is about 100 microseconds.",
    "Quantum error correction is a method that spreads one logical qubit over many physical qubits. The surface code "
    "tolerates error rates up to about 1 percent, since its checks act on neighbours only. Unlike classical codes, it "
    "must not measure the data itself. It therefore measures parities with ancilla qubits.",
    "Grover's algorithm is a quantum algorithm for searching an unsorted list. It needs about the square root of N "
    "queries, while a classical search needs N/2 on average. The gain is quadratic and cannot be improved.",
    "Trapped ions are charged atoms that are held by electric fields in vacuum. Their gates are driven by lasers, and "
    "two ions interact through their shared motion. Ion traps have the longest coherence times, but their gates take "
    "tens of microseconds, which makes deep circuits slow.",
)


def _deduplication() -> None:
    """Wall and CPU time and the peak of memory of a process that does nothing else."""
    planted = questions(QUESTIONS)
    receiver, sender = multiprocessing.get_context("spawn").Pipe(duplex=False)
    process = multiprocessing.get_context("spawn").Process(target=_deduplicate, args=(planted, sender))
    process.start()
    seconds, cpu_s, peak, gone = receiver.recv()
    process.join()
    print(
        f"{QUESTIONS:,} questions deduplicated in {seconds:.1f} s of wall time, {cpu_s:.1f} s of CPU (at most "
        f"{DEDUP_S:g} s wanted), peak {peak / 1024**3:.2f} GiB (at most {DEDUP_BYTES / 1024**3:g} wanted)"
    )
    for name, pairs in (("in the same words", planted.same_words), ("rephrased", planted.rephrased)):
        found = sum(gone.get(again) == of for again, of in pairs.items())
        print(f"  planted {name:20} {len(pairs):5}   found {found / len(pairs):.1%}")
    false = gone.keys() - planted.same_words.keys() - planted.rephrased.keys()
    print(f"  taken for one that is none  {len(false):5}   {len(false) / QUESTIONS:.3%} of all")


def _deduplicate(planted: Planted, sender: Any) -> None:
    from workers.generate.dataset.duplicates import near_duplicates

    with _timed() as figures:
        gone = near_duplicates(planted.ids, planted.texts, planted.scores)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    sender.send((*figures, peak, {each.id: each.of for each in gone}))


@contextmanager
def _timed() -> Iterator[list[float]]:
    """Filled at the end with seconds of wall time and of CPU."""
    figures: list[float] = []
    began, cpu = time.perf_counter(), time.process_time()
    yield figures
    figures += [time.perf_counter() - began, time.process_time() - cpu]


if __name__ == "__main__":
    main()
