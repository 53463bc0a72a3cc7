"""Tasks of the parse pool: each names its stage function, which runs under the unit runner."""

from __future__ import annotations

from agent.contract import Stage, task_name
from workers.app import app, run_unit


@app.task(name=task_name(Stage.PARSE))
def parse(job_id: str, stage: str, shard: str) -> None:
    """Run one unit of the parse stage."""
    run_unit("workers.parse.parse:parse", job_id, stage, shard)


@app.task(name=task_name(Stage.CURATE))
def curate(job_id: str, stage: str, shard: str) -> None:
    """Run one unit of the curate stage."""
    run_unit("workers.parse.curate.curate:curate", job_id, stage, shard)
