"""Ledger contract: a unit belongs to one owner at a time, until its lease lapses."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from agent.contract import Stage
from agent.job.artifacts import Tally, UnitPlan
from agent.ledger.contract import Claim, Ledger, Progress, UnitId
from tests.contracts.jobs import LONG_S, finish, follow, output_of, spread, submit, take

SHORT_S = 0.25
"""A lease that a test lets lapse; long against one round trip to a busy server."""
Pause = Callable[[float], None]


def test_a_unit_is_claimed_once(ledger: Ledger) -> None:
    unit = submit(ledger)
    take(ledger, unit)
    assert ledger.claim(unit, "another", LONG_S) == "held"


def test_of_many_who_ask_at_once_one_gets_the_unit(ledger: Ledger) -> None:
    unit = submit(ledger)
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda number: ledger.claim(unit, f"owner-{number}", LONG_S), range(24)))
    assert sum(isinstance(answer, Claim) for answer in answers) == 1
    assert answers.count("held") == 23


def test_the_same_owner_asking_again_gets_the_same_claim(ledger: Ledger) -> None:
    unit = submit(ledger)
    first = ledger.claim(unit, "me", LONG_S)
    assert isinstance(first, Claim)
    assert ledger.claim(unit, "me", LONG_S) == first
    assert ledger.commit(first, output_of(unit), {})


def test_a_unit_that_nobody_created_is_unknown(ledger: Ledger) -> None:
    submit(ledger)
    assert ledger.claim(UnitId("job", "parse", "0000"), "me", LONG_S) == "unknown"
    assert ledger.claim(UnitId("ghost", "discover", "0"), "me", LONG_S) == "unknown"


def test_a_finished_or_set_aside_unit_is_done(ledger: Ledger) -> None:
    finished, lost = spread(ledger, 2)
    finish(ledger, finished)
    ledger.fail(take(ledger, lost), "broken", final=True)
    assert ledger.claim(finished, "me", LONG_S) == "done"
    assert ledger.claim(lost, "me", LONG_S) == "done"


def test_a_claim_carries_the_inputs_and_parameters_its_creator_gave(ledger: Ledger) -> None:
    params = {"file": "shard-0000.jsonl", "limits": {"pages": [1, 2]}, "ünïcode": "naïve – ok", "none": None}
    plan = UnitPlan(stage="retrieve", shard="0000", inputs=("jobs/job/discover/0-e1",), params=params)
    finish(ledger, submit(ledger), plan)
    claim = take(ledger, UnitId("job", "retrieve", "0000"))
    assert claim.inputs == ("jobs/job/discover/0-e1",)
    assert claim.params == params


def test_whoever_comes_with_a_claim_that_this_ledger_never_gave_is_refused(ledger: Ledger) -> None:
    unit = submit(ledger)
    strangers = [UnitId("ghost", "discover", "0"), UnitId("job", "parse", "0000"), unit]
    for claim in (Claim(each, 1, "worker/lost-with-its-server", (), {}) for each in strangers):
        assert ledger.beat(claim, LONG_S, Progress()) == "superseded"
        assert not ledger.commit(claim, "stale", {}, follow("retrieve", "0000"))
        assert ledger.fail(claim, "stale") == "superseded"
        assert not ledger.hand_back(claim)
        assert not ledger.report_death(claim.unit, "worker")
    assert ledger.reconcile() == []
    assert [job.id for job in ledger.jobs()] == ["job"]
    take(ledger, unit)


def test_beats_hold_a_unit_beyond_its_first_lease(ledger: Ledger, pause: Pause) -> None:
    claim = take(ledger, submit(ledger), SHORT_S)
    assert ledger.beat(claim, LONG_S, Progress(done=1)) == "ok"
    pause(SHORT_S + 0.05)
    assert ledger.reconcile() == []
    assert ledger.claim(claim.unit, "another", LONG_S) == "held"


def test_a_lapsed_lease_is_not_taken_over_before_its_fault_is_counted(ledger: Ledger, pause: Pause) -> None:
    claim = take(ledger, submit(ledger), SHORT_S)
    pause(SHORT_S + 0.05)
    assert ledger.claim(claim.unit, "another", LONG_S) == "lapsed"
    assert ledger.reconcile() == ["job:discover:0"]
    assert take(ledger, claim.unit).epoch > claim.epoch


def test_the_owner_of_a_lapsed_lease_is_fenced_off_even_before_anybody_else_claims(
    ledger: Ledger, pause: Pause
) -> None:
    claim = take(ledger, submit(ledger), SHORT_S)
    pause(SHORT_S + 0.05)
    ledger.reconcile()

    def is_fenced_off() -> bool:
        return (
            ledger.beat(claim, LONG_S, Progress()) == "superseded"
            and not ledger.commit(claim, "stale", {}, follow("retrieve", "0000"))
            and ledger.fail(claim, "stale") == "superseded"
            and not ledger.hand_back(claim)
        )

    assert is_fenced_off()
    successor = take(ledger, claim.unit)
    assert is_fenced_off()
    assert ledger.claim(UnitId("job", "retrieve", "0000"), "me", LONG_S) == "unknown"
    assert ledger.commit(successor, output_of(claim.unit), {})
    assert ledger.outputs("job")[Stage.DISCOVER] == (output_of(claim.unit),)


def test_an_owner_that_comes_back_before_anybody_noticed_goes_on(ledger: Ledger, pause: Pause) -> None:
    first, second = spread(ledger, 2)
    beating, committing = take(ledger, first, SHORT_S), take(ledger, second, SHORT_S)
    pause(SHORT_S + 0.05)
    assert ledger.beat(beating, LONG_S, Progress()) == "ok"
    assert ledger.commit(committing, output_of(second), {})
    assert ledger.reconcile() == []


def test_reconcile_takes_up_no_more_than_it_is_told_and_the_rest_next_time(ledger: Ledger, pause: Pause) -> None:
    for unit in spread(ledger, 3):
        take(ledger, unit, SHORT_S)
        pause(0.01)
    pause(SHORT_S + 0.05)
    assert ledger.reconcile(most=2) == ["job:retrieve:0000", "job:retrieve:0001"]
    assert ledger.reconcile(most=2) == ["job:retrieve:0002"]
    assert ledger.reconcile(most=2) == []


def test_a_commit_repeated_by_its_owner_is_accepted_and_counts_once(ledger: Ledger) -> None:
    claim = take(ledger, submit(ledger))
    tallies = {"documents": Tally(received=3, kept=2, rejected={"off_topic": 1})}
    for _ in range(3):
        assert ledger.commit(claim, output_of(claim.unit), tallies, follow("retrieve", "0000", items=2), items_done=3)
    view = ledger.view("job")
    assert view.stages[Stage.DISCOVER].tallies == tallies
    assert (view.stages[Stage.DISCOVER].items_done, view.stages[Stage.RETRIEVE].units) == (3, 1)


def test_a_commit_repeated_after_its_successors_have_moved_on_starts_nothing_anew(ledger: Ledger) -> None:
    claim = take(ledger, submit(ledger))
    ledger.commit(claim, output_of(claim.unit), {}, follow("retrieve", "0000"))
    retrieve = UnitId("job", "retrieve", "0000")
    finish(ledger, retrieve)
    assert ledger.commit(claim, output_of(claim.unit), {}, follow("retrieve", "0000", "0001"))
    assert ledger.claim(retrieve, "me", LONG_S) == "done"
    assert ledger.claim(UnitId("job", "retrieve", "0001"), "me", LONG_S) == "unknown"


def test_a_unit_handed_back_is_free_at_once_and_counts_no_fault(ledger: Ledger) -> None:
    unit = submit(ledger, failure={"work_attempts": 1, "machine_attempts": 1})
    for _ in range(4):
        claim = take(ledger, unit)
        assert ledger.hand_back(claim)
        assert not ledger.hand_back(claim), "it holds nothing any more"
    finish(ledger, unit)


def test_whoever_handed_a_unit_back_or_failed_it_holds_it_no_more(ledger: Ledger) -> None:
    first, second = spread(ledger, 2)
    handed, failed = take(ledger, first), take(ledger, second)
    ledger.hand_back(handed)
    ledger.fail(failed, "no_answer")
    for claim in (handed, failed):
        assert ledger.beat(claim, LONG_S, Progress()) == "superseded"
        assert not ledger.commit(claim, "stale", {})
        assert ledger.fail(claim, "stale") == "superseded"
