"""What a worker says about itself."""

from __future__ import annotations

from typing import Any

from pydantic import ConfigDict, Field

from agent.job.records import Record

ANNOUNCE_INTERVAL_S = 10.0
"""Between two announcements of a worker."""


class WorkerInfo(Record):
    """A live worker: which queues it serves, how much at once, and what accelerator it has."""

    # Unlike other records: workers of other versions must still be seen, to be told apart.
    model_config = ConfigDict(frozen=True, extra="ignore")

    name: str
    pool: str
    host: str
    pid: int
    queues: tuple[str, ...]
    slots: int
    version: str
    busy: int = Field(0, description="Slots in use when it last announced itself.")
    polled_s_ago: float | None = Field(
        None, description="Since it last asked the server for messages, when it announced itself; None: not known."
    )
    settings: dict[str, str] = Field(
        default_factory=dict,
        description="Settings that every process of a deployment must have alike; never a secret.",
    )
    started_at_ms: int = Field(0, description="When it was ready for work, on its own clock.")
    clock_ms: int = Field(0, description="Its own clock when it last announced itself.")
    announced_ms: int = Field(
        0, description="When it last announced itself, on the server's clock; the ledger fills it."
    )
    capability: dict[str, Any] = Field(default_factory=dict, description="Train workers: what the accelerator is.")
