"""Real Celery workers for benchmarks."""

from __future__ import annotations

import os
import re
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from agent.settings import Settings
from workers.start import worker_argv

_READY_S = 60.0
"""Most time a worker may take to be ready on a machine that others use too."""
_SUCCEEDED = re.compile(r"succeeded in ([0-9.e-]+)s")


@dataclass(frozen=True)
class BenchWorker:
    """A running worker."""

    pid: int
    log: Path

    def task_ms(self) -> list[float]:
        """Milliseconds in the pool child of each task so far, as Celery logs them."""
        return [float(seconds) * 1000 for seconds in _SUCCEEDED.findall(self.log.read_text(errors="replace"))]


@contextmanager
def celery_worker(
    application: str,
    queues: Sequence[str],
    concurrency: int,
    settings: Settings,
    folder: Path,
    environment: Mapping[str, str] | None = None,
) -> Iterator[BenchWorker]:
    """A worker that is ready, started with the options that our own workers get; it ends with the block."""
    name = application.rpartition(":")[2].rpartition(".")[2] + f"-{time.monotonic_ns()}"
    argv = worker_argv(queues, concurrency=concurrency, name=name, log_level="INFO")
    argv[argv.index("-A") + 1] = application
    log = folder / f"{name}.log"
    addresses = {
        "FINETUNE_BROKER_URL": settings.broker_url,
        "FINETUNE_STORE_URL": settings.store,
        "FINETUNE_HOME": str(settings.home),
    }
    with log.open("wb") as writer:
        process = subprocess.Popen(
            argv, env={**os.environ, **addresses, **(environment or {})},
            stdin=subprocess.DEVNULL, stdout=writer, stderr=writer,
        )  # fmt: skip
    try:
        deadline = time.monotonic() + _READY_S
        while " ready." not in log.read_text(errors="replace"):
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"{application} did not start:\n{log.read_text(errors='replace')}")
            time.sleep(0.05)
        yield BenchWorker(process.pid, log)
    finally:
        process.terminate()
        process.wait(30)
