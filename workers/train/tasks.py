"""Tasks of the train pool: each names its stage function, which runs under the unit runner."""

from __future__ import annotations

from agent.contract import Stage, task_name
from workers.app import app, run_unit


@app.task(name=task_name(Stage.TRAIN))
def train(job_id: str, stage: str, shard: str) -> None:
    """Run one unit of the train stage."""
    run_unit("workers.train.train:train", job_id, stage, shard)


@app.task(name=task_name(Stage.EVALUATE))
def evaluate(job_id: str, stage: str, shard: str) -> None:
    """Run one unit of the evaluate stage."""
    run_unit("workers.train.evaluate:evaluate", job_id, stage, shard)


@app.task(name=task_name(Stage.PUBLISH))
def publish(job_id: str, stage: str, shard: str) -> None:
    """Run one unit of the publish stage."""
    run_unit("workers.train.publish:publish", job_id, stage, shard)
