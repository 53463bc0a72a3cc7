"""Becomes a Celery worker of one pool: ``python -m workers.start POOL``. What `finetune worker POOL` runs.

It works out the queues (for the train pool from the accelerators that are there), then replaces itself by the ordinary
``celery -A workers.app worker`` command, which it prints, so that anybody can run it by hand.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

from agent.contract import CAPABILITY_VARIABLE, Pool
from agent.settings import Settings

STOP_WITHIN_S = {Pool.TRAIN: 25.0}
"""A training step may have to end and a checkpoint be stored; the least notice that spot machines give is 30 s."""


def worker_argv(queues: Sequence[str], *, concurrency: int, name: str, log_level: str) -> list[str]:
    """The Celery command line of a worker."""
    return [
        sys.executable, "-m", "celery", "-A", "workers.app", "worker",
        "--queues", ",".join(queues), "--hostname", f"{name}@%h", "--concurrency", str(concurrency),
        "--pool", "prefork", "--loglevel", log_level,
        # Workers learn of each other through the ledger; gossip between them would only cost.
        "--without-gossip", "--without-mingle",
    ]  # fmt: skip


def offer_of(pool: Pool) -> tuple[list[str], dict[str, str]]:
    """The queues a worker of this pool serves on this machine, and what to add to its environment."""
    if pool is not Pool.TRAIN:
        return [pool.value], {}
    from workers.train.capability import detect_capability, queues_for

    capability = detect_capability()
    return queues_for(capability), {CAPABILITY_VARIABLE: capability.model_dump_json()}


def stop_within_s_of(pool: Pool, settings: Settings) -> float:
    """Seconds a worker of this pool may take to stop: what the environment says, else the pool's own time."""
    if "stop_within_s" in settings.model_fields_set:
        return settings.stop_within_s
    return STOP_WITHIN_S.get(pool, settings.stop_within_s)


def default_concurrency(pool: Pool) -> int:
    """Training takes a whole machine; the others leave a core for it where there are several."""
    if pool in (Pool.TRAIN, Pool.CONTROL):
        return 1
    return max(1, (os.cpu_count() or 2) // 2)


def main(arguments: Sequence[str] | None = None) -> None:
    """Parse, then become Celery."""
    parser = argparse.ArgumentParser(prog="python -m workers.start", description=__doc__)
    parser.add_argument("pool", type=Pool, choices=list(Pool))
    parser.add_argument("--concurrency", type=int, default=0, help="units at once; 0 chooses by pool and cores")
    parser.add_argument("--name", default="", help="first part of the worker's name; the pool by default")
    parser.add_argument("--stop-within", type=float, default=0.0, help="seconds from SIGTERM to the end; 0: by pool")
    parser.add_argument("--log-level", default="INFO")
    chosen = parser.parse_args(arguments)
    queues, offer = offer_of(chosen.pool)
    argv = worker_argv(
        queues,
        concurrency=chosen.concurrency or default_concurrency(chosen.pool),
        name=chosen.name or chosen.pool,
        log_level=chosen.log_level,
    )
    print(" ".join(["celery", *argv[3:]]), flush=True)
    stop_within_s = chosen.stop_within or stop_within_s_of(chosen.pool, Settings())
    os.execve(sys.executable, argv, {**os.environ, **offer, "FINETUNE_STOP_WITHIN_S": str(stop_within_s)})


if __name__ == "__main__":
    main()
