"""What idle workers cost: processor time of a worker that has nothing to do, beside a bare Celery worker."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import psutil

from agent.canvas.planner import make_plan
from agent.contract import CAPABILITY_VARIABLE, MEMORY_CLASSES_GB, Pool
from agent.job.job import JobRecord
from agent.job.model import ModelFacts
from agent.ledger.redis import RedisLedger
from agent.settings import Settings
from agent.spec import JobSpec
from tests.bench.processes import celery_worker
from tests.servers import valkey_server
from workers.train.capability import Capability, queues_for

SECONDS = 20.0
SETTLE_S = 5.0
"""After ``ready``: the first rounds and announcements are no idleness."""
WANTED_PERCENT = 1.0
"""Of one core, for a worker with all capability queues."""
JOBS = 100
"""That wait while the control worker is measured a second time; it looks at each in every round."""
LARGEST = Capability(
    backend="cuda", devices=1, names=("any",), memory_gb=MEMORY_CLASSES_GB[-1], bf16=True, threads=1
)  # fmt: skip
"""Reaches every memory class, and so serves every queue that a machine can serve."""


def main() -> None:
    """Print percent of one core, worker and server apart, for each worker in turn."""
    queues = queues_for(LARGEST)
    capability = {CAPABILITY_VARIABLE: LARGEST.model_dump_json()}
    print(f"percent of one core over {SECONDS:g} s (wanted: worker under {WANTED_PERCENT:g}):")
    with tempfile.TemporaryDirectory() as name, valkey_server(Path(name) / "server") as server:
        folder = Path(name)
        settings = Settings(broker_url=server.url, store_url=str(folder / "store"), home=folder)

        def measure(what: str, application: str, served: Sequence[str], environment: Mapping[str, str]) -> None:
            with celery_worker(application, served, 1, settings, folder, environment) as worker:
                time.sleep(SETTLE_S)
                watched = {"worker": psutil.Process(worker.pid), "server": psutil.Process(server.pid)}
                before = {part: _cpu_s(process) for part, process in watched.items()}
                time.sleep(SECONDS)
                spent = {part: 100 * (_cpu_s(process) - before[part]) / SECONDS for part, process in watched.items()}
            print(f"{what:40} worker {spent['worker']:5.2f} %   server {spent['server']:5.2f} %", flush=True)

        measure("bare Celery, one queue", "tests.bench.empty_work:bare", ["idle"], {})
        measure(f"train worker, {len(queues)} capability queues", "workers.app", queues, capability)
        measure("control worker, no job", "workers.app", [Pool.CONTROL], {})
        ledger = RedisLedger(settings.broker_url, settings.key_prefix)
        for number in range(JOBS):
            _wait_in_vain(ledger, f"job-{number}")
        measure(f"control worker, {JOBS} jobs that wait", "workers.app", [Pool.CONTROL], {})


def _cpu_s(process: psutil.Process) -> float:
    """Seconds of processor time of a process and its children so far."""
    family = [process, *process.children(recursive=True)]
    return sum(sum(member.cpu_times()[:2]) for member in family)


def _wait_in_vain(ledger: RedisLedger, job_id: str) -> None:
    """Submit a job whose first unit nobody will take."""
    model = ModelFacts(name="tiny", origin="folder", location="/tiny", parameters=1000, has_chat_template=True)
    spec = JobSpec(model="tiny", subject="quantum computing", sources=["dir:."])
    ledger.submit(JobRecord(id=job_id, spec=spec, model=model, user="bench"), make_plan(spec, model))
