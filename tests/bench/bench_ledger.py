"""What a unit costs in the ledger, for jobs of growing size, beside a bare round trip to the same server."""

from __future__ import annotations

import gc
import statistics
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import uuid4

import redis

from agent.canvas.planner import make_plan
from agent.contract import Stage
from agent.job.artifacts import UnitPlan
from agent.job.job import JobRecord
from agent.job.model import ModelFacts
from agent.job.workers import WorkerInfo
from agent.ledger.contract import Claim, DueUnit, UnitId
from agent.ledger.redis import RedisLedger
from agent.spec import JobSpec
from tests.servers import valkey_server

SIZES = (2_000, 10_000, 100_000)
MEASURED = 1_000
"""Claims and commits that are timed one by one; the rest of the units are worked through by several threads."""
LOOKS = 50
SLOTS = 50
WARM_UP = 200
SETTLE_S = 3.0
"""The server shrinks a client's buffers after 2 s without a request."""
LEASE_S = 600.0
JOB = "quantum-computing-1a2b3c"
MODEL = ModelFacts(name="tiny", origin="folder", location="/tiny", parameters=1000, has_chat_template=True)
THREADS = 4


def main() -> None:
    """Print bytes and milliseconds for each size."""
    for size in SIZES:
        with tempfile.TemporaryDirectory() as folder, valkey_server(Path(folder)) as server:
            print(f"\n-- {size:,} units in one job")
            _Run(server.url, size).measure()
        gc.collect()


class _Run:
    """One job of one size on a server of its own: retrieve units as discovery creates them, joined by curate."""

    def __init__(self, url: str, size: int) -> None:
        self.url = url
        self.ledger = RedisLedger(url)
        self.client = redis.Redis.from_url(url)
        self.shards = [f"{number:04d}" for number in range(size)]

    def measure(self) -> None:
        """Work the job through to its join."""
        bare = statistics.median(_times_ms(self.client.ping, MEASURED))
        _tell("PING, one round trip", f"{bare:8.2f} ms")

        self._warm_up()
        empty = self._settled_memory()
        began = time.perf_counter()
        self._create()
        _tell("create all of them in one commit", f"{_since_ms(began):8.0f} ms")
        _tell("bytes a queued unit", f"{(self._settled_memory() - empty) / len(self.shards):8.0f}")

        worker = WorkerInfo(name="w", pool="parse", host="h", pid=1, queues=("parse",), slots=SLOTS, version="0")
        self.ledger.register(worker, LEASE_S)
        sent: list[DueUnit] = []
        (round_ms,) = _times_ms(lambda: sent.extend(self.ledger.hand_out()), 1)
        _tell(f"hand_out of a full round, {len(sent)} units", f"{round_ms:8.2f} ms")
        idle = statistics.median(_times_ms(lambda: self.ledger.hand_out(), LOOKS))
        _tell("hand_out when nothing is to be sent", f"{idle:8.2f} ms")
        for name, look in (("standing()", self.ledger.standing), ("view()", self.ledger.view)):
            _tell(name, f"{statistics.median(_times_ms(lambda look=look: look(JOB), LOOKS)):8.2f} ms")

        units = iter(self.shards)
        times = sorted(_times_ms(lambda: self._work(next(units)), MEASURED))
        median, late = statistics.median(times), times[int(len(times) * 0.95)]
        _tell("claim + commit, median", f"{median:8.2f} ms   x {median / bare:.1f} PING")
        _tell("claim + commit, 95th percentile", f"{late:8.2f} ms")
        *rest, last = units
        with ThreadPoolExecutor(THREADS) as pool:
            list(pool.map(self._work, rest, chunksize=64))
        done = (self._settled_memory() - empty - self._size_of("events")) / len(self.shards)
        _tell("bytes a done unit, without the events", f"{done:8.0f}")
        _tell("bytes of the events, all in all", f"{self._size_of('events'):8.0f}")

        (join_ms,) = _times_ms(lambda: self._work(last), 1)
        _tell("claim + commit that creates the join", f"{join_ms:8.2f} ms")
        began = time.perf_counter()
        claim = self._claim(UnitId(JOB, "curate", "0"))
        _tell(f"claim of the join, {len(claim.inputs):,} inputs", f"{_since_ms(began):8.2f} ms")
        began = time.perf_counter()
        assert len(self.ledger.outputs(JOB)[Stage.PARSE]) == len(claim.inputs) == len(self.shards)
        _tell("outputs()", f"{_since_ms(began):8.2f} ms")

    def _create(self, job: str = JOB) -> None:
        """Parse units, with paths and parameters as long as real ones: they are what a join collects."""
        spec = JobSpec(model="tiny", subject="quantum computing", sources=["dir:."])
        self.ledger.submit(JobRecord(id=job, spec=spec, model=MODEL, user="bench"), make_plan(spec, MODEL))
        made = f"jobs/{job}/discover/0-e1-{uuid4().hex[:8]}"
        plans = [
            UnitPlan(stage="parse", shard=shard, inputs=(made,), params={"file": f"candidates-{shard}.jsonl"}, items=25)
            for shard in self.shards
        ]
        assert self.ledger.commit(self._claim(UnitId(job, "discover", "0")), made, {}, plans)

    def _work(self, shard: str, job: str = JOB) -> None:
        claim = self._claim(UnitId(job, "parse", shard))
        assert self.ledger.commit(claim, f"jobs/{job}/parse/{shard}-{claim.attempt}", {})

    def _claim(self, unit: UnitId) -> Claim:
        claim = self.ledger.claim(unit, f"parse@ip-10-0-12-34/4711/{uuid4().hex[:8]}", LEASE_S)
        assert isinstance(claim, Claim), claim
        return claim

    def _warm_up(self) -> None:
        """Leave the server with all that it allocates once, whatever the number of units: scripts, buffers."""
        large, self.shards = self.shards, [f"{number:04d}" for number in range(WARM_UP)]
        self._create("warm-up")
        for shard in self.shards:
            self._work(shard, "warm-up")
        self.ledger.cancel("warm-up")
        self.shards = large

    def _settled_memory(self) -> int:
        """Bytes in use once the buffers of the last large request are given back."""
        time.sleep(SETTLE_S)
        # What a script left for the append-only file is given back with the next write.
        self.client.set("settle", 1)
        time.sleep(0.2)
        return int(self.client.info("memory")["used_memory"])

    def _size_of(self, kind: str) -> int:
        return int(self.client.memory_usage(f"ft:{kind}:{JOB}", samples=0) or 0)


def _times_ms(call: Callable[[], object], times: int) -> list[float]:
    taken = []
    for _ in range(times):
        began = time.perf_counter()
        call()
        taken.append(_since_ms(began))
    return taken


def _since_ms(began: float) -> float:
    return (time.perf_counter() - began) * 1000


def _tell(what: str, figure: str) -> None:
    print(f"{what:40} {figure}", flush=True)
