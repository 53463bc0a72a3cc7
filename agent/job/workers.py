"""What a worker says about itself."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from agent.job.records import Record


class WorkerInfo(Record):
    """A live worker: which queues it serves, how much at once, and what accelerator it has."""

    name: str
    pool: str
    host: str
    pid: int
    queues: tuple[str, ...]
    slots: int
    version: str
    started_at_ms: int = 0
    capability: dict[str, Any] = Field(default_factory=dict, description="Train workers: what the accelerator is.")
