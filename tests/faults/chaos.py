"""Random faults on a whole deployment while it works: ``python -m tests.faults.chaos --seed 1 --jobs 20 --minutes 10``.

Workers are killed, stopped and told to stop, connections cut, the server killed, messages lost, at random times drawn
from the seed. Then the faults end, the jobs must all complete, and `tests.faults.aftermath` checks what must hold. The
exit code is 1 when anything does not; the evidence lies in the folder that is named.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import sys
import tempfile
import threading
import time
import traceback
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import cast

import psutil

from agent import Client
from agent.client import Job
from agent.contract import Pool
from agent.errors import BrokerUnavailable, FinetuneError
from agent.ledger.contract import LedgerEvent
from tests.faults.aftermath import Fault, Hit, Totals, broken_promises, left_running, totals_of, write_evidence
from tests.faults.cluster import Cluster, spec_of
from tests.faults.documents import write_documents
from tests.faults.story import Story
from tests.tiny_models import tiny_llama
from tests.worker_process import WorkerProcess

DOCUMENTS = 10
WORKERS = tuple(pool.value for pool in Pool for _ in range(2))
"""Two of each pool: whoever dies, another is there."""
MEAN_PAUSE_S = 5.0
"""Between two faults."""
SUBMIT_SHARE = 0.3
"""Of the time, from its start, over which the jobs are submitted."""
BUSY_SHARE = 0.75
"""So many victims are chosen among the workers that hold a unit; most workers hold none most of the time."""
STOP_S = (3.0, 25.0)
"""How long a worker stands still: shorter and longer than a lease of 15 s."""
SERVER_DOWN_S = (0.3, 5.0)
SERVER_LONG_DOWN_S = 20.0
SLOW_STAGES = ("discover", "retrieve", "parse", "curate", "generate", "assemble", "clear")
SLOW_PLACES = ("started=sleep:2", "before_manifest=sleep:0.3", "before_commit=sleep:0.5", "after_commit=sleep:0.3")
"""Small units take milliseconds; these make them last, so that faults hit them at every place. Costs no CPU time."""
SETTLE_S = 600.0
"""After the last fault all jobs must end within this."""
_LOOK_S = 0.05
_MOST_DRAWS = 50


class Chaos:
    """One run: breaks a cluster at random while its jobs are submitted and worked on."""

    def __init__(self, cluster: Cluster, seed: int) -> None:
        self.faults: list[Fault] = []
        self.surprises: list[str] = []
        """What a client met that is no error of ours."""
        self.jobs: list[Job] = []
        self._cluster = cluster
        self._random = random.Random(seed)
        self._events: defaultdict[str, list[LedgerEvent]] = defaultdict(list)
        self._due: list[tuple[float, Callable[[], object]]] = []
        """What ends a fault, and when."""
        self._stopped: set[str] = set()
        self._server_is_down = False
        self._on_workers: dict[str, tuple[float, Callable[[WorkerProcess], bool]]] = {
            "kill -9 worker": (3, _kill_worker),
            "kill -9 main process": (1, _kill_main),
            "kill -9 pool child": (3, self._kill_pool_child),
            "kill -9 training child": (3, self._kill_training_child),
            "SIGSTOP worker": (3, self._stop_worker),
            "SIGTERM worker": (2, _tell_to_stop),
        }
        self._on_the_server: dict[str, tuple[float, Callable[[], bool]]] = {
            "connections cut": (3, lambda: self._cut("normal")),
            "subscriptions cut": (1, lambda: self._cut("pubsub")),
            "server killed": (2, lambda: self._kill_server(self._random.uniform(*SERVER_DOWN_S))),
            "server killed for long": (0.4, lambda: self._kill_server(SERVER_LONG_DOWN_S)),
            "message lost": (2, self._lose_message),
        }

    def run(self, seconds: float) -> None:
        """Break things for so long, then mend all that is broken."""
        ends, next_fault_s = time.monotonic() + seconds, time.monotonic() + self._pause_s()
        while time.monotonic() < ends:
            self._end_due(time.monotonic())
            if time.monotonic() >= next_fault_s:
                self._break_something()
                next_fault_s = time.monotonic() + self._pause_s()
            time.sleep(_LOOK_S)
        self._end_due(float("inf"))

    def submit(self, documents: Path, model: str, count: int, within_s: float) -> threading.Thread:
        """A thread that submits the jobs at random times, each again and again until the server has it."""
        times = sorted(self._random.uniform(0, within_s) for _ in range(count))
        began = time.monotonic()

        def work() -> None:
            with Client(settings=self._cluster.settings) as client:
                for number, at_s in enumerate(times):
                    time.sleep(max(0.0, began + at_s - time.monotonic()))
                    self._submit_one(client, documents, model, f"job-{number:02d}")

        thread = threading.Thread(target=work, name="submit", daemon=True)
        thread.start()
        return thread

    def _submit_one(self, client: Client, documents: Path, model: str, job_id: str) -> None:
        while True:
            try:
                self.jobs.append(client.submit(spec_of(documents, model, job_id=job_id)))
                return
            except BrokerUnavailable:
                time.sleep(1)
            except FinetuneError as error:
                self.surprises.append(f"{job_id} was refused: {error}")
                return
            except Exception:
                self.surprises.append(f"submitting {job_id} raised:\n{traceback.format_exc()}")
                time.sleep(1)

    # -- one fault ----------------------------------------------------------------------------------------------

    def _pause_s(self) -> float:
        return self._random.expovariate(1 / MEAN_PAUSE_S)

    def _break_something(self) -> None:
        """Draw kinds until one finds something to break."""
        weights = {name: kind[0] for name, kind in {**self._on_workers, **self._on_the_server}.items()}
        for _ in range(_MOST_DRAWS):
            kind = self._random.choices([*weights], [*weights.values()])[0]
            victim = self._victim() if kind in self._on_workers else None
            hits = self._held_by(victim) if victim else ()
            at_ms = self._cluster.now_ms()
            if kind in self._on_the_server:
                done = not self._server_is_down and self._on_the_server[kind][1]()
            else:
                done = victim is not None and self._on_workers[kind][1](victim)
            if done:
                self.faults.append(Fault(at_ms, kind, hits))
                return

    def _end_due(self, now_s: float) -> None:
        due = [action for at_s, action in self._due if at_s <= now_s]
        self._due = [(at_s, action) for at_s, action in self._due if at_s > now_s]
        for action in due:
            action()

    def _victim(self) -> WorkerProcess | None:
        """A worker that runs, rather a busy one."""
        self._read_events()
        running = [each for each in self._cluster.workers.values() if each.alive and each.name not in self._stopped]
        busy = [each for each in running if self._held_by(each)]
        chosen = busy if busy and self._random.random() < BUSY_SHARE else running
        return self._random.choice(chosen) if chosen else None

    def _read_events(self) -> None:
        """While the server is away, what was read last stands."""
        for job in [] if self._server_is_down else list(self.jobs):
            known = self._events[job.id]
            known += self._cluster.client.ledger.events(job.id, known[-1].id if known else "0")

    def _held_by(self, worker: WorkerProcess) -> tuple[Hit, ...]:
        """The units that the worker's processes work on, as far as the events tell."""
        mine = {worker.pid, *(process.pid for process in worker.descendants())}
        return tuple(
            (job_id, start.unit)
            for job_id, events in list(self._events.items())
            for start in Story(events).running()
            if start.process_id in mine
        )

    def _kill_pool_child(self, worker: WorkerProcess) -> bool:
        return self._kill_one([child for child in worker.descendants() if _parent_of(child) == worker.pid])

    def _kill_training_child(self, worker: WorkerProcess) -> bool:
        """It alone leads a session of its own."""
        return self._kill_one([child for child in worker.descendants() if _leads_a_session(child)])

    def _kill_one(self, processes: list[psutil.Process]) -> bool:
        try:
            self._random.choice(processes).kill()
        except (IndexError, psutil.NoSuchProcess):
            return False
        return True

    def _stop_worker(self, worker: WorkerProcess) -> bool:
        pid = worker.pid
        worker.signal(signal.SIGSTOP)
        self._stopped.add(worker.name)

        def go_on() -> None:
            self._stopped.discard(worker.name)
            if worker.alive and worker.pid == pid:
                worker.signal(signal.SIGCONT)

        self._due.append((time.monotonic() + self._random.uniform(*STOP_S), go_on))
        return True

    def _cut(self, kind: str) -> bool:
        return self._cluster.cut_connections(kind) > 0

    def _kill_server(self, seconds: float) -> bool:
        self._cluster.server.kill()
        self._server_is_down = True

        def start() -> None:
            self._cluster.server.start()
            self._server_is_down = False

        self._due.append((time.monotonic() + seconds, start))
        return True

    def _lose_message(self) -> bool:
        prefix = self._cluster.settings.key_prefix
        queues = sorted(cast("set[bytes]", self._cluster.raw.smembers(f"{prefix}queues")))
        waiting = [name for name in (f"{prefix}{queue.decode()}" for queue in queues) if self._cluster.raw.llen(name)]
        return bool(waiting) and self._cluster.raw.rpop(self._random.choice(waiting)) is not None


