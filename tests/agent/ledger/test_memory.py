"""What only the ledger in memory promises: its clock can be passed in, and what it gave out stays as it was."""

from __future__ import annotations

from agent.canvas.planner import make_plan
from agent.job.artifacts import UnitPlan
from agent.job.job import JobRecord
from agent.job.model import ModelFacts
from agent.ledger.contract import Claim, UnitId
from agent.ledger.memory import MemoryLedger
from agent.spec import JobSpec


def a_ledger(clock: float = 1_000.0) -> tuple[MemoryLedger, Claim]:
    spec = JobSpec(model="tiny", subject="knots", sources=("dir:notes",))
    facts = ModelFacts(name="tiny", origin="folder", location="/tiny", parameters=1, has_chat_template=False)
    ledger = MemoryLedger(lambda: clock)
    ledger.submit(JobRecord(id="job", spec=spec, model=facts, user="ada"), make_plan(spec, facts))
    claim = ledger.claim(UnitId("job", "discover", "0"), "me", 60)
    assert isinstance(claim, Claim)
    return ledger, claim


def test_every_time_is_that_of_its_clock() -> None:
    ledger, _ = a_ledger(clock=1_234.5)
    assert ledger.job("job").submitted_at_ms == 1_234_500
    assert ledger.view("job").now_ms == 1_234_500
    assert all(event.id.startswith("1234500-") for event in ledger.events("job"))


def test_parameters_changed_after_the_commit_do_not_reach_the_unit() -> None:
    ledger, claim = a_ledger()
    params = {"files": ["a"]}
    ledger.commit(claim, "out", {}, [UnitPlan(stage="retrieve", shard="0000", params=params)])
    params["files"].append("b")
    taken = ledger.claim(UnitId("job", "retrieve", "0000"), "me", 60)
    assert isinstance(taken, Claim)
    assert taken.params == {"files": ["a"]}
