"""Tasks of the crawl pool: each names its stage function, which runs under the unit runner."""

from __future__ import annotations

from agent.contract import Stage, task_name
from workers.app import app, run_unit


@app.task(name=task_name(Stage.DISCOVER))
def discover(job_id: str, stage: str, shard: str) -> None:
    """Run one unit of the discover stage."""
    run_unit("workers.crawl.discover:discover", job_id, stage, shard)


@app.task(name=task_name(Stage.RETRIEVE))
def retrieve(job_id: str, stage: str, shard: str) -> None:
    """Run one unit of the retrieve stage."""
    run_unit("workers.crawl.retrieve:retrieve", job_id, stage, shard)


@app.task(name=task_name(Stage.CLEAR))
def clear(job_id: str, stage: str, shard: str) -> None:
    """Run one unit of the clear stage."""
    run_unit("workers.crawl.clear:clear", job_id, stage, shard)
