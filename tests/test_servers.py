"""The test servers themselves, since other tests lean on what they promise."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from tests.servers import free_port, valkey_server


def test_what_was_written_survives_a_kill_and_a_restart_on_the_same_port(tmp_path: Path) -> None:
    with valkey_server(tmp_path) as server:
        with redis.Redis.from_url(server.url) as client:
            client.set("kept", "yes")
        first = server.pid
        server.kill()
        with socket.socket() as caller, pytest.raises(ConnectionRefusedError):
            caller.connect(("127.0.0.1", server.port))
        server.restart()
        assert server.pid != first
        with redis.Redis.from_url(server.url) as client:
            assert client.get("kept") == b"yes"


def test_a_server_with_a_password_refuses_those_without_it(tmp_path: Path) -> None:
    port = free_port()
    with valkey_server(tmp_path, password="sesame", port=port) as server:
        with redis.Redis.from_url(server.url) as client:
            assert client.ping()
        with redis.Redis(port=port, retry=Retry(NoBackoff(), 0)) as stranger, pytest.raises(redis.AuthenticationError):
            stranger.ping()


def test_a_server_that_cannot_have_its_port_says_so_with_its_log(tmp_path: Path) -> None:
    with (
        valkey_server(tmp_path / "first") as first,
        pytest.raises(RuntimeError, match="Address already in use"),
        valkey_server(tmp_path / "second", port=first.port),
    ):
        raise AssertionError("two servers on one port")
