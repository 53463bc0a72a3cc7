"""A language model on loopback that answers well until it is told to misbehave, and remembers what it was asked."""

from __future__ import annotations

import json
import threading
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from types import TracebackType
from typing import Any

from tests.servers import free_port
from tests.workers.generate.asking.good_model import good_model
from tests.workers.llm.server import COMPLETION_TOKENS, PROMPT_TOKENS, Endpoint, Reply, llm_server

CALL_TOKENS = PROMPT_TOKENS + COMPLETION_TOKENS
"""What each answer is said to have taken."""
NEVER_S = 3600.0
NO_PHRASES = Reply('{"phrases": []}')
"""For discovery, which asks once how else the subject is called."""

Mood = Callable[[str], Reply | None]
"""What is done with a request instead of answering it well; None for nothing."""


class Teacher:
    """Use it as a context manager; the port stays the same when it goes down and comes up again."""

    def __init__(self, pause_s: float = 0.0) -> None:
        """Each good answer takes ``pause_s``."""
        self.base_url = ""
        self.asked: list[str] = []
        """Every request for examples since `forget`, as it was worded, in the order in which they came."""
        self.mood: Mood = lambda _: None
        self.pause_s = pause_s
        self._port = free_port()
        self._ends: list[Endpoint] = []
        self._up = ExitStack()
        self._lock = threading.Lock()

    def __enter__(self) -> Teacher:
        self.up()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.down()

    def up(self) -> None:
        """Answer from now on."""
        self._ends.append(self._up.enter_context(llm_server(script=self._answer, port=self._port)))
        self.base_url = self._ends[-1].base_url

    def down(self) -> None:
        """Cut all connections and accept none."""
        self._up.close()

    def forgive(self) -> None:
        """In a good mood from now on."""
        self.mood = lambda _: None

    def forget(self) -> None:
        """A new test, in a good mood."""
        with self._lock:
            self.forgive()
            self.asked = []
            for end in self._ends:
                end.sent.clear()

    @property
    def answered(self) -> int:
        """Completions sent since `forget`."""
        return sum(len(end.sent) for end in self._ends)

    @property
    def billed(self) -> int:
        """Tokens of all of them."""
        return self.answered * CALL_TOKENS

    def times(self) -> Counter[str]:
        """How often each request came."""
        return Counter(self.asked)

    def answers_only(self, most: int) -> None:
        """Answer the first ``most`` requests, and leave all others waiting."""
        self.mood = lambda _: Reply(pause_s=NEVER_S) if len(self.asked) > most else None

    def _answer(self, body: dict[str, Any]) -> Reply:
        question = json.dumps(body["messages"])
        if "mark of this request is" not in question:
            return NO_PHRASES
        with self._lock:
            self.asked.append(question)
            reply = self.mood(question)
        return reply or replace(good_model(body), pause_s=self.pause_s)