def _kill_worker(worker: WorkerProcess) -> bool:
    worker.kill()
    return True


def _kill_main(worker: WorkerProcess) -> bool:
    worker.kill_main()
    return True


def _tell_to_stop(worker: WorkerProcess) -> bool:
    os.kill(worker.pid, signal.SIGTERM)
    return True


def _parent_of(process: psutil.Process) -> int:
    try:
        return process.ppid()
    except psutil.NoSuchProcess:
        return 0


def _leads_a_session(process: psutil.Process) -> bool:
    try:
        return os.getsid(process.pid) == process.pid
    except ProcessLookupError:
        return False


def run(seed: int, jobs: int, minutes: float, folder: Path) -> tuple[Totals, list[str]]:
    """What happened, and which promises were broken."""
    documents = write_documents(folder / "documents", DOCUMENTS)
    model = str(tiny_llama(folder / "model"))
    with Cluster(folder / "cluster") as cluster:
        cluster.start_workers(*WORKERS)
        undisturbed = cluster.submit(documents, model, job_id="undisturbed")
        undisturbed.wait(timeout_s=300)
        for place in SLOW_PLACES:
            for stage in SLOW_STAGES:
                cluster.order(f"{stage}/*/{place}")
        cluster.supervise()
        chaos = Chaos(cluster, seed)
        began = time.monotonic()
        submitting = chaos.submit(documents, model, jobs, minutes * 60 * SUBMIT_SHARE)
        chaos.run(minutes * 60)
        calm_s = time.monotonic() - began
        submitting.join(SETTLE_S)
        _wait_for_the_end(chaos, jobs)
        wall_s = time.monotonic() - began
        broken = [*chaos.surprises, *broken_promises(cluster, chaos.jobs, jobs, cluster.dataset(undisturbed))]
        totals = totals_of(cluster, chaos.jobs, chaos.faults, wall_s, wall_s - calm_s)
        write_evidence(cluster, chaos.jobs, chaos.faults, broken, folder / "evidence")
        home = str(cluster.settings.home)
    broken += [f"still running after the end: {process}" for process in left_running(home)]
    return totals, broken


