"""A backend asked about many chunks at once, answered in order."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from agent.errors import DocumentRejected
from workers.generate.backend import Assignment, Backend, Proposal
from workers.runtime.work import Tick

WAKE_S = 2.0
"""Seconds between two signs of life while answers are awaited: a quarter of the lease could pass at most."""

Answer = list[Proposal] | DocumentRejected


async def ask_all(backend: Backend, assignments: Sequence[Assignment], tick: Tick) -> list[tuple[Assignment, Answer]]:
    """Each assignment with its proposals, or with the reason why it has none, in the order given.

    ``tick`` is called for each answer and every `WAKE_S` seconds; what it raises ends the calls under way.

    Raises:
        GenerationFailed: from the backend.
    """
    done = 0

    async def ask(assignment: Assignment) -> Answer:
        nonlocal done
        answer = await _ask(backend, assignment)
        done += 1
        tick(done, len(assignments), **backend.usage)
        return answer

    asked = [asyncio.ensure_future(ask(assignment)) for assignment in assignments]
    try:
        waiting = set(asked)
        while waiting:
            finished, waiting = await asyncio.wait(waiting, timeout=WAKE_S, return_when=asyncio.FIRST_EXCEPTION)
            for task in finished:
                task.result()
            if waiting:
                tick(done, len(assignments))
        return [(assignment, task.result()) for assignment, task in zip(assignments, asked, strict=True)]
    finally:
        for task in asked:
            task.cancel()
        await asyncio.gather(*asked, return_exceptions=True)
        await backend.close()


async def _ask(backend: Backend, assignment: Assignment) -> Answer:
    try:
        return await backend.propose(assignment) if assignment.orders else []
    except DocumentRejected as rejection:
        return rejection
