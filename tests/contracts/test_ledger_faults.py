"""Ledger contract: faults of the work and faults of machines are counted apart, and both have an end."""

from __future__ import annotations

from collections.abc import Callable

from agent.contract import Stage
from agent.ledger.contract import Claim, Ledger, Progress, UnitId
from tests.contracts.jobs import LONG_S, a_worker, finish, follow, spread, submit, take

SHORT_S = 0.2
Pause = Callable[[float], None]
CURATE = UnitId("job", "curate", "0")


def let_lapse(ledger: Ledger, pause: Pause, unit: UnitId) -> None:
    """Take the unit and die."""
    take(ledger, unit, SHORT_S)
    pause(SHORT_S + 0.05)
    assert ledger.reconcile() == [f"{unit.job_id}:{unit.stage}:{unit.shard}"]


def test_a_failed_unit_is_tried_again_until_its_attempts_are_spent(ledger: Ledger) -> None:
    unit, _ = spread(ledger, 2, failure={"work_attempts": 3})
    assert ledger.fail(take(ledger, unit), "no_answer") == "queued"
    assert ledger.fail(take(ledger, unit), "no_answer") == "queued"
    assert ledger.fail(take(ledger, unit), "timed_out") == "aside"
    assert ledger.view("job").stages[Stage.RETRIEVE].faults == {"0000": "timed_out"}


def test_a_failed_unit_is_not_handed_out_before_its_backoff_has_passed(ledger: Ledger, pause: Pause) -> None:
    ledger.register(a_worker("crawl", 2), 60)
    unit = submit(ledger)
    assert ledger.fail(take(ledger, unit), "no_answer", backoff_s=0.3) == "queued"
    assert ledger.hand_out() == []
    pause(0.35)
    assert [due.unit for due in ledger.hand_out()] == [unit]


def test_a_final_fault_is_not_tried_again(ledger: Ledger) -> None:
    unit, _ = spread(ledger, 2)
    assert ledger.fail(take(ledger, unit), "password_protected", final=True) == "aside"


def test_the_loss_of_a_required_unit_halts_the_job_with_its_reason(ledger: Ledger) -> None:
    ledger.fail(take(ledger, submit(ledger)), "No documents about knitting.", final=True)
    standing = ledger.standing("job")
    assert (standing.halted_stage, standing.halted_reason) == ("discover", "No documents about knitting.")
    assert ledger.claim(CURATE, "me", LONG_S) == "unknown"


def test_a_halted_job_gives_out_no_work(ledger: Ledger) -> None:
    discover = take(ledger, submit(ledger))
    ledger.register(a_worker("crawl", 2), 60)
    ledger.fail(discover, "broken", final=True)
    assert ledger.hand_out() == []
    ledger.resume("job")
    assert [due.unit for due in ledger.hand_out()] == [discover.unit]


def test_losing_more_of_a_stage_than_allowed_halts_the_job_only_when_the_stage_is_complete(ledger: Ledger) -> None:
    first, second, *rest = spread(ledger, 4, failure={"max_failed_share": 0.3})
    for unit in (second, first):
        ledger.fail(take(ledger, unit), f"no_answer of {unit.shard}", final=True)
    assert ledger.standing("job").halted_reason == "", "half of what has ended is no share of the stage"
    for unit in rest:
        finish(ledger, unit)
    standing = ledger.standing("job")
    assert standing.halted_stage == "retrieve"
    assert standing.halted_reason == (
        "2 of 4 units were set aside, more than the job allows; the first: no_answer of 0000"
    )
    assert ledger.claim(CURATE, "me", LONG_S) == "unknown"


def test_losing_just_what_is_allowed_goes_on(ledger: Ledger) -> None:
    first, *rest = spread(ledger, 4, failure={"max_failed_share": 0.25})
    for unit in rest:
        finish(ledger, unit)
    ledger.fail(take(ledger, first), "no_answer", final=True)
    assert ledger.standing("job").halted_reason == ""
    take(ledger, CURATE)


def test_every_stage_before_a_join_is_judged(ledger: Ledger) -> None:
    for unit in spread(ledger, 2, failure={"max_failed_share": 0.4}):
        finish(ledger, unit, *follow("parse", unit.shard))
    finish(ledger, UnitId("job", "parse", "0000"))
    ledger.fail(take(ledger, UnitId("job", "parse", "0001")), "unreadable", final=True)
    assert ledger.standing("job").halted_stage == "parse"


def test_deaths_of_workers_are_counted_apart_from_faults_of_the_work(ledger: Ledger, pause: Pause) -> None:
    unit, _ = spread(ledger, 2, failure={"work_attempts": 2, "machine_attempts": 2})
    let_lapse(ledger, pause, unit)
    assert ledger.fail(take(ledger, unit), "no_answer") == "queued"
    let_lapse(ledger, pause, unit)
    view = ledger.view("job").stages[Stage.RETRIEVE]
    assert (view.set_aside, dict(view.faults)) == (1, {"0000": "its worker died 2 times"})
    assert ledger.claim(unit, "me", LONG_S) == "done"


def test_a_required_unit_whose_workers_keep_dying_halts_the_job(ledger: Ledger, pause: Pause) -> None:
    let_lapse(ledger, pause, submit(ledger, failure={"machine_attempts": 1}))
    assert ledger.standing("job").halted_reason == "its worker died 1 times"


def test_a_fault_reported_twice_counts_once(ledger: Ledger) -> None:
    unit, _ = spread(ledger, 2, failure={"work_attempts": 2})
    claim = take(ledger, unit)
    assert ledger.fail(claim, "no_answer") == "queued"
    assert ledger.fail(claim, "no_answer") == "superseded"
    assert isinstance(ledger.claim(unit, "me", LONG_S), Claim)


def test_a_stage_that_lost_too_much_goes_on_after_resume_when_the_second_try_succeeds(ledger: Ledger) -> None:
    (unit,) = spread(ledger, 1)
    ledger.fail(take(ledger, unit), "no_answer", final=True)
    assert ledger.standing("job").halted_stage == "retrieve"
    ledger.resume("job")
    finish(ledger, unit)
    take(ledger, CURATE)


def test_no_lease_lapses_on_a_server_that_just_came_back(ledger: Ledger, pause: Callable[[float], None]) -> None:
    unit = submit(ledger)
    held = take(ledger, unit, 0.05)
    pause(0.1)
    assert ledger.reconcile(grace_s=86_400) == [], "nobody could beat while it was away"
    assert ledger.beat(held, 60, Progress()) == "ok"
    assert ledger.reconcile() == []
