"""Ledger contract: what an operator reads of queues and leases, and what a stalled stage says it waits for."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from agent.contract import Stage
from agent.ledger.contract import Ledger, Progress, QueueHealth, UnitId, Waiting
from tests.contracts.jobs import LONG_S, a_worker, finish, follow, spread, submit, take

Pause = Callable[[float], None]
SLACK_S = 0.25
"""What a busy server may add to a time that was slept."""


def queue(ledger: Ledger, name: str = "crawl") -> QueueHealth:
    return next(each for each in ledger.health().queues if each.queue == name)


def waiting(ledger: Ledger, stage: Stage = Stage.RETRIEVE) -> Waiting:
    return ledger.view("job").stages[stage].waiting


def test_an_idle_cluster_has_nothing_to_report(ledger: Ledger) -> None:
    health = ledger.health()
    assert (health.queues, health.lapsed, health.reconciled_s_ago) == ((), (), None)
    assert health.now_ms > 1_700_000_000_000
    assert not health.server.loading and health.server.aof_enabled and health.server.aof_last_write_ok
    assert health.server.maxmemory_policy == "noeviction"


def test_a_queue_counts_what_waits_what_is_under_way_and_what_runs(ledger: Ledger) -> None:
    first, *_ = spread(ledger, 7)
    ledger.register(a_worker("crawl", 2, "b"), 60)
    ledger.register(a_worker("crawl", 1, "a"), 60)
    ledger.hand_out()
    take(ledger, first)
    shown = queue(ledger)
    assert (shown.queued, shown.sent, shown.running, shown.slots, shown.workers) == (1, 5, 1, 3, ("a", "b"))
    assert shown.held == {"job": 1}


def test_a_queue_that_nobody_serves_and_a_worker_without_work_are_both_shown(ledger: Ledger) -> None:
    submit(ledger)
    ledger.register(a_worker("parse", 2, "idle"), 60)
    assert ledger.health().queues == (
        QueueHealth("crawl", queued=1),
        QueueHealth("parse", slots=2, workers=("idle",)),
    )


def test_a_queue_whose_work_is_done_is_not_shown(ledger: Ledger) -> None:
    finish(ledger, submit(ledger))
    assert [each.queue for each in ledger.health().queues] == ["parse"]


def test_work_that_waits_for_a_second_try_and_work_of_a_cancelled_job_is_not_due(ledger: Ledger) -> None:
    retried, *_ = spread(ledger, 3)
    ledger.fail(take(ledger, retried), "no_answer", backoff_s=LONG_S)
    submit(ledger, "other")
    assert queue(ledger).queued == 3
    ledger.cancel("other")
    assert queue(ledger).queued == 2


def test_the_age_of_a_message_counts_from_the_first_that_nobody_claimed(
    ledger: Ledger, pause: Pause, rearm_s: float
) -> None:
    unit = submit(ledger)
    ledger.register(a_worker("crawl", 1), 60)
    ledger.hand_out()
    assert queue(ledger).oldest_sent_s == pytest.approx(0, abs=SLACK_S)
    pause(rearm_s + 0.1)
    ledger.reconcile()
    assert queue(ledger).oldest_sent_s is None, "it is queued again"
    ledger.hand_out()
    assert queue(ledger).oldest_sent_s == pytest.approx(rearm_s + 0.1, abs=SLACK_S)
    ledger.hand_back(take(ledger, unit))
    ledger.hand_out()
    assert queue(ledger).oldest_sent_s == pytest.approx(0, abs=SLACK_S)


def test_lapsed_leases_are_named_until_somebody_reconciles(ledger: Ledger, pause: Pause) -> None:
    first, second, third = spread(ledger, 3)
    take(ledger, second, 0.1)
    take(ledger, first, 0.2)
    take(ledger, third)
    pause(0.4)
    lapsed = ledger.health().lapsed
    assert [each.unit for each in lapsed] == [second, first]
    assert [each.overdue_s for each in lapsed] == pytest.approx([0.3, 0.2], abs=SLACK_S)
    ledger.reconcile()
    assert ledger.health().lapsed == ()


def test_the_last_round_of_a_control_worker_is_remembered(ledger: Ledger, pause: Pause) -> None:
    ledger.reconcile()
    pause(0.3)
    assert ledger.health().reconciled_s_ago == pytest.approx(0.3, abs=SLACK_S)


def test_a_stage_whose_units_all_wait_for_a_second_try_says_when_and_why(ledger: Ledger) -> None:
    first, second, third = spread(ledger, 3)
    ledger.fail(take(ledger, first), "no_answer", backoff_s=40)
    ledger.fail(take(ledger, second), "server_error", backoff_s=20)
    assert waiting(ledger) == Waiting(), "a third unit is due"
    claim = take(ledger, third)
    assert waiting(ledger).retry_in_s is None, "a third unit runs"
    ledger.fail(claim, "timed_out", backoff_s=60)
    said = waiting(ledger)
    assert said.retry_in_s == pytest.approx(20, abs=SLACK_S)
    assert (said.shard, said.retry_reason) == (second.shard, "server_error")
    assert (said.silent_s, said.lapsing_in_s) == (None, None)


def test_a_retry_that_is_due_or_under_way_is_not_waited_for(ledger: Ledger, pause: Pause) -> None:
    (unit,) = spread(ledger, 1)
    ledger.register(a_worker("crawl", 1), 60)
    ledger.fail(take(ledger, unit), "no_answer", backoff_s=0.1)
    pause(0.15)
    assert waiting(ledger) == Waiting()
    assert ledger.hand_out()
    assert waiting(ledger) == Waiting()


def test_a_running_stage_tells_the_silence_of_its_most_silent_unit_and_when_its_lease_ends(
    ledger: Ledger, pause: Pause
) -> None:
    first, second, _ = spread(ledger, 3)
    speaking, silent = take(ledger, first, 5), take(ledger, second, 10)
    pause(0.3)
    ledger.beat(speaking, 5, Progress(1, 2))
    said = waiting(ledger)
    assert (said.shard, said.owner) == (second.shard, silent.owner)
    assert said.silent_s == pytest.approx(0.3, abs=SLACK_S)
    assert said.lapsing_in_s == pytest.approx(9.7, abs=SLACK_S)
    assert said.retry_in_s is None
    assert waiting(ledger, Stage.PARSE) == Waiting()


def test_an_overdue_lease_is_told_with_a_negative_time(ledger: Ledger, pause: Pause) -> None:
    take(ledger, submit(ledger), 0.1)
    pause(0.4)
    said = waiting(ledger, Stage.DISCOVER)
    assert said.lapsing_in_s == pytest.approx(-0.3, abs=SLACK_S)
    ledger.reconcile()
    assert waiting(ledger, Stage.DISCOVER) == Waiting()


def test_units_of_several_stages_on_one_queue_are_told_apart(ledger: Ledger) -> None:
    finish(ledger, submit(ledger), *follow("train", "0"), *follow("evaluate", "0"))
    ledger.fail(take(ledger, UnitId("job", "train", "0")), "out of memory", backoff_s=30)
    assert waiting(ledger, Stage.TRAIN).retry_reason == "out of memory"
    assert waiting(ledger, Stage.EVALUATE) == Waiting()
