"""A whole deployment on this machine whose every process can be broken: server, workers, store, client.

    with Cluster(tmp_path) as cluster:
        cluster.start_workers("control", "crawl", "crawl", "parse", "generate")
        cluster.order("retrieve/*/started=stop*1")         # the first retrieve unit stands still when it has started
        job = cluster.submit(documents, model)
        held = cluster.held(job, "retrieve")               # its `started` event, with the process that runs it
        cluster.worker_of(held).kill()                     # kill -9 of the worker with its children
        fault_ms = cluster.now_ms()
        cluster.wait_until(lambda: cluster.story(job).of("committed", "clear"), 90, "the dataset")
        story = cluster.story(job)
        assert story.recovery_s(held.unit, fault_ms) <= 20
        assert (story.redone({held.unit: 1}), story.doubled(), story.lost()) == (0, 0, 0)
        assert cluster.dataset(job) == ...                 # sha256 by split; compare with `undisturbed` (conftest)
        cluster.assert_counts_reconcile(job)
        cluster.assert_drained()

Places where faults can be ordered, and what can be ordered there, stand in `agent/faults.py`.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from itertools import pairwise
from pathlib import Path
from types import TracebackType
from typing import Any, TypeVar, cast

import psutil
import redis

from agent import Client, JobSpec
from agent.client import Job
from agent.contract import Pool, Stage
from agent.faults import COUNT_VARIABLE, FAULTS_VARIABLE
from agent.job.artifacts import Tally
from agent.settings import Settings
from agent.store import ArtifactReader
from tests.faults.story import Moment, Story
from tests.servers import ValkeyProcess, free_port
from tests.worker_process import WorkerProcess

T = TypeVar("T")

QUICK: dict[str, Any] = {
    "subject": "quantum computing",
    "discover": {"min_relevance": 0},
    "retrieve": {"shard_size": 5},
    "parse": {"min_words": 20, "min_quality": 0},
    # Drawn sentences are about nothing; the tests are about units, not about taste.
    "curate": {"min_relevance": 0, "near_duplicate_similarity": 1},
    "generate": {"shard_size": 20},
    "train": {"max_steps": 6, "method": "full", "learning_rate": 0.01, "eval_steps": 3, "checkpoint_steps": 3},
    "evaluate": {"max_perplexity_tokens": 1500, "max_questions": 8, "show_answers": 1, "answer_tokens": 8},
}
"""Settings of a job small enough for a test: 30 documents give 6 retrieve, 6 parse and several generate units."""
RECOVERY_LIMIT_S = 20.0
"""From the death of a holder to the next start of its unit: a lease of 15 s, a round every 2 s, and slack."""
TRAINING_RECOVERY_LIMIT_S = 35.0
"""The same for the train pool, whose lease is 30 s."""
DATASET_FILES = ("train.jsonl", "validation.jsonl", "test.jsonl")
_LOOK_S = 0.05
"""Between two looks at something awaited: far below any time that is asserted."""
_FUNNEL = (Stage.DISCOVER, Stage.RETRIEVE, Stage.PARSE, Stage.CURATE, Stage.CLEAR)
"""Stages through which documents flow, each receiving what the one before kept."""


class Cluster:
    """See the module. Use it as a context manager: all its processes end with the block."""

    def __init__(self, folder: Path, *, environment: Mapping[str, str] | None = None) -> None:
        """``folder`` gets the server's data, the store, the logs and the orders; ``environment`` is for all workers."""
        self.folder = folder
        for name in ("server", "logs", "counts"):
            (folder / name).mkdir(parents=True)
        self.server = ValkeyProcess(folder / "server", "faults", free_port())
        self.server.start()
        self.settings = Settings(broker_url=self.server.url, store_url=str(folder / "store"), home=folder / "home")
        self._orders: list[str] = []
        self._orders_file = folder / "orders"
        self._write_orders()
        self._environment = {
            "FINETUNE_BROKER_URL": self.settings.broker_url,
            "FINETUNE_STORE_URL": self.settings.store_url,
            "FINETUNE_HOME": str(self.settings.home),
            FAULTS_VARIABLE: f"@{self._orders_file}",
            COUNT_VARIABLE: str(folder / "counts"),
            # Two cores run a dozen processes here; each would start as many threads otherwise.
            "OMP_NUM_THREADS": "1",
            **(environment or {}),
        }
        self.workers: dict[str, WorkerProcess] = {}
        self.client = Client(settings=self.settings)
        self.raw = redis.Redis.from_url(self.server.url)
        """For breaking things on the server itself; keys carry the deployment's prefix."""
        self._supervisor: _Supervisor | None = None

    def __enter__(self) -> Cluster:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop_supervising()
        for worker in self.workers.values():
            worker.end()
        self.client.close()
        self.raw.close()
        self.server.stop()

    # -- workers ------------------------------------------------------------------------------------------------

    def start_workers(self, *pools: str, concurrency: int = 1) -> list[WorkerProcess]:
        """Start one worker for each name, a pool's several times for several, and wait until all are ready."""
        started = [self.start_worker(pool, concurrency=concurrency, wait=False) for pool in pools]
        for worker in started:
            worker.ready()
        return started

    def start_worker(
        self,
        pool: str,
        name: str = "",
        *,
        concurrency: int = 1,
        environment: Mapping[str, str] | None = None,
        wait: bool = True,
    ) -> WorkerProcess:
        """A worker more; its log is ``logs/NAME.log``."""
        name = name or f"{pool}-{sum(worker.pool == pool for worker in self.workers.values())}"
        worker = WorkerProcess(
            pool, self.folder / "logs", {**self._environment, **(environment or {})}, name, concurrency
        )
        self.workers[name] = worker
        worker.start()
        if wait:
            worker.ready()
        return worker

    def heal(self) -> None:
        """Cancel what was ordered and start every dead worker again: what a test owes the next one on its cluster."""
        self.cancel_orders()
        dead = [worker for worker in self.workers.values() if not worker.alive]
        for worker in dead:
            worker.end()
            worker.start()
        for worker in dead:
            worker.ready()

    def supervise(self) -> None:
        """From now on, start workers that died again after a second, as a service manager does."""
        self._supervisor = _Supervisor(self.workers)
        self._supervisor.start()

    def stop_supervising(self) -> None:
        """Leave the dead alone."""
        if self._supervisor is not None:
            self._supervisor.stop()
            self._supervisor = None

    # -- faults -------------------------------------------------------------------------------------------------

    def order(self, rule: str) -> None:
        """Order a fault in all workers, also running ones, for example ``parse/0003/before_commit=kill*1``."""
        self._orders.append(rule)
        self._write_orders()

    def cancel_orders(self) -> None:
        """No more faults; positions stay, since visits are counted by them."""
        self._orders = ["" for _ in self._orders]
        self._write_orders()

    def _write_orders(self) -> None:
        fresh = self._orders_file.with_suffix(".new")
        fresh.write_text(";".join(self._orders), encoding="utf-8")
        fresh.replace(self._orders_file)

    def cut_connections(self, kind: str = "normal") -> int:
        """Reset every connection of the workers of this kind (normal, pubsub); returns how many."""
        return int(self.raw.execute_command("CLIENT", "KILL", "TYPE", kind, "SKIPME", "yes"))

    def server_down(self, seconds: float) -> None:
        """Kill -9 the server and start it again after so long, with its append-only file."""
        self.server.kill()
        time.sleep(seconds)
        self.server.start()

    # -- jobs ---------------------------------------------------------------------------------------------------

    def submit(self, documents: Path, model: str, **spec: Any) -> Job:
        """Submit a small real job; ``spec`` adds to `QUICK`, stage by stage."""
        return self.client.submit(spec_of(documents, model, **spec))

    def story(self, job: Job) -> Story:
        """What has happened to the job so far."""
        events, after = [], "0"
        while fresh := self.client.ledger.events(job.id, after):
            events += fresh
            after = fresh[-1].id
        return Story(events)

    def held(self, job: Job, stage: str, timeout_s: float = 60) -> Moment:
        """The start of the unit of this stage whose process an ordered ``stop`` has stopped; waits for it."""

        def found() -> Moment | None:
            return next((start for start in self.standing_still(job) if start.unit[0] == stage), None)

        return self.wait_until(found, timeout_s, f"a stopped {stage} unit of {job.id}")

    def standing_still(self, job: Job) -> list[Moment]:
        """The starts of the job's running units whose process is stopped."""
        return [start for start in self.story(job).running() if _is_stopped(start.process_id)]

    def worker_of(self, start: Moment) -> WorkerProcess:
        """The worker that runs the unit of a `started` event."""
        return next(worker for worker in self.workers.values() if worker.owns(start.process_id))

    def wait_until(self, happened: Callable[[], T | None], timeout_s: float, what: str) -> T:
        """The first true answer; raises AssertionError with the ends of all logs after ``timeout_s``."""
        deadline = time.monotonic() + timeout_s
        while not (answer := happened()):
            assert time.monotonic() < deadline, f"{what} did not come within {timeout_s:.0f} s\n{self.log_tails()}"
            time.sleep(_LOOK_S)
        return answer

    def wait_for(self, job: Job, kind: str, stage: str = "", shard: str = "", timeout_s: float = 60) -> Moment:
        """The first event of this kind; raises AssertionError when the job ends badly first, or after ``timeout_s``."""

        def found() -> Moment | None:
            moments = self.story(job).of(kind, stage, shard)
            if not moments:
                halted = self.story(job).of("halted")
                assert not halted, f"{job.id} failed: {halted[0].text}\n{self.log_tails()}"
            return moments[0] if moments else None

        return self.wait_until(found, timeout_s, f"{kind} {stage} {shard} of {job.id}")

    def now_ms(self) -> int:
        """The clock of the event stream (the server runs on this machine)."""
        return time.time_ns() // 1_000_000

    def log_tails(self, characters: int = 1500) -> str:
        """The ends of all logs, for the message of a failed test."""
        return "\n".join(f"--- {name}\n{worker.logs()[-characters:]}" for name, worker in self.workers.items())

    # -- what must hold -----------------------------------------------------------------------------------------

    def dataset(self, job: Job) -> dict[str, str]:
        """sha256 of the dataset's files as the committed artifact names them, after reading and checking each."""
        reader = ArtifactReader(self.client.store, job.outputs()[Stage.CLEAR][0])
        for name in DATASET_FILES:
            reader.read_file(name)
        return {name: reader.manifest.files[name].sha256 for name in DATASET_FILES}

    def assert_counts_reconcile(self, job: Job) -> None:
        """Every stage accounts for every item, and receives what the one before it kept."""
        stages = job.view().stages
        for stage, view in stages.items():
            for noun, tally in view.tallies.items():
                assert tally.reconciles, (stage, noun, tally)
        documents = [stages[stage].tallies.get("documents") for stage in _FUNNEL]
        for earlier, later in pairwise(tally for tally in documents if tally is not None):
            assert earlier.kept == later.received
        generated = stages[Stage.GENERATE].tallies.get("examples", Tally())
        assembled = stages[Stage.ASSEMBLE].tallies.get("examples")
        assert assembled is None or generated.kept == assembled.received
        cleared = stages[Stage.CLEAR].tallies.get("examples")
        assert cleared is None or (assembled or Tally()).kept == cleared.received

    def assert_drained(self, timeout_s: float = 30) -> None:
        """No message waits, none counts as under way, nobody holds a unit (once all jobs have ended)."""
        self.wait_until(lambda: not self.left_over(), timeout_s, f"an empty server, instead of {self.left_over()}")

    def left_over(self) -> dict[str, int]:
        """How many entries each queue, set of sent units and set of leases still has; empty when all has drained."""
        prefix = self.settings.key_prefix
        queues = [cast(bytes, name).decode() for name in self.raw.smembers(f"{prefix}queues")]
        sizes = {"leases": self.raw.zcard(f"{prefix}leases")}
        for queue in {*queues, Pool.CONTROL.value}:
            sizes[f"messages {queue}"] = self.raw.llen(f"{prefix}{queue}")
            sizes[f"sent {queue}"] = self.raw.zcard(f"{prefix}sent:{queue}")
            sizes[f"running {queue}"] = self.raw.scard(f"{prefix}running:{queue}")
        return {name: int(cast(int, size)) for name, size in sizes.items() if size}


def spec_of(documents: Path, model: str, **spec: Any) -> JobSpec:
    """A small real job on a folder of documents; ``spec`` adds to `QUICK`, stage by stage."""
    merged = {
        name: {**QUICK.get(name, {}), **value} if isinstance(value, dict) else value
        for name, value in {**QUICK, **spec}.items()
    }
    merged.setdefault("permission", {"declared": {f"dir:{documents}": "own"}})
    return JobSpec(model=model, sources=[f"dir:{documents}"], **merged)


def _is_stopped(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() == psutil.STATUS_STOPPED
    except psutil.NoSuchProcess:
        return False


class _Supervisor(threading.Thread):
    """Starts workers that died again."""

    def __init__(self, workers: Mapping[str, WorkerProcess], interval_s: float = 1.0) -> None:
        super().__init__(name="supervisor", daemon=True)
        self._workers = workers
        self._interval_s = interval_s
        self._ended = threading.Event()

    def run(self) -> None:
        """Look at each interval."""
        while not self._ended.wait(self._interval_s):
            for worker in list(self._workers.values()):
                if not worker.alive:
                    worker.end()
                    worker.start()

    def stop(self) -> None:
        """End after the present look."""
        self._ended.set()
        self.join()
