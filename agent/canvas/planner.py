"""Makes the plan of a job from its specification. Pure."""

from __future__ import annotations

from agent.canvas.placement import accelerator_queue
from agent.canvas.plan import Edge, Join, Plan, StagePlan
from agent.contract import POOL_OF, Pool, Stage, stages_until
from agent.job.model import ModelFacts
from agent.spec import JobSpec

TRAIN_LEASE_S = 30.0
"""A 20-second stall of a training machine must not cost a run; beats come every 10 s."""
LEASE_S = 15.0
"""Everywhere else; beats come every 5 s."""

EDGES = (
    Edge(kind="fan_out", source=Stage.DISCOVER, target=Stage.RETRIEVE),
    Edge(kind="then", source=Stage.RETRIEVE, target=Stage.PARSE),
    Edge(kind="fan_out", source=Stage.PARSE, target=Stage.PARSE),  # long PDFs, in ranges of their pages
    Edge(kind="join", source=Stage.PARSE, target=Stage.CURATE),
    Edge(kind="fan_out", source=Stage.CURATE, target=Stage.GENERATE),
    Edge(kind="join", source=Stage.GENERATE, target=Stage.ASSEMBLE),
    Edge(kind="then", source=Stage.ASSEMBLE, target=Stage.CLEAR),
    Edge(kind="then", source=Stage.CLEAR, target=Stage.TRAIN),
    Edge(kind="then", source=Stage.TRAIN, target=Stage.EVALUATE),
    Edge(kind="then", source=Stage.EVALUATE, target=Stage.PUBLISH),
)

_EXTRA_INPUTS = {Stage.CURATE: (Stage.DISCOVER,), Stage.ASSEMBLE: (Stage.CURATE,)}
"""Curating hands the map of the subject's topics on to the units that make examples. Assembling also reads the curated
documents themselves: held-out text, sources and their licences."""


def make_plan(spec: JobSpec, model: ModelFacts) -> Plan:
    """The graph of this job up to its last stage, with a queue for every stage."""
    included = stages_until(spec.until)
    edges = tuple(edge for edge in EDGES if edge.target in included)
    fanned = {edge.target for edge in EDGES if edge.kind == "fan_out"}
    many = fanned | {edge.target for edge in EDGES if edge.kind == "then" and edge.source in fanned}
    stages = tuple(
        StagePlan(
            stage=stage,
            queue=accelerator_queue(model, spec.train) if POOL_OF[stage] is Pool.TRAIN else POOL_OF[stage],
            required=stage not in many,
        )
        for stage in included
    )
    joins = tuple(
        Join(
            stage=edge.target,
            waits_for=_upstream(edge.target),
            collects=(*_EXTRA_INPUTS.get(edge.target, ()), edge.source),
        )
        for edge in edges
        if edge.kind == "join"
    )
    return Plan(
        stages=stages,
        edges=edges,
        joins=joins,
        max_failed_share=spec.failure.max_failed_share,
        work_attempts=spec.failure.work_attempts,
        machine_attempts=spec.failure.machine_attempts,
    )


def lease_of(stage: Stage) -> float:
    """Seconds without a beat after which a unit of this stage is handed to another worker."""
    return TRAIN_LEASE_S if POOL_OF[stage] is Pool.TRAIN else LEASE_S


def _upstream(stage: Stage) -> tuple[Stage, ...]:
    """Every stage from which an edge path leads to ``stage``, in order: all must be empty before a join is due."""
    found: set[Stage] = set()
    frontier = {stage}
    while frontier:
        frontier = {edge.source for edge in EDGES if edge.target in frontier} - found
        found |= frontier
    return tuple(each for each in Stage if each in found)
