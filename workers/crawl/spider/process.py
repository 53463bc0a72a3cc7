"""The worker's side of a crawl: starts the spider's process, takes its turns, gathers its lines, ends it."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, BinaryIO

from agent.errors import BrokerUnavailable, SourceFailed
from agent.ledger.contract import Limit, Wait
from workers.crawl.http.patience import MAX_RETRY_AFTER_S
from workers.crawl.spider.wire import GO, Ask, CrawlLine, CrawlOrder
from workers.runtime.turns import Turns

_POLL_S = 0.25
_LEASE_SLACK_S = 5.0
"""Beyond the time limits for connecting and reading, after which the spider has given the request up."""


@dataclass(frozen=True)
class Asking:
    """How the spider's requests are counted with those of all other workers."""

    turns: Turns
    limit: Limit


def crawl(order: CrawlOrder, asking: Asking, progress: Callable[[int], None]) -> list[CrawlLine]:
    """Run the spider and return its lines, the last of kind end or moved; on an end before its time the reason.

    ``progress`` is called with their number every quarter of a second; when it raises, the spider is killed.

    Raises:
        SourceFailed: the spider broke off.
        BrokerUnavailable: no turn can be had.
    """
    folder = Path(order.bodies).parent
    request, output, log = folder / "request.json", folder / "out.jsonl", folder / "spider.log"
    request.write_text(order.model_dump_json(), encoding="utf-8")
    output.touch()
    lines: list[CrawlLine] = []
    with log.open("wb") as errors, output.open("rb") as reader:
        child = subprocess.Popen(
            [sys.executable, "-m", "workers.crawl.spider.walk", str(request), str(output)],
            stdin=subprocess.PIPE,  # closes with this process: the spider then ends too
            stdout=subprocess.PIPE,
            stderr=errors,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(entry or str(Path.cwd()) for entry in sys.path)},
            text=True,
            encoding="utf-8",
        )
        grants = _Grants(child, asking, lease_s=2 * order.timeout_s + _LEASE_SLACK_S)
        grants.start()
        try:
            while child.poll() is None:
                lines += _complete_lines(reader)
                progress(len(lines))
                time.sleep(_POLL_S)
            lines += _complete_lines(reader)
        finally:
            child.kill()
            child.wait()
            grants.ended.set()
            grants.join()
            for pipe in (child.stdin, child.stdout):
                _close(pipe)
    if grants.failure:
        raise grants.failure
    if grants.rest_s:
        left_alone = f"{asking.limit.group} wants to be left alone for {grants.rest_s:.0f} s"
        return [*lines, CrawlLine(kind="end", reason="resting", detail=left_alone)]
    if not lines or lines[-1].kind not in ("end", "moved"):
        last = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()[-1:] or ["no message"]
        raise SourceFailed(f"The crawl of {order.start} broke off (exit {child.returncode}): {last[0]}")
    return lines


class _Ended(Exception):
    """The spider ended while it waited for a turn."""


class _Grants(threading.Thread):
    """Answers the spider's asks, one after the other: a wait at the ledger is its wait."""

    def __init__(self, child: subprocess.Popen[str], asking: Asking, lease_s: float) -> None:
        super().__init__(daemon=True)
        self._child = child
        self._turns = asking.turns
        self._limit = asking.limit
        self._lease_s = lease_s
        self.ended = threading.Event()
        self.failure: BrokerUnavailable | None = None
        self.rest_s = 0.0
        """How long the host is at rest, where that is too long to wait for."""

    def run(self) -> None:
        asks = self._asks()
        try:
            for ask in asks:
                self._answer(ask, asks)
        except BrokerUnavailable as error:
            self.failure = error
            self._child.kill()
        except (_Ended, BrokenPipeError):
            return

    def _answer(self, ask: Ask, following: Iterator[Ask]) -> None:
        """Hold the turn that is asked for until its end."""
        if ask.kind != "turn":
            return
        limit = replace(self._limit, interval_s=max(self._limit.interval_s, ask.seconds))
        with self._turns.turn(limit, self._lease_s, self._waiting) as turn:
            assert self._child.stdin is not None
            self._child.stdin.write(f"{GO}\n")
            self._child.stdin.flush()
            for word in following:
                if word.kind == "sent":
                    # Told at the answer's headers: Scrapy has no word for the request itself.
                    turn.sent()
                    turn.answered()
                elif word.kind == "rest":
                    self._turns.rest(limit.group, word.seconds)
                elif word.kind == "end":
                    return

    def _asks(self) -> Iterator[Ask]:
        assert self._child.stdout is not None
        for line in self._child.stdout:
            yield Ask.model_validate_json(line)

    def _waiting(self, wait: Wait) -> None:
        if wait.reason == "rest" and wait.seconds > MAX_RETRY_AFTER_S:
            self.rest_s = wait.seconds
            self._child.kill()
        if self.rest_s or self.ended.is_set() or self._child.poll() is not None:
            raise _Ended


def _complete_lines(reader: BinaryIO) -> Iterator[CrawlLine]:
    """The lines that are whole by now; the rest of one being written is left for the next look."""
    while (line := reader.readline()).endswith(b"\n"):
        yield CrawlLine.model_validate_json(line)
    reader.seek(-len(line), os.SEEK_CUR)


def _close(pipe: IO[str] | None) -> None:
    try:
        if pipe:
            pipe.close()
    except BrokenPipeError:
        return  # an answer that nobody was left to hear