def _wait_for_the_end(chaos: Chaos, jobs: int) -> None:
    ends = time.monotonic() + SETTLE_S
    while time.monotonic() < ends:
        left = [job for job in chaos.jobs if not job.record.ended]
        if not left and len(chaos.jobs) == jobs:
            return
        time.sleep(0.5)


def _seeds(text: str) -> list[int]:
    first, _, last = text.partition("-")
    return list(range(int(first), int(last or first) + 1))


def main() -> None:
    """Run each seed, print its totals, and exit with 1 if any promise was broken."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults.chaos", description=__doc__)
    parser.add_argument(
        "--seed", "--seeds", dest="seeds", type=_seeds, default=[1], help="one, or the first and last: 1-5"
    )
    parser.add_argument("--jobs", type=int, default=20)
    parser.add_argument("--minutes", type=float, default=10.0, help="how long things break")
    chosen = parser.parse_args()
    # Told to stop, it still ends the cluster's processes.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("stopped"))
    failed = False
    for seed in chosen.seeds:
        folder = Path(tempfile.mkdtemp(prefix=f"chaos-{seed}-"))
        print(f"\n== seed {seed}: {chosen.jobs} jobs, faults for {chosen.minutes:g} min, in {folder}", flush=True)
        totals, broken = run(seed, chosen.jobs, chosen.minutes, folder)
        print("\n".join([*totals.lines(), *(f"BROKEN: {promise}" for promise in broken)]), flush=True)
        failed |= bool(broken)
        if not broken:
            print("all promises kept", flush=True)
    sys.exit(failed)


if __name__ == "__main__":
    main()
