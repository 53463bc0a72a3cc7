"""The plan of a job as plain data: stages, and the three kinds of edge between them.

- ``then``: one unit creates the next, without waiting for its siblings (a retrieved shard is parsed at once);
- ``fan_out``: one unit creates many;
- ``join``: the last of many creates one, which reads the outputs of all.

``then`` and ``fan_out`` units are named by the stage function that decides on them. A ``join`` is created by the
ledger in the same step that settles the last unit it waits for, so that no crash can lose it.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from agent.contract import Stage
from agent.job.records import Record

EdgeKind = Literal["then", "fan_out", "join"]


class Edge(Record):
    """How units of one stage bring about units of another."""

    kind: EdgeKind
    source: Stage
    target: Stage


class StagePlan(Record):
    """One stage of a job."""

    stage: Stage
    queue: str
    required: bool = Field(description="Whether the loss of one unit fails the job (stages of a single unit).")


class Join(Record):
    """A unit that is created when every stage in ``waits_for`` has nothing pending."""

    stage: Stage
    waits_for: tuple[Stage, ...]
    collects: tuple[Stage, ...] = Field(description="Stages whose artifacts it reads, in this order.")


class Plan(Record):
    """A job's graph, with the limits that the ledger enforces by itself."""

    stages: tuple[StagePlan, ...]
    edges: tuple[Edge, ...]
    joins: tuple[Join, ...]
    max_failed_share: float
    work_attempts: int
    machine_attempts: int

    def stage(self, stage: Stage) -> StagePlan:
        """The plan of one stage."""
        return next(plan for plan in self.stages if plan.stage is stage)
