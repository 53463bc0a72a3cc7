"""Tasks of the train pool: each names its stage function and runs it under the unit runner."""

from __future__ import annotations

from agent.contract import Stage, task_name
from workers.app import app, run_unit


@app.task(name=task_name(Stage.TRAIN))
def train(job_id: str, stage: str, shard: str) -> None:
    """Run one unit of the train stage."""
    from workers.train import train as room

    run_unit(room.train, job_id, stage, shard)


@app.task(name=task_name(Stage.EVALUATE))
def evaluate(job_id: str, stage: str, shard: str) -> None:
    """Run one unit of the evaluate stage."""
    from workers.train import evaluate as room

    run_unit(room.evaluate, job_id, stage, shard)


@app.task(name=task_name(Stage.PUBLISH))
def publish(job_id: str, stage: str, shard: str) -> None:
    """Run one unit of the publish stage."""
    from workers.train import publish as room

    run_unit(room.publish, job_id, stage, shard)
