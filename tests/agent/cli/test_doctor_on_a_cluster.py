"""`finetune doctor --cluster` on real workers and a real server, healthy and then broken in several places at once."""

from __future__ import annotations

import json
import re
import signal
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis

from agent.contract import Pool
from tests.agent.cli.conftest import Finetune
from tests.servers import ValkeyProcess, free_port, valkey_server
from tests.worker_process import WorkerProcess

pytestmark = pytest.mark.timeout(180)

NAMED_WITHIN_S = 40.0
Found = dict[str, dict[str, str]]


@pytest.fixture
def server(tmp_path: Path) -> Iterator[ValkeyProcess]:
    """A server of its own: this test spoils its settings."""
    with valkey_server(tmp_path / "server", password="doctor") as process:
        yield process


@pytest.fixture
def fleet(server: ValkeyProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, WorkerProcess]]:
    """One worker per pool that has announced itself; this client goes by the same settings."""
    monkeypatch.setenv("FINETUNE_BROKER_URL", server.url)
    workers = {pool: WorkerProcess(pool, tmp_path, {}, concurrency=1) for pool in Pool}
    try:
        for worker in workers.values():
            worker.start()
        for worker in workers.values():
            worker.ready()
        yield {**workers}
    finally:
        for worker in workers.values():
            worker.end()


def look(finetune: Finetune) -> tuple[int, Found]:
    """The exit code, and what was found, by name."""
    asked = finetune("doctor", "--cluster", "--json")
    checks = [json.loads(line) for line in asked.stdout.splitlines()]
    return asked.exit_code, {check["name"]: check for check in checks}


def look_until(finetune: Finetune, names: set[str], *, gone: bool = False) -> tuple[int, Found]:
    """As `look`, again and again until all of these checks are there, or none of them is."""
    deadline = time.monotonic() + NAMED_WITHIN_S
    while True:
        code, found = look(finetune)
        wanted = not names & found.keys() if gone else names <= found.keys()
        if wanted or time.monotonic() > deadline:
            assert wanted, found
            return code, found
        time.sleep(0.5)


def test_a_healthy_cluster_is_fine_and_each_thing_that_breaks_is_named(
    finetune: Finetune, fleet: dict[str, WorkerProcess], server: ValkeyProcess, tmp_path: Path
) -> None:
    look_until(finetune, {f"pool {pool}" for pool in Pool}, gone=True)
    code, found = look(finetune)
    assert {name: check for name, check in found.items() if check["state"] != "ok"} == {}
    assert code == 0
    assert found["pools"]["found"] == "crawl 1, parse 1, generate 1, train 1, control 1"

    fleet["generate"].signal(signal.SIGSTOP)
    fleet["parse"].kill(signal.SIGTERM)
    with redis.Redis.from_url(server.url) as client:
        client.config_set("appendonly", "no")
    stray = WorkerProcess("crawl", tmp_path, {"FINETUNE_STORE_URL": str(tmp_path / "elsewhere")}, "stray", 1)
    try:
        stray.start()
        stray.ready()
        host = socket.gethostname()
        code, found = look_until(finetune, {f"worker generate@{host}", "setting store"})
        fleet["generate"].signal(signal.SIGCONT)
        assert code == 1
        broken = {name: check["found"] for name, check in found.items() if check["state"] != "ok"}
        assert broken.keys() == {f"worker generate@{host}", "setting store", "server data", "pool parse"}
        assert broken[f"worker generate@{host}"].startswith("has not announced itself for 1")
        elsewhere, here = tmp_path / "elsewhere", tmp_path / "store"
        assert broken["setting store"].startswith(f"stray@{host} has {elsewhere}, this client {here}")
        assert broken["server data"] == "no append-only file and no snapshots: a restart loses every job"
        assert broken["pool parse"] == "no live worker; nothing waits for one now"
        look_until(finetune, {f"worker generate@{host}"}, gone=True)
    finally:
        stray.end()


def test_status_names_the_stopped_worker_that_holds_a_unit_and_when_another_takes_it(
    finetune: Finetune, server: ValkeyProcess, tmp_path: Path, documents: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FINETUNE_BROKER_URL", server.url)
    stopping = {"FINETUNE_FAULTS": "discover/*/started=stop"}
    workers = [WorkerProcess("control", tmp_path, {}), WorkerProcess("crawl", tmp_path, stopping, concurrency=1)]
    try:
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.ready()
        words = ("submit", "quantum computing", "--source", f"dir:{documents}", "--job-id", "held")
        assert finetune(*words).exit_code == 0
        deadline, said = time.monotonic() + NAMED_WITHIN_S, ""
        while "gave no sign" not in said and time.monotonic() < deadline:
            time.sleep(0.5)
            said = json.loads(finetune("status", "held", "--json").stdout)["waits_for"]
        holder = f"Find documents, part 0, is held by crawl@{socket.gethostname()}"
        assert re.fullmatch(rf"{holder}, which gave no sign for \d+ s: in \d+ s it goes to another worker\.", said), (
            said
        )
    finally:
        for worker in workers:
            worker.end()


def test_a_server_that_is_away_is_one_line_and_the_store_is_still_looked_at(
    finetune: Finetune, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FINETUNE_BROKER_URL", f"redis://:secret@127.0.0.1:{free_port()}/0")
    code, found = look(finetune)
    assert code == 1
    assert {name: check["state"] for name, check in found.items()} == {"server": "missing", "artifact store": "ok"}
    assert found["server"]["found"].startswith("No Redis or Valkey server answers at redis://***@127.0.0.1:")


def test_a_store_that_cannot_be_written_is_one_line_and_the_cluster_is_still_looked_at(
    on_server: Finetune, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "a-file").write_text("no folder")
    monkeypatch.setenv("FINETUNE_STORE_URL", str(tmp_path / "a-file" / "store"))
    code, found = look(on_server)
    assert code == 1
    assert found["artifact store"]["state"] == "missing"
    assert "a-file" in found["artifact store"]["found"]
    assert found["control"]["next_step"] == "`finetune worker control`"


def test_without_a_server_the_doctor_says_that_there_is_no_cluster_to_look_at(
    finetune: Finetune, own_home: Path
) -> None:
    code, found = look(finetune)
    assert code == 1
    assert found["server"]["found"] == f"none is named, and the embedded cluster of {own_home} does not run"
    assert not (own_home / "server").exists(), "looking must not start one"
