"""Jobs for the contract tests, and short ways to move their units."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from agent.canvas.plan import Plan
from agent.canvas.planner import make_plan
from agent.job.artifacts import Tally, UnitPlan
from agent.job.job import JobRecord
from agent.job.model import ModelFacts
from agent.job.workers import WorkerInfo
from agent.ledger.contract import Claim, Ledger, UnitId
from agent.spec import FailurePolicy, JobSpec

MODEL = ModelFacts(
    name="tiny", origin="catalogue", location="tiny", parameters=1_000_000, has_chat_template=True, licence="MIT"
)
LONG_S = 600.0
"""A lease that no test outlives."""
TRAIN_QUEUE = "train.any.8g"


def a_job(job_id: str = "job", *, failure: Mapping[str, float] | None = None, **spec: Any) -> JobRecord:
    """A record as a client submits it."""
    asked = {"model": "tiny", "subject": "quantum computing", "sources": ("dir:notes",), "user": "ada"} | spec
    wanted = JobSpec(job_id=job_id, failure=FailurePolicy.model_validate(failure or {}), **asked)
    return JobRecord(id=job_id, spec=wanted, model=MODEL, user=wanted.user)


def plan_of(job: JobRecord) -> Plan:
    """The plan that a client submits with it."""
    return make_plan(job.spec, job.model)


def submit(ledger: Ledger, job_id: str = "job", **wishes: Any) -> UnitId:
    """Submit a job; its first unit."""
    job = a_job(job_id, **wishes)
    ledger.submit(job, plan_of(job))
    return UnitId(job_id, "discover", "0")


def follow(stage: str, *shards: str, items: int = 0) -> tuple[UnitPlan, ...]:
    """What a unit names as its successors."""
    return tuple(UnitPlan(stage=stage, shard=shard, items=items) for shard in shards)


def take(ledger: Ledger, unit: UnitId, lease_s: float = LONG_S) -> Claim:
    """Claim a unit that must be free, as a new owner."""
    claim = ledger.claim(unit, f"owner-{uuid4().hex}", lease_s)
    assert isinstance(claim, Claim), f"{unit} is not free: {claim}"
    return claim


def output_of(unit: UnitId) -> str:
    """The artifact that `finish` reports."""
    return f"jobs/{unit.job_id}/{unit.stage}/{unit.shard}"


def finish(
    ledger: Ledger, unit: UnitId, *successors: UnitPlan, verdict: str = "", tallies: Mapping[str, Tally] | None = None
) -> None:
    """Claim and commit a unit."""
    claim = take(ledger, unit)
    assert ledger.commit(claim, output_of(unit), tallies or {}, successors, verdict=verdict)


def spread(ledger: Ledger, count: int, job_id: str = "job", **wishes: Any) -> list[UnitId]:
    """A job whose discovery is done: so many retrieve units, all queued."""
    shards = [f"{number:04d}" for number in range(count)]
    finish(ledger, submit(ledger, job_id, **wishes), *follow("retrieve", *shards))
    return [UnitId(job_id, "retrieve", shard) for shard in shards]


def a_worker(queue: str, slots: int, name: str = "") -> WorkerInfo:
    """A worker of one queue."""
    return WorkerInfo(
        name=name or f"{queue}@here", pool=queue, host="here", pid=1, queues=(queue,), slots=slots, version="0"
    )
