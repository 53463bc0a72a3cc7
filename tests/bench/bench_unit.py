"""What one unit of ours costs beside one bare Celery task: same server, same settings, real worker processes."""

from __future__ import annotations

import logging
import os
import statistics
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import redis

from agent.canvas.planner import make_plan
from agent.canvas.signatures import send, sending_app
from agent.contract import Pool, Stage
from agent.job.artifacts import UnitPlan
from agent.job.job import JobRecord
from agent.job.model import ModelFacts
from agent.job.workers import WorkerInfo
from agent.ledger.contract import Claim, UnitId
from agent.ledger.redis import RedisLedger
from agent.settings import Settings
from agent.spec import JobSpec
from agent.store import Store
from tests.bench.empty_work import BARE_TASK, nothing
from tests.bench.processes import celery_worker
from tests.servers import valkey_server
from workers.runtime.runner import UnitRunner

UNITS = 1_000
CONCURRENCY = 2
ROUNDS = 3
"""Bare and ours in turns, so that both see the same machine."""
WANTED_MS = 5.0
"""What a unit may cost over a bare task, in the median: nothing beside the seconds that its work takes."""
POLL_S = 0.02
MODEL = ModelFacts(name="tiny", origin="folder", location="/tiny", parameters=1000, has_chat_template=True)


def main() -> None:
    """Print milliseconds a task, a unit and between them, then where a unit's time goes."""
    with tempfile.TemporaryDirectory() as name, valkey_server(Path(name) / "server") as server:
        folder = Path(name)
        settings = Settings(broker_url=server.url, store_url=str(folder / "store"), home=folder)
        ledger = RedisLedger(settings.broker_url, settings.key_prefix)
        bare, ours = [], []
        with (
            celery_worker("tests.bench.empty_work:bare", ["idle"], CONCURRENCY, settings, folder) as plain,
            # Also keeps the ledger in order, as a control worker does.
            celery_worker(
                "tests.bench.empty_work:ours", [Pool.CRAWL, Pool.CONTROL], CONCURRENCY, settings, folder
            ) as whole,
        ):
            for number in range(ROUNDS):
                bare.append(_bare_ms(settings))
                ours.append(_ours_ms(ledger, settings, f"job-{number}"))
            plain_ms, whole_ms = plain.task_ms(), whole.task_ms()
        print(f"{UNITS} tasks and units, {CONCURRENCY} at once, {ROUNDS} rounds in turns, in real workers:")
        _line("bare task, in its pool child", plain_ms)
        _line("our unit, in its pool child", whole_ms)
        overhead = statistics.median(whole_ms) - statistics.median(plain_ms)
        print(f"{'overhead a unit':34} {overhead:7.3f} ms median   wanted: under {WANTED_MS:g} ms")
        _line("bare, wall time x slots / tasks", bare)
        _line("ours, wall time x slots / units", ours)
        _line("difference of the two", [unit - task for task, unit in zip(bare, ours, strict=True)])
        with redis.Redis.from_url(server.url) as client:
            _line("a PING beside that", [_timed_ms(client.ping) for _ in range(UNITS)])
        print(f"one unit after another in this process, {UNITS} units:")
        runs, parts = _in_process(ledger, settings)
        _line("from claim to commit", parts.pop("claim to commit"))
        _line("the whole run of a unit", runs)
        for part, times in sorted(parts.items(), key=lambda item: -sum(item[1])):
            print(f"  {part:32} {sum(times) / len(runs):7.3f} ms   {len(times) / len(runs):.1f} calls a unit")


def _bare_ms(settings: Settings) -> float:
    """Milliseconds a slot for a bare task; all are queued before the worker is told of their queue."""
    app, queue = sending_app(settings), "bare"
    arguments = {"job_id": "job-0", "stage": "retrieve", "shard": "000000"}
    with app.producer_or_acquire() as producer:
        for _ in range(UNITS):
            app.send_task(BARE_TASK, kwargs=arguments, queue=queue, producer=producer)
    with redis.Redis.from_url(settings.broker_url) as client:
        waiting, taken = settings.key_prefix + queue, settings.key_prefix + "unacked"
        app.control.add_consumer(queue)
        _wait_until(lambda: client.llen(waiting) < UNITS)
        began = time.perf_counter()
        _wait_until(lambda: client.llen(waiting) == 0 and client.hlen(taken) == 0)
        ended = time.perf_counter()
    app.control.cancel_consumer(queue)
    return (ended - began) * 1000 * CONCURRENCY / UNITS


