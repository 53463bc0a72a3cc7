"""Tasks of the generate pool: each names its stage function, which runs under the unit runner."""

from __future__ import annotations

from agent.contract import Stage, task_name
from workers.app import app, run_unit


@app.task(name=task_name(Stage.GENERATE))
def generate(job_id: str, stage: str, shard: str) -> None:
    """Run one unit of the generate stage."""
    run_unit("workers.generate.generate:generate", job_id, stage, shard)


@app.task(name=task_name(Stage.ASSEMBLE))
def assemble(job_id: str, stage: str, shard: str) -> None:
    """Run one unit of the assemble stage."""
    run_unit("workers.generate.assemble:assemble", job_id, stage, shard)
