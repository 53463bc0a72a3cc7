"""Fixtures for every test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import redis

from tests.servers import ValkeyProcess, valkey_server


@pytest.fixture(scope="session")
def valkey(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ValkeyProcess]:
    """One server for the whole run; take `redis_url` unless the test needs the process itself."""
    with valkey_server(tmp_path_factory.mktemp("valkey")) as server:
        yield server


@pytest.fixture
def redis_url(valkey: ValkeyProcess) -> str:
    """Address of a server with an empty database."""
    with redis.Redis.from_url(valkey.url) as client:
        client.flushall()
    return valkey.url
