"""A job whose stage functions really ran: its artifacts in a store, its units in a ledger."""

from __future__ import annotations

from pathlib import Path

from agent.canvas.planner import make_plan
from agent.contract import Stage
from agent.job.artifacts import Tally, UnitPlan
from agent.job.job import JobRecord
from agent.job.records import Chunk, Split
from agent.ledger.contract import Ledger, UnitId
from tests.contracts.jobs import take
from tests.workers.generate.chunks import chunk, heading
from tests.workers.generate.desk import JOB, Desk
from workers.generate.topics import TopicMap

FACTS = (
    "A qubit is a two-level system that carries quantum information.",
    "A Bell pair is a pair of qubits that are maximally entangled.",
    "Qubits are cooled, because heat would excite the levels of the device.",
)
MAP = TopicMap.model_validate(
    {
        "subject": "quantum computing",
        "topics": [{"name": "Bell pairs", "weight": 1.0, "phrases": ["entangled", "qubit"]}],
    }
)


def chunks() -> list[Chunk]:
    """Two documents to train on, the second of which repeats a fact of the first, and one of each other split."""
    return [
        chunk(heading("Basics"), *FACTS, document="d1", headings=("Basics",)),
        chunk("A gate is a rotation of the state of one system or more.", FACTS[0], document="d2"),
        chunk(
            "A code is a subspace in which errors can be told apart.",
            "Its distance counts.",
            document="d3",
            split=Split.VALIDATION,
        ),
        chunk(
            "A trap is a set of electrodes that holds ions in a vacuum.",
            "Ions repel each other.",
            document="d4",
            split=Split.TEST,
        ),
    ]


def made_job(folder: Path, ledger: Ledger, *, until: Stage = Stage.ASSEMBLE) -> Desk:
    """The job as far as ``until``: curated, generated or assembled."""
    desk = Desk(folder, job_id=JOB, assemble={"min_examples": 1})
    ledger.submit(JobRecord(id=JOB, spec=desk.spec, model=desk.model, user="ada"), make_plan(desk.spec, desk.model))
    curated = desk.curated(chunks(), MAP)
    _done(ledger, Stage.DISCOVER, "0", "jobs/job-1/discover/0")
    _done(ledger, Stage.CURATE, "0", curated, UnitPlan(stage=Stage.GENERATE, shard="0000", items=4))
    if until is Stage.CURATE:
        return desk
    generated = desk.generate(curated)
    _done(ledger, Stage.GENERATE, "0000", generated.path)
    if until is Stage.ASSEMBLE:
        outcome, assembled = desk.assemble(curated, (generated.path,))
        _done(ledger, Stage.ASSEMBLE, "0", assembled.path, *outcome.successors)
    return desk


def _done(ledger: Ledger, stage: Stage, shard: str, output: str, *successors: UnitPlan) -> None:
    tallies = {"documents": Tally(received=4, kept=4)}
    assert ledger.commit(take(ledger, UnitId(JOB, stage, shard)), output, tallies, successors)
