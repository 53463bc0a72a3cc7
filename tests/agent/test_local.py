"""The embedded cluster: a real server and real workers in a home folder of the test's own."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from agent.client import Client
from agent.contract import Pool
from agent.errors import InvalidSpec
from agent.local import LINGER_S, STOP_TIMEOUT_S
from agent.settings import Settings


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path, broker_url="", store_url="")


def wait_until_stopped(home: Path) -> None:
    deadline = time.monotonic() + LINGER_S + 2 * STOP_TIMEOUT_S
    while (home / "local" / "cluster.json").exists():
        assert time.monotonic() < deadline, (home / "local" / "supervisor.log").read_text()
        time.sleep(0.1)


def test_two_clients_share_one_server_and_it_stops_after_the_last(settings: Settings, tmp_path: Path) -> None:
    with Client.local(settings, workers=False) as first, Client.local(settings, workers=False) as second:
        assert first.settings.broker_url == second.settings.broker_url
        assert first.ledger.ping().startswith("valkey")
    wait_until_stopped(tmp_path)


def test_a_client_that_is_killed_lets_go_of_the_cluster(settings: Settings, tmp_path: Path) -> None:
    script = (
        "from agent.client import Client; from agent.settings import Settings; import os;"
        "Client.local(Settings(broker_url='', store_url=''), workers=False); os.kill(os.getpid(), 9)"
    )
    subprocess.run([sys.executable, "-c", script], env={**os.environ, "FINETUNE_HOME": str(tmp_path)}, check=False)
    wait_until_stopped(tmp_path)


def test_only_the_owner_can_read_the_servers_password(settings: Settings, tmp_path: Path) -> None:
    with Client.local(settings, workers=False):
        for file in (tmp_path / "local" / "cluster.json", tmp_path / "server" / "server.conf"):
            assert file.stat().st_mode & 0o077 == 0
    wait_until_stopped(tmp_path)


def test_one_worker_per_pool_comes_up_and_announces_itself(settings: Settings, tmp_path: Path) -> None:
    with Client.local(settings) as client:
        deadline = time.monotonic() + 60
        while {worker.pool for worker in client.workers()} != set(Pool):
            assert time.monotonic() < deadline, client.workers()
            time.sleep(0.2)
        train = next(worker for worker in client.workers() if worker.pool == "train")
        assert train.capability["backend"] in ("cpu", "cuda", "rocm", "mps")
        assert "train.any.8g" in train.queues
    wait_until_stopped(tmp_path)


def test_a_running_cluster_is_not_joined_with_another_store(settings: Settings, tmp_path: Path) -> None:
    other = settings.model_copy(update={"store_url": str(tmp_path / "elsewhere")})
    with Client.local(settings, workers=False), pytest.raises(InvalidSpec, match="elsewhere"):
        Client.local(other, workers=False)
    wait_until_stopped(tmp_path)
