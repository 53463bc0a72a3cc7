"""Both ledgers, as empty as after a loss."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from agent.ledger.contract import Ledger
from agent.ledger.memory import MemoryLedger
from agent.ledger.redis import RedisLedger
from agent.store import Store

NewLedger = Callable[[], Ledger]


@pytest.fixture(params=["memory", "redis"])
def new_ledger(request: pytest.FixtureRequest) -> NewLedger:
    """Gives a ledger that knows nothing, each time it is asked."""
    if request.param == "memory":
        return MemoryLedger
    url = request.getfixturevalue("redis_url")
    numbers = iter(range(100))
    return lambda: RedisLedger(url, prefix=f"server-{next(numbers)}:")


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(str(tmp_path / "store"))
