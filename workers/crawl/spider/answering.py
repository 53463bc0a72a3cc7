"""The worker's answers to what the spider asks: kept pages from the shared cache, turns from the ledger."""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from agent.ledger.contract import Limit, Wait
from workers.crawl.http.cache import Freshness, SharedCache
from workers.crawl.http.patience import MAX_RETRY_AFTER_S
from workers.crawl.http.wire import Ask as Request
from workers.crawl.http.wire import Reply
from workers.crawl.spider.wire import Ask, CrawlOrder, Told
from workers.runtime.turns import Turns

_LEASE_SLACK_S = 5.0
"""Beyond the time limits for connecting and reading, after which the spider has given the request up."""


@dataclass(frozen=True)
class Asking:
    """How the spider's requests are counted, and their answers shared, with those of all other workers."""

    turns: Turns
    limit: Limit
    cache: SharedCache


class _Ended(Exception):
    """The spider ended; nobody is left to answer."""


class _GivenUp(Exception):
    """The request broke, and the spider is at the next one."""

    def __init__(self, following: Ask) -> None:
        super().__init__()
        self.following = following


class Answering(threading.Thread):
    """Answers one ask after the other, since the spider has one request under way: a wait here is its wait."""

    def __init__(self, child: subprocess.Popen[str], order: CrawlOrder, asking: Asking) -> None:
        super().__init__(daemon=True)
        self._child = child
        self._turns = asking.turns
        self._limit = asking.limit
        self._cache = asking.cache
        self._exchange = order.exchange
        self._lease_s = 2 * order.timeout_s + _LEASE_SLACK_S
        self.ended = threading.Event()
        self.failure: Exception | None = None
        """Why it stopped, and the spider with it."""
        self.rest_s = 0.0
        """How long the host is at rest, where that is too long to wait for."""

    def run(self) -> None:
        """Answer until the spider ends."""
        try:
            look = self._heard()
            while True:
                look = self._answered(look)
        except (_Ended, BrokenPipeError):
            return
        except Exception as error:  # raised again by `crawl`: a spider without answers would wait for ever
            self.failure = error
            self._child.kill()

    def _answered(self, look: Ask) -> Ask:
        """The next look, once this one is answered."""
        try:
            kept = self._cache.fetch(Request("GET", look.url, look.headers), self._fetched, Freshness())
        except _GivenUp as given_up:
            return given_up.following
        if kept.how:
            self._exchange.write_bytes(kept.reply.body)
            headers = dict(kept.reply.headers)
            self._tell(
                Told(kind="use", status=kept.reply.status, headers=headers, how=kept.how, fetched_at=kept.fetched_at)
            )
        else:
            self._tell(Told(kind="own"))
        return self._heard()

    def _fetched(self, headers: Mapping[str, str], arrived: Callable[[], bool]) -> Reply:
        """What the spider's request comes back with; once begun it is not called off, so ``arrived`` is not asked."""
        self._tell(Told(kind="fetch", headers=dict(headers)))
        while (ask := self._heard()).kind == "turn":
            self._grant(ask)
        if ask.kind == "look":
            raise _GivenUp(ask)
        return Reply(ask.status, ask.headers, self._exchange.read_bytes())

    def _grant(self, ask: Ask) -> None:
        """Hold the turn that is asked for until its end."""
        limit = replace(self._limit, interval_s=max(self._limit.interval_s, ask.seconds))
        with self._turns.turn(limit, self._lease_s, self._waiting) as turn:
            self._tell(Told(kind="go"))
            while (word := self._heard()).kind != "end":
                if word.kind == "sent":
                    # Told at the answer's headers: Scrapy has no word for the request itself.
                    turn.sent()
                    turn.answered()
                elif word.kind == "rest":
                    self._turns.rest(limit.group, word.seconds)

    def _heard(self) -> Ask:
        assert self._child.stdout is not None
        line = self._child.stdout.readline()
        if not line.endswith("\n"):
            raise _Ended
        return Ask.model_validate_json(line)

    def _tell(self, told: Told) -> None:
        assert self._child.stdin is not None
        self._child.stdin.write(f"{told.model_dump_json()}\n")
        self._child.stdin.flush()

    def _waiting(self, wait: Wait) -> None:
        if wait.reason == "rest" and wait.seconds > MAX_RETRY_AFTER_S:
            self.rest_s = wait.seconds
            self._child.kill()
        if self.rest_s or self.ended.is_set() or self._child.poll() is not None:
            raise _Ended
