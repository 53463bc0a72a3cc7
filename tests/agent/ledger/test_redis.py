"""What only the ledger on a server must do: survive its server, translate its errors, share it with others."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest
import redis

from agent.canvas.planner import make_plan
from agent.errors import BrokerUnavailable
from agent.job.job import JobRecord
from agent.job.model import ModelFacts
from agent.ledger.contract import Claim, Progress, UnitId
from agent.ledger.redis import RedisLedger, script_source
from agent.spec import JobSpec
from tests.contracts.jobs import a_worker
from tests.servers import free_port, valkey_server

UNIT = UnitId("job", "discover", "0")


def submit(ledger: RedisLedger) -> None:
    spec = JobSpec(model="tiny", subject="knots", sources=("dir:notes",))
    facts = ModelFacts(name="tiny", origin="folder", location="/tiny", parameters=1, has_chat_template=False)
    ledger.submit(JobRecord(id="job", spec=spec, model=facts, user="ada"), make_plan(spec, facts))


def test_work_in_flight_survives_the_death_of_the_server(tmp_path: Path) -> None:
    with valkey_server(tmp_path) as server:
        ledger = RedisLedger(server.url)
        submit(ledger)
        claim = ledger.claim(UNIT, "me", 600)
        assert isinstance(claim, Claim)
        server.kill()
        revival = threading.Timer(0.5, server.start)
        revival.start()
        assert ledger.commit(claim, "jobs/job/discover/0-e1", {}), "the call waits for the server to come back"
        revival.join()
        assert ledger.claim(UNIT, "another", 600) == "done"
        assert ledger.claim(UnitId("job", "curate", "0"), "me", 600) != "unknown"


@pytest.mark.parametrize("left_over", ["running", "sent", "queued"])
def test_what_a_job_leaves_behind_when_the_server_loses_it_is_cleaned_away(redis_url: str, left_over: str) -> None:
    ledger = RedisLedger(redis_url)
    submit(ledger)
    ledger.register(a_worker("crawl", 1), 60)
    if left_over != "queued":
        ledger.hand_out()
    claim = ledger.claim(UNIT, "me", 0.05) if left_over == "running" else None
    with redis.Redis.from_url(redis_url, decode_responses=True) as client:
        for key in [*client.scan_iter("ft:job:*"), *client.scan_iter("ft:unit*"), *client.scan_iter("ft:stage:*")]:
            client.delete(key)
        time.sleep(0.1)
        for _ in range(2):
            ledger.reconcile()
            assert ledger.hand_out() == []
        assert ledger.claim(UNIT, "another", 5) == "unknown"
        if isinstance(claim, Claim):
            assert ledger.beat(claim, 5, Progress()) == "superseded"
            assert not ledger.commit(claim, "stale", {})
        assert client.zcard("ft:leases") == client.scard("ft:running:crawl") == 0
        assert client.zcard("ft:turns:crawl") == 0
    submit(ledger)
    assert isinstance(ledger.claim(UNIT, "another", 5), Claim), "the job can be told to it anew"


def test_the_server_tells_what_could_cost_it_its_data(redis_url: str) -> None:
    with redis.Redis.from_url(redis_url) as client:
        client.config_set("save", "3600 1")
        client.config_set("maxmemory", "1gb")
        try:
            facts = RedisLedger(redis_url).health().server
        finally:
            client.config_set("save", "")
            client.config_set("maxmemory", "0")
    assert (facts.rdb_save, facts.maxmemory_bytes, facts.aof_enabled) == ("3600 1", 2**30, True)
    assert 0 < facts.used_memory_bytes < facts.maxmemory_bytes


def test_a_server_that_forbids_config_tells_the_rest(redis_url: str) -> None:
    with redis.Redis.from_url(redis_url) as client:
        client.acl_setuser("guest", enabled=True, passwords=["+sesame"], keys=["*"], commands=["+@all", "-config"])
        guest = RedisLedger(redis_url.replace("redis://", "redis://guest:sesame@"))
        facts = guest.health().server
        client.acl_deluser("guest")
    assert facts.rdb_save is None
    assert facts.maxmemory_policy == "noeviction"


def test_deployments_with_their_own_prefix_share_a_server_unseen(redis_url: str) -> None:
    one, other = RedisLedger(redis_url, prefix="one:"), RedisLedger(redis_url, prefix="other:")
    submit(one)
    assert [job.id for job in one.jobs()] == ["job"]
    assert other.jobs() == []
    assert other.active() == []
    assert other.claim(UNIT, "me", 600) == "unknown"
    with redis.Redis.from_url(redis_url, decode_responses=True) as client:
        assert all(key.startswith("one:") for key in client.scan_iter())


def test_a_ping_names_the_server(redis_url: str) -> None:
    assert RedisLedger(redis_url).ping().startswith("valkey ")


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lost connections are tried again once, where the outcome is known to be bad."""
    monkeypatch.setattr("agent.ledger.redis._RECONNECT_TRIES", 1)


@pytest.mark.usefixtures("impatient")
def test_a_wrong_password_is_named_as_such_and_never_shown(tmp_path: Path) -> None:
    with valkey_server(tmp_path, password="sesame") as server:
        wrong = RedisLedger(server.url.replace("sesame", "open-says-me"))
        with pytest.raises(BrokerUnavailable, match="refuses the password") as error:
            wrong.jobs()
    assert "open-says-me" not in str(error.value)
    assert "FINETUNE_BROKER_URL" in error.value.next_step


@pytest.mark.usefixtures("impatient")
def test_a_server_that_is_not_there_is_named_without_its_password() -> None:
    port = free_port()
    with pytest.raises(BrokerUnavailable) as error:
        RedisLedger(f"redis://:sesame@127.0.0.1:{port}/0").jobs()
    assert error.value.message == f"No Redis or Valkey server answers at redis://***@127.0.0.1:{port}/0."


def test_a_malformed_address_is_refused_at_once_without_its_password() -> None:
    with pytest.raises(BrokerUnavailable, match="not usable") as error:
        RedisLedger("http://:sesame@localhost:6379/0")
    assert "sesame" not in str(error.value)


def test_a_script_brings_along_the_parts_it_names() -> None:
    source = script_source("commit")
    positions = [
        source.index(mark) for mark in ("local function key", "local function create", "local function settle")
    ]
    assert positions == sorted(positions)
    assert source.rstrip().endswith("return 'ok'")
