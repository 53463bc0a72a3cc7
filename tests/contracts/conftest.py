"""The two ledgers, each with its own way to let time pass."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from agent.ledger.contract import Ledger
from agent.ledger.memory import MemoryLedger
from agent.ledger.redis import RedisLedger


@dataclass
class Clock:
    """A clock that stands until it is moved."""

    now: float = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now

    def advance(self, seconds: float) -> None:
        self.now += seconds


@dataclass
class Bench:
    """A ledger under test."""

    ledger: Ledger
    pause: Callable[[float], None]


@pytest.fixture(params=["memory", "redis"])
def bench(request: pytest.FixtureRequest) -> Bench:
    """Every test that takes this (or `ledger`, or `pause`) runs on both ledgers."""
    if request.param == "memory":
        clock = Clock()
        return Bench(MemoryLedger(clock), clock.advance)
    return Bench(RedisLedger(request.getfixturevalue("redis_url"), prefix="contract:"), time.sleep)


@pytest.fixture
def rearm_s(monkeypatch: pytest.MonkeyPatch) -> float:
    """How long a message may go unclaimed, shortened."""
    for module in ("agent.ledger.redis", "agent.ledger.memory"):
        monkeypatch.setattr(f"{module}.REARM_S", 0.5)
    return 0.5


@pytest.fixture
def ledger(bench: Bench) -> Ledger:
    """The ledger under test."""
    return bench.ledger


@pytest.fixture
def pause(bench: Bench) -> Callable[[float], None]:
    """Lets seconds pass on the ledger's clock: at once in memory, by sleeping on a server."""
    return bench.pause
