"""Many chunks worked on at once in one event loop, their results in order."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import TypeVar

from workers.runtime.work import Tick

WAKE_S = 1.0
"""Seconds between two signs of life while answers are awaited; so late does the work learn of a cancel at most."""

Item = TypeVar("Item")
Result = TypeVar("Result")


async def work_on_all(
    items: Sequence[Item],
    work_on: Callable[[Item], Awaitable[Result]],
    tick: Tick,
    figures: Callable[[], dict[str, int | float]] = dict,
) -> list[Result]:
    """The result of each item, in the order given, whatever the order in which they come.

    ``tick`` is called with ``figures()`` for each result and every `WAKE_S` seconds; what it raises, or ``work_on``,
    ends all that is under way.
    """
    done = 0

    async def one(item: Item) -> Result:
        nonlocal done
        result = await work_on(item)
        done += 1
        tick(done, len(items), **figures())
        return result

    tasks = [asyncio.ensure_future(one(item)) for item in items]
    try:
        waiting = set(tasks)
        while waiting:
            finished, waiting = await asyncio.wait(waiting, timeout=WAKE_S, return_when=asyncio.FIRST_EXCEPTION)
            for task in finished:
                task.result()
            if waiting:
                tick(done, len(items), **figures())
        return [task.result() for task in tasks]
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def all_of(works: Iterable[Awaitable[Result]]) -> list[Result]:
    """The results in order; what one raises ends the others, which `asyncio.gather` leaves to themselves."""
    tasks = [asyncio.ensure_future(work) for work in works]
    try:
        return await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
