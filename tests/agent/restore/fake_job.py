"""A small job whose stage functions only hash what they read: every artifact is real, and its content a function of its
inputs' content, so that two roads to the same end can be compared byte by byte."""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Collection
from pathlib import Path
from weakref import WeakKeyDictionary

from agent.canvas.plan import Plan
from agent.canvas.planner import make_plan
from agent.contract import Stage
from agent.errors import DocumentRejected
from agent.job.artifacts import UnitPlan
from agent.job.job import JobRecord
from agent.job.model import ModelFacts
from agent.job.workers import WorkerInfo
from agent.ledger.contract import DueUnit, Ledger
from agent.spec import JobSpec
from agent.store import ArtifactReader, Store
from workers.runtime.runner import UnitRunner
from workers.runtime.work import Outcome, StageWork

JOB_ID = "job"
MODEL = ModelFacts(name="tiny", origin="catalogue", location="tiny", parameters=1_000_000, has_chat_template=True)
SPEC = JobSpec(
    model="tiny",
    subject="quantum computing",
    sources=("dir:notes",),
    failure={"work_attempts": 1, "max_failed_share": 0.5},
)
RECORD = JobRecord(id=JOB_ID, spec=SPEC, model=MODEL, user="ada", submitted_at_ms=1_800_000_000_000)
PLAN: Plan = make_plan(SPEC, MODEL)
DATA = "data.txt"
FANS_OUT = {Stage.DISCOVER: (Stage.RETRIEVE, 3), Stage.CURATE: (Stage.GENERATE, 2)}
FOLLOWS = {
    Stage.RETRIEVE: Stage.PARSE,
    Stage.ASSEMBLE: Stage.CLEAR,
    Stage.CLEAR: Stage.TRAIN,
    Stage.TRAIN: Stage.EVALUATE,
    Stage.EVALUATE: Stage.PUBLISH,
}
DIVIDES = (Stage.PARSE, "0000")
"""The unit that met a long document, and has its ranges read by units of its own stage."""
ALL_UNITS = 17
"""1 discover, 3 retrieve, 3 parse, 2 ranges of pages, 1 curate, 2 generate, and the five last stages."""

Unit = tuple[str, str]
_MESSAGES: WeakKeyDictionary[Ledger, deque[DueUnit]] = WeakKeyDictionary()
"""What each ledger handed out and nobody claimed yet: no message is lost here."""


def submit(ledger: Ledger) -> None:
    """Submit the job to a ledger that does not know it, and that has a worker for everything."""
    queues = tuple(dict.fromkeys(stage.queue for stage in PLAN.stages))
    ledger.register(WorkerInfo(name="w", pool="all", host="h", pid=1, queues=queues, slots=20, version="0"), 600)
    ledger.submit(RECORD, PLAN)


def work_to_the_end(
    ledger: Ledger, store: Store, scratch: Path, *, broken: Collection[Unit] = (), most: int = ALL_UNITS * 3
) -> list[Unit]:
    """Run what the ledger hands out until it hands out nothing, or ``most`` units; returns what was run, in order."""
    run: list[Unit] = []
    messages = _MESSAGES.setdefault(ledger, deque())
    runner = UnitRunner(ledger, store, messages.extend, worker="w", scratch_root=scratch)

    def stage_function(work: StageWork) -> Outcome:
        run.append((work.stage, work.shard))
        if (work.stage, work.shard) in broken:
            raise DocumentRejected("broken", f"{work.stage}/{work.shard}")
        return _hash_inputs(work)

    messages.extend(ledger.hand_out())
    while messages and len(run) < most:
        runner.run(messages.popleft().unit, stage_function)
    return run


def outcome(ledger: Ledger, store: Store) -> dict[Stage, list[bytes]]:
    """The content that the job made, by stage, in shard order."""
    outputs = ledger.outputs(JOB_ID)
    return {stage: [ArtifactReader(store, path).read_file(DATA) for path in outputs[stage]] for stage in Stage}


def _hash_inputs(work: StageWork) -> Outcome:
    stage = Stage(work.stage)
    read = [ArtifactReader(work.store, path).read_file(DATA) for path in work.inputs]
    content = b"\n".join([f"{work.stage}/{work.shard}/{dict(work.params)}".encode(), *read])
    work.output.receive("documents", 2)
    work.output.keep("documents")
    work.output.reject("documents", "x", "off_topic")
    work.output.write_file(DATA, hashlib.sha256(content).hexdigest().encode())
    work.tick(3, 3)
    successors: list[UnitPlan] = []
    if stage in FANS_OUT:
        target, count = FANS_OUT[stage]
        successors = [
            UnitPlan(stage=target, shard=f"{n:04d}", inputs=(work.output.path,), params={"n": n}, items=5)
            for n in range(count)
        ]
    elif (stage, work.shard) == DIVIDES:
        successors = [UnitPlan(stage=stage, shard=f"{work.shard}-{n}", inputs=(work.output.path,)) for n in range(2)]
    elif stage in FOLLOWS:
        # The last stages read what the one before them read, too.
        also = work.inputs if stage in (Stage.TRAIN, Stage.EVALUATE) else ()
        successors = [UnitPlan(stage=FOLLOWS[stage], shard=work.shard, inputs=(work.output.path, *also))]
    return Outcome(tuple(successors), verdict="published" if stage is Stage.PUBLISH else "")