def _ours_ms(ledger: RedisLedger, settings: Settings, job_id: str) -> float:
    """Milliseconds a slot for one of our units, from the first that is handed out to the last that is committed."""
    _wait_until(lambda: any(Pool.CRAWL in worker.queues for worker in ledger.workers()))
    _spread(ledger, job_id)
    send(sending_app(settings), ledger.hand_out())
    _wait_until(lambda: _done(ledger, job_id) > 0)
    began, before = time.perf_counter(), _done(ledger, job_id)
    _wait_until(lambda: _done(ledger, job_id) == UNITS)
    ended = time.perf_counter()
    return (ended - began) * 1000 * CONCURRENCY / (UNITS - before)


def _done(ledger: RedisLedger, job_id: str) -> int:
    return ledger.standing(job_id).stages[Stage.RETRIEVE].done


def _in_process(ledger: RedisLedger, settings: Settings) -> tuple[list[float], dict[str, list[float]]]:
    """Milliseconds of each whole run, and of the ledger's, the store's and the sender's part in it, by name."""
    logging.getLogger("workers.runtime.runner").setLevel(logging.WARNING)
    units = _spread(ledger, "alone")
    # A worker that serves the queue but takes nothing: so the runner hands out and sends, as in a cluster.
    info = WorkerInfo(name="bench", pool="crawl", host="here", pid=os.getpid(), queues=("crawl",), slots=4, version="0")
    ledger.register(info, ttl_s=600)
    app = sending_app(settings)
    times: dict[str, list[float]] = defaultdict(list)
    ledger_seen, store_seen = _Timed(ledger, "ledger", times), _Timed(Store(settings.store), "store", times)
    deliver = _timed("send", partial(send, app), times)
    runner = UnitRunner(ledger_seen, store_seen, deliver, worker="bench/1")  # type: ignore[arg-type]
    whole = []
    for unit in units:
        began = time.perf_counter()
        assert runner.run(unit, nothing) == "committed"
        whole.append((time.perf_counter() - began) * 1000)
        times["claim to commit"].append((ledger_seen.ended["commit"] - ledger_seen.began["claim"]) * 1000)
    return whole, times


def _timed_ms(call: Callable[[], object]) -> float:
    began = time.perf_counter()
    call()
    return (time.perf_counter() - began) * 1000


class _Timed:
    """An object whose every call is timed."""

    def __init__(self, inner: object, name: str, times: dict[str, list[float]]) -> None:
        self._inner, self._name, self._times = inner, name, times
        self.began: dict[str, float] = {}
        self.ended: dict[str, float] = {}

    def __getattr__(self, name: str) -> Any:
        call = _timed(f"{self._name}.{name}", getattr(self._inner, name), self._times)

        def noted(*args: object, **named: object) -> object:
            self.began[name] = time.perf_counter()
            result = call(*args, **named)
            self.ended[name] = time.perf_counter()
            return result

        return noted


def _timed(name: str, call: Callable[..., Any], times: dict[str, list[float]]) -> Callable[..., Any]:
    def timed(*args: object, **named: object) -> object:
        began = time.perf_counter()
        result = call(*args, **named)
        times[name].append((time.perf_counter() - began) * 1000)
        return result

    return timed


def _spread(ledger: RedisLedger, job_id: str) -> list[UnitId]:
    """A job whose discovery is done, with all its units queued."""
    spec = JobSpec(model="tiny", subject="quantum computing", sources=["dir:."])
    ledger.submit(JobRecord(id=job_id, spec=spec, model=MODEL, user="bench"), make_plan(spec, MODEL))
    first = ledger.claim(UnitId(job_id, Stage.DISCOVER, "0"), "bench/first", 60)
    assert isinstance(first, Claim)
    shards = [UnitPlan(stage=Stage.RETRIEVE, shard=f"{number:06d}", items=1) for number in range(UNITS)]
    assert ledger.commit(first, f"jobs/{job_id}/discover/0-{first.attempt}", {}, shards)
    return [UnitId(job_id, Stage.RETRIEVE, shard.shard) for shard in shards]


def _wait_until(condition: Callable[[], object], most_s: float = 120.0) -> None:
    deadline = time.monotonic() + most_s
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError("the workers did not end their work")
        time.sleep(POLL_S)


def _line(name: str, milliseconds: Sequence[float]) -> None:
    middle, most = statistics.median(milliseconds), max(milliseconds)
    print(f"{name:34} {middle:7.3f} ms median   {most:7.3f} ms most")
