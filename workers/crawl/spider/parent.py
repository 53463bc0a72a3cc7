"""The spider's end of the pipe to the worker that started it."""

from __future__ import annotations

import asyncio
import os
import sys
import threading
from collections import deque

from workers.crawl.spider.wire import Ask, Told


class Parent:
    """The worker that started this process: asked by standard output, heard on standard input."""

    def __init__(self) -> None:
        self._waiting: deque[tuple[asyncio.AbstractEventLoop, asyncio.Future[Told]]] = deque()

    def listen(self) -> None:
        """Hear its answers from now on, in a thread; the process ends when the parent is gone."""
        threading.Thread(target=self._hear, daemon=True).start()

    async def look(self, url: str, headers: dict[str, str]) -> Told:
        """What there is of the address in the cache (use), or what to ask for it with (fetch)."""
        return await self._ask(Ask(kind="look", url=url, headers=headers))

    async def answer(self, status: int, headers: dict[str, str]) -> Told:
        """Which answer to use, now that the host's is known, with its body in the exchange; or to fetch it anew."""
        return await self._ask(Ask(kind="answer", status=status, headers=headers))

    async def turn(self, interval_s: float) -> None:
        """Wait until the host may be asked, so that nobody's next request comes within the interval."""
        await self._ask(Ask(kind="turn", seconds=interval_s))

    def sent(self) -> None:
        """Tell it that the host has the request."""
        self._say(Ask(kind="sent"))

    def end(self) -> None:
        """Give the turn back."""
        self._say(Ask(kind="end"))

    def rest(self, seconds: float) -> None:
        """Tell it that the host wants to be left alone; the next turn then comes late enough."""
        self._say(Ask(kind="rest", seconds=seconds))

    async def _ask(self, ask: Ask) -> Told:
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Told] = loop.create_future()
        self._waiting.append((loop, future))
        self._say(ask)
        return await future

    def _say(self, ask: Ask) -> None:
        print(ask.model_dump_json(), flush=True)

    def _hear(self) -> None:
        try:
            for line in sys.stdin:
                loop, future = self._waiting.popleft()
                loop.call_soon_threadsafe(_settle, future, Told.model_validate_json(line))
        finally:
            os._exit(1)  # the reactor may be deep in anything; there is nobody left to tell


def _settle(future: asyncio.Future[Told], told: Told) -> None:
    if not future.done():
        future.set_result(told)


PARENT = Parent()
"""The one of this process; it is silent until it is told to listen."""
