"""A backend asked about many chunks, some at once, answered in order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait

from agent.errors import DocumentRejected
from agent.job.records import Chunk
from workers.generate.backend import Backend, Proposal
from workers.runtime.work import Tick

WAKE_S = 2.0
"""Seconds between two signs of life while an answer is awaited: a quarter of the lease could pass at most."""

Answer = list[Proposal] | DocumentRejected


def ask_all(backend: Backend, chunks: Sequence[Chunk], limit: int, tick: Tick) -> Iterator[tuple[Chunk, Answer]]:
    """Each chunk with its proposals, or with the reason why it has none, in the order of ``chunks``.

    ``tick`` is called for each finished chunk and every `WAKE_S` seconds; what it raises ends the calls under way.

    Raises:
        GenerationFailed: from the backend.
    """
    pool = ThreadPoolExecutor(max_workers=backend.concurrency, thread_name_prefix="generate")
    try:
        waiting = [pool.submit(_ask, backend, chunk, limit) for chunk in chunks]
        for number, (chunk, future) in enumerate(zip(chunks, waiting, strict=True)):
            _await(future, waiting, number, tick)
            yield chunk, future.result()
            tick(number + 1, len(chunks), **backend.usage)
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
        backend.close()


def _ask(backend: Backend, chunk: Chunk, limit: int) -> Answer:
    try:
        return backend.propose(chunk, limit)
    except DocumentRejected as rejection:
        return rejection


def _await(future: Future[Answer], waiting: Sequence[Future[Answer]], done: int, tick: Tick) -> None:
    while not wait([future], timeout=WAKE_S, return_when=FIRST_COMPLETED).done:
        tick(done, len(waiting))
