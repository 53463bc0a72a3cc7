"""A job from its documents to its dataset, in a process of its own.

``python -m tests.workers.one_dataset STORE DOCUMENTS first|last`` runs the units in the order in which they become due,
or always the one that became due last, and prints JSON: file -> sha256, of the dataset.
"""

from __future__ import annotations

import json
import sys

from agent.canvas.planner import make_plan
from agent.contract import Stage, task_name
from agent.job.job import JobRecord
from agent.job.model import ModelFacts
from agent.job.workers import WorkerInfo
from agent.ledger.contract import DueUnit
from agent.ledger.memory import MemoryLedger
from agent.spec import JobSpec
from agent.store import ArtifactReader, Store
from workers.runtime.runner import UnitRunner

FUNCTIONS = {Stage.CURATE: "workers.parse.curate.curate:curate"}
"""Stage functions that are not where the task's name says; `workers/*/tasks.py` names all."""
MODEL = ModelFacts(name="tiny", origin="folder", location="nowhere", parameters=1_000_000, has_chat_template=True)


def main(store_url: str, documents: str, turn: str) -> None:
    """Run the stages before training."""
    spec = JobSpec(
        model="tiny",
        subject="quantum computing",
        sources=[f"dir:{documents}"],
        permission={"declared": {f"dir:{documents}": "own"}},
        discover={"min_relevance": 0},
        retrieve={"shard_size": 4},
        parse={"min_quality": 0},
        curate={"min_relevance": 0, "near_duplicate_similarity": 1},
        generate={"shard_size": 10},
    )
    plan = make_plan(spec, MODEL)
    store, ledger = Store(store_url), MemoryLedger()
    queues = tuple({stage.queue for stage in plan.stages})
    ledger.register(WorkerInfo(name="w", pool="all", host="h", pid=1, queues=queues, slots=99, version="0"), 600)
    ledger.submit(JobRecord(id="job", spec=spec, model=MODEL, user="ada"), plan)
    due: list[DueUnit] = ledger.hand_out()
    runner = UnitRunner(ledger, store, due.extend, worker="w")
    while due:
        unit = due.pop(0 if turn == "first" else -1).unit
        if unit.stage != Stage.TRAIN:
            runner.run(unit, FUNCTIONS.get(unit.stage) or f"workers.{task_name(unit.stage)}:{unit.stage}")
    (path,) = ledger.outputs("job")[Stage.ASSEMBLE]
    reader = ArtifactReader(store, path)
    print(json.dumps({name: entry.sha256 for name, entry in reader.manifest.files.items()}))


if __name__ == "__main__":
    main(*sys.argv[1:])
