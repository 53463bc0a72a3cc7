"""Ledger contract: jobs come, are known by their id, change state by compare-and-set, stop and go on."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from agent.contract import Stage
from agent.errors import UnknownJob
from agent.job.job import JobRecord
from agent.job.machine import Move, apply
from agent.job.states import JobState
from agent.ledger.contract import Ledger, Progress, UnitId
from tests.contracts.jobs import a_job, a_worker, finish, follow, output_of, plan_of, spread, submit, take


def moved(job: JobRecord, to: JobState) -> JobRecord:
    return apply(job, Move(to))


def test_a_submitted_job_carries_the_time_of_the_ledger_and_its_first_unit_can_be_claimed(ledger: Ledger) -> None:
    job = a_job()
    known = ledger.submit(job, plan_of(job))
    assert known.submitted_at_ms > 1_700_000_000_000
    assert known == ledger.job("job")
    assert known.model_copy(update={"submitted_at_ms": 0}) == job
    claim = take(ledger, UnitId("job", "discover", "0"))
    assert (claim.epoch, claim.inputs, dict(claim.params)) == (1, (), {})


def test_submitting_a_known_id_gives_the_earlier_record_and_starts_nothing_anew(ledger: Ledger) -> None:
    finish(ledger, submit(ledger, subject="quantum computing"), *follow("retrieve", "0000"))
    again = a_job(subject="knitting")
    assert ledger.submit(again, plan_of(again)).spec.subject == "quantum computing"
    assert ledger.claim(UnitId("job", "discover", "0"), "me", 5) == "done"
    assert len(ledger.jobs()) == 1


def test_jobs_are_listed_oldest_first(ledger: Ledger, pause: Callable[[float], None]) -> None:
    for job_id in ("zebra", "ant", "mole"):
        submit(ledger, job_id)
        pause(0.01)
    assert [job.id for job in ledger.jobs()] == ["zebra", "ant", "mole"]


def test_an_unknown_job_is_named_in_the_error(ledger: Ledger) -> None:
    for ask in (ledger.job, ledger.view, ledger.standing, ledger.outputs, ledger.cancel, ledger.resume):
        with pytest.raises(UnknownJob, match="'ghost'"):
            ask("ghost")
    assert ledger.jobs() == []
    assert ledger.events("ghost") == []


def test_a_record_is_saved_only_over_the_version_it_was_read_at(ledger: Ledger) -> None:
    submit(ledger)
    read = ledger.job("job")
    assert ledger.save(moved(read, JobState.DISCOVERING), read.version)
    assert not ledger.save(moved(read, JobState.FAILED), read.version)
    assert ledger.job("job").state is JobState.DISCOVERING
    newer = ledger.job("job")
    assert ledger.save(moved(newer, JobState.RETRIEVING), newer.version)
    assert not ledger.save(a_job("ghost"), 0)


def test_a_job_is_active_until_it_has_ended_and_again_once_resumed(ledger: Ledger) -> None:
    submit(ledger, "first")
    submit(ledger, "second")
    assert ledger.active() == ["first", "second"]
    read = ledger.job("first")
    ledger.save(moved(read, JobState.CANCELLED), read.version)
    assert ledger.active() == ["second"]
    ledger.resume("first")
    assert ledger.active() == ["first", "second"]


def test_a_cancelled_job_gives_out_no_work_and_tells_those_who_run_it(ledger: Ledger) -> None:
    running, waiting = spread(ledger, 2)
    claim = take(ledger, running)
    ledger.register(a_worker("crawl", 4), 60)
    ledger.cancel("job")
    assert ledger.beat(claim, 60, Progress()) == "stopped"
    assert ledger.claim(waiting, "me", 60) == "stopped"
    assert ledger.hand_out() == []
    assert ledger.standing("job").cancelled


def test_cancelling_one_job_leaves_the_others_their_turn(ledger: Ledger) -> None:
    ledger.register(a_worker("crawl", 1), 60)
    spread(ledger, 3, "first")
    spread(ledger, 2, "second")
    ledger.cancel("first")
    assert {due.unit.job_id for due in ledger.hand_out()} == {"second"}


def test_work_that_ends_after_a_cancel_still_counts_and_its_join_comes_at_resume(ledger: Ledger) -> None:
    claim = take(ledger, submit(ledger))
    ledger.cancel("job")
    assert ledger.commit(claim, output_of(claim.unit), {})
    assert ledger.view("job").stages[Stage.DISCOVER].done == 1
    curate = UnitId("job", "curate", "0")
    assert ledger.claim(curate, "me", 60) == "unknown"
    ledger.resume("job")
    assert not ledger.standing("job").cancelled
    take(ledger, curate)


def test_successors_of_work_that_ends_after_a_cancel_wait_for_the_resume(ledger: Ledger) -> None:
    claim = take(ledger, submit(ledger))
    ledger.cancel("job")
    ledger.commit(claim, output_of(claim.unit), {}, follow("retrieve", "0000"))
    retrieve = UnitId("job", "retrieve", "0000")
    assert ledger.claim(retrieve, "me", 60) == "stopped"
    assert ledger.resume("job") == 1
    take(ledger, retrieve)


def test_resume_queues_what_was_set_aside_with_fresh_counters_and_finished_units_stay(ledger: Ledger) -> None:
    done, lost = spread(ledger, 2, failure={"work_attempts": 2, "max_failed_share": 0.1})
    finish(ledger, done)
    for expected in ("queued", "aside"):
        assert ledger.fail(take(ledger, lost), "no_answer") == expected
    assert ledger.standing("job").halted_stage == "retrieve"

    assert ledger.resume("job") == 1
    assert ledger.standing("job").halted_stage == ""
    assert ledger.claim(done, "me", 60) == "done"
    view = ledger.view("job").stages[Stage.RETRIEVE]
    assert (view.pending, view.done, view.set_aside, dict(view.faults)) == (1, 1, 0, {})
    assert ledger.fail(take(ledger, lost), "no_answer") == "queued", "the counter began anew"


def test_resume_leaves_a_running_unit_with_its_holder(ledger: Ledger) -> None:
    running, waiting = spread(ledger, 2)
    claim = take(ledger, running)
    ledger.cancel("job")
    assert ledger.resume("job") == 1, "only the waiting unit is queued"
    assert ledger.claim(running, "another", 60) == "held"
    assert ledger.beat(claim, 60, Progress()) == "ok"
    take(ledger, waiting)


def test_a_unit_whose_message_arrived_while_the_job_stood_still_is_sent_again_after_resume(ledger: Ledger) -> None:
    (unit,) = spread(ledger, 1)
    ledger.register(a_worker("crawl", 1), 60)
    assert [due.unit for due in ledger.hand_out()] == [unit]
    ledger.cancel("job")
    assert ledger.claim(unit, "me", 60) == "stopped"
    ledger.resume("job")
    assert [due.unit for due in ledger.hand_out()] == [unit]
