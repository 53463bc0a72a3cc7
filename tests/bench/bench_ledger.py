"""What a unit costs in the ledger, beside a bare round trip to the same server."""

from __future__ import annotations

import statistics
import tempfile
import time
from pathlib import Path

import redis

from agent.canvas.planner import make_plan
from agent.job.artifacts import UnitPlan
from agent.job.job import JobRecord
from agent.job.model import ModelFacts
from agent.ledger.contract import Claim, UnitId
from agent.ledger.redis import RedisLedger
from agent.spec import JobSpec
from tests.servers import valkey_server

UNITS = 2_000
MODEL = ModelFacts(name="tiny", origin="folder", location="/tiny", parameters=1000, has_chat_template=True)


def main() -> None:
    """Print the median of claim and commit in milliseconds, and the server's bytes for a unit."""
    with tempfile.TemporaryDirectory() as folder, valkey_server(Path(folder)) as server:
        client = redis.Redis.from_url(server.url)
        bare = _median_ms([_timed(client.ping) for _ in range(UNITS)])
        ledger = RedisLedger(server.url)
        spec = JobSpec(model="tiny", subject="quantum computing", sources=["dir:."])
        ledger.submit(JobRecord(id="job", spec=spec, model=MODEL, user="bench"), make_plan(spec, MODEL))
        first = ledger.claim(UnitId("job", "discover", "0"), "bench", 60)
        assert isinstance(first, Claim)
        before = client.info("memory")["used_memory"]
        shards = [
            UnitPlan(stage="retrieve", shard=f"{n:06d}", inputs=("jobs/job/discover/0-e1",)) for n in range(UNITS)
        ]
        ledger.commit(first, "jobs/job/discover/0-e1", {}, shards)
        size = (client.info("memory")["used_memory"] - before) / UNITS
        times = [_timed(lambda shard=shard: _claim_and_commit(ledger, shard.shard)) for shard in shards]
        median = _median_ms(times)
    print(f"{'PING, one round trip':36} {bare:6.2f} ms")
    print(f"{'claim + commit':36} {median:6.2f} ms   x {median / bare:.1f}")
    print(f"{'a queued unit on the server':36} {size:6.0f} bytes")


def _claim_and_commit(ledger: RedisLedger, shard: str) -> None:
    claim = ledger.claim(UnitId("job", "retrieve", shard), "bench", 60)
    assert isinstance(claim, Claim)
    assert ledger.commit(claim, f"jobs/job/retrieve/{shard}-e1", {})


def _timed(call: object) -> float:
    began = time.perf_counter()
    call()  # type: ignore[operator]
    return time.perf_counter() - began


def _median_ms(seconds: list[float]) -> float:
    return statistics.median(seconds) * 1000
