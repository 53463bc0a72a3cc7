"""``finetune worker POOL``: become a worker."""

from __future__ import annotations

import os
import sys

import click

from agent.cli.connection import connection_options, named_broker
from agent.contract import Pool

LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")


@click.command("worker")
@click.argument("pool", metavar="POOL", type=click.Choice([str(pool) for pool in Pool]))
@click.option("--concurrency", type=click.IntRange(min=1), help="Units at once.  [default: by pool and cores]")
@click.option("--name", help="First part of the worker's name.  [default: the pool's]")
@click.option(
    "--log-level", type=click.Choice(LOG_LEVELS, case_sensitive=False), default="INFO", show_default=True,
    help="Least level that is logged.",
)  # fmt: skip
@click.option(
    "--stop-within",
    type=click.FloatRange(min=3),
    metavar="SECONDS",
    help="From SIGTERM to its end; on spot machines the notice minus 10.  [default: 5; train 25]",
)
@connection_options
def command(pool: str, concurrency: int | None, name: str | None, log_level: str, stop_within: float | None) -> None:
    """Become a worker of one pool.

    POOL is crawl, parse, generate, train or control; a cluster needs each of them at least once.

    Runs until SIGTERM or Ctrl-C; then it takes nothing more, stores a checkpoint of a training, and hands back what it
    holds. The equivalent Celery command is printed.
    """
    chosen = named_broker(f"worker {pool}", "use `finetune run`, which brings its own server and workers")
    from agent.ledger.redis import RedisLedger

    # A wrong address must be one line here, not an endless retry in a log.
    RedisLedger(chosen.broker_url, chosen.key_prefix).ping()
    argv = worker_argv(pool, concurrency=concurrency, name=name, log_level=log_level, stop_within_s=stop_within)
    os.execve(sys.executable, argv, {**os.environ, "FINETUNE_BROKER_URL": chosen.broker_url})


def worker_argv(
    pool: str, *, concurrency: int | None, name: str | None, log_level: str, stop_within_s: float | None = None
) -> list[str]:
    """The command line that `workers.start` takes."""
    argv = [sys.executable, "-m", "workers.start", pool, "--log-level", log_level.upper()]
    if concurrency is not None:
        argv += ["--concurrency", str(concurrency)]
    if stop_within_s is not None:
        argv += ["--stop-within", str(stop_within_s)]
    return [*argv, "--name", name] if name else argv
