"""Ledger contract: how much is sent to each queue, from which jobs, and when again."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable

from agent.ledger.contract import Claim, Ledger, UnitId
from tests.contracts.jobs import a_worker, finish, follow, output_of, spread, submit, take

Pause = Callable[[float], None]


def shards(ledger: Ledger) -> list[str]:
    return [due.unit.shard for due in ledger.hand_out()]


def senders(ledger: Ledger) -> Counter[str]:
    return Counter(due.unit.job_id for due in ledger.hand_out())


def test_nothing_is_sent_while_no_worker_serves_the_queue(ledger: Ledger) -> None:
    submit(ledger)
    ledger.register(a_worker("parse", 4), 60)
    assert ledger.hand_out() == []


def test_about_twice_the_free_slots_are_sent_in_order_and_not_twice(ledger: Ledger) -> None:
    spread(ledger, 10)
    ledger.register(a_worker("crawl", 2), 60)
    assert shards(ledger) == ["0000", "0001", "0002", "0003"]
    assert shards(ledger) == []


def test_slots_of_all_workers_of_a_queue_add_up(ledger: Ledger) -> None:
    spread(ledger, 10)
    ledger.register(a_worker("crawl", 1, "one"), 60)
    ledger.register(a_worker("crawl", 2, "two"), 60)
    assert len(shards(ledger)) == 6


def test_busy_slots_get_nothing_and_freed_ones_again(ledger: Ledger) -> None:
    units = spread(ledger, 10)
    ledger.register(a_worker("crawl", 2), 60)
    ledger.hand_out()
    first, second = take(ledger, units[0]), take(ledger, units[1])
    assert shards(ledger) == [], "both slots are busy and two messages wait"
    for claim in (first, second):
        ledger.commit(claim, "done", {})
    assert shards(ledger) == ["0004", "0005"]


def test_each_unit_is_sent_to_the_queue_of_its_stage(ledger: Ledger) -> None:
    first, _ = spread(ledger, 2)
    finish(ledger, first, *follow("parse", "0000"))
    ledger.register(a_worker("crawl", 1), 60)
    ledger.register(a_worker("parse", 1), 60)
    sent = {(due.unit.stage, due.unit.shard, due.queue) for due in ledger.hand_out()}
    assert sent == {("retrieve", "0001", "crawl"), ("parse", "0000", "parse")}


def test_a_small_job_does_not_wait_behind_a_large_one(ledger: Ledger) -> None:
    spread(ledger, 30, "large")
    ledger.register(a_worker("crawl", 4), 60)
    for due in ledger.hand_out():
        take(ledger, due.unit)
    spread(ledger, 2, "small")
    ledger.register(a_worker("crawl", 6, "more"), 60)
    assert senders(ledger) == {"large": 2, "small": 2}


def test_a_small_job_behind_hundreds_of_units_and_a_few_busy_slots_is_sent_within_two_turns_of_them(
    ledger: Ledger,
) -> None:
    slots = 3
    spread(ledger, 400, "large")
    ledger.register(a_worker("crawl", slots), 60)
    messages: deque[UnitId] = deque()
    running: list[Claim] = []

    def every_slot_ends_its_unit_and_takes_the_next_message() -> None:
        """As workers do: what is due is sent after each commit."""
        while running:
            claim = running.pop()
            assert ledger.commit(claim, output_of(claim.unit), {})
            messages.extend(due.unit for due in ledger.hand_out())
        while messages and len(running) < slots:
            running.append(take(ledger, messages.popleft()))

    messages.extend(due.unit for due in ledger.hand_out())
    for _ in range(4):
        every_slot_ends_its_unit_and_takes_the_next_message()
    small = submit(ledger, "small")
    for _ in range(2):
        every_slot_ends_its_unit_and_takes_the_next_message()
    assert small in messages or small in [claim.unit for claim in running]


def test_a_newcomer_does_not_jump_the_turns_that_others_have_saved_up(ledger: Ledger) -> None:
    ledger.register(a_worker("crawl", 8), 60)
    spread(ledger, 40, "first")
    assert senders(ledger) == {"first": 16}
    spread(ledger, 40, "second")
    ledger.register(a_worker("crawl", 8, "more"), 60)
    assert senders(ledger) == {"first": 8, "second": 8}


def test_a_job_that_waits_for_a_retry_saves_no_turns_up_for_itself_or_for_newcomers(
    ledger: Ledger, pause: Pause
) -> None:
    (retried,) = spread(ledger, 1, "retrying")
    ledger.fail(take(ledger, retried), "no_answer", backoff_s=0.3)
    spread(ledger, 60, "steady")
    ledger.register(a_worker("crawl", 10), 60)
    assert senders(ledger) == {"steady": 20}
    pause(0.35)
    spread(ledger, 60, "newcomer")
    ledger.register(a_worker("crawl", 10, "more"), 60)
    sent = senders(ledger)
    assert sent["retrying"] == 1
    assert sent["steady"] >= 9, "the newcomer starts where the steady job is"


def test_a_larger_priority_gets_a_larger_share(ledger: Ledger) -> None:
    spread(ledger, 40, "urgent", priority=9)
    spread(ledger, 40, "patient", priority=0)
    ledger.register(a_worker("crawl", 11), 60)
    sent = senders(ledger)
    assert sent.total() == 22
    assert 19 <= sent["urgent"] <= 21, "ten to one, rounded to whole turns"


def test_a_unit_whose_message_nobody_claims_is_sent_again_and_later_less_often(
    ledger: Ledger, pause: Pause, rearm_s: float
) -> None:
    unit = submit(ledger)
    ledger.register(a_worker("crawl", 1), 60)
    assert [due.unit for due in ledger.hand_out()] == [unit]
    assert ledger.reconcile() == []
    pause(rearm_s + 0.05)
    assert ledger.reconcile() == ["job:discover:0"]
    assert [due.unit for due in ledger.hand_out()] == [unit]
    pause(rearm_s + 0.05)
    assert ledger.reconcile() == [], "the second wait is twice as long"
    pause(rearm_s)
    assert ledger.reconcile() == ["job:discover:0"]


def test_a_unit_that_was_claimed_once_is_sent_again_as_soon_as_at_first(
    ledger: Ledger, pause: Pause, rearm_s: float
) -> None:
    unit = submit(ledger)
    ledger.register(a_worker("crawl", 1), 60)
    for _ in range(2):
        assert [due.unit for due in ledger.hand_out()] == [unit]
        ledger.hand_back(take(ledger, unit))
    assert [due.unit for due in ledger.hand_out()] == [unit]
    pause(rearm_s + 0.05)
    assert ledger.reconcile() == ["job:discover:0"]


def test_a_unit_that_was_claimed_is_not_sent_again(ledger: Ledger, pause: Pause, rearm_s: float) -> None:
    unit = submit(ledger)
    ledger.register(a_worker("crawl", 2), 60)
    ledger.hand_out()
    take(ledger, unit)
    pause(rearm_s + 0.05)
    assert ledger.reconcile() == []
    assert ledger.hand_out() == []


def test_a_lapsed_unit_is_sent_again(ledger: Ledger, pause: Pause) -> None:
    unit = submit(ledger)
    ledger.register(a_worker("crawl", 1), 60)
    ledger.hand_out()
    take(ledger, unit, 0.2)
    pause(0.25)
    ledger.reconcile()
    assert [due.unit for due in ledger.hand_out()] == [unit]


def test_slots_of_workers_that_went_away_do_not_count(ledger: Ledger, pause: Pause) -> None:
    spread(ledger, 10)
    ledger.register(a_worker("crawl", 3, "silent"), 0.2)
    ledger.register(a_worker("crawl", 3, "stopped"), 60)
    ledger.register(a_worker("crawl", 1, "here"), 60)
    ledger.unregister("stopped")
    pause(0.25)
    assert len(shards(ledger)) == 2


def test_a_worker_that_announces_fewer_slots_or_other_queues_is_counted_by_its_last_word(ledger: Ledger) -> None:
    spread(ledger, 10)
    ledger.register(a_worker("crawl", 4, "shrinking"), 60)
    ledger.register(a_worker("crawl", 1, "shrinking"), 60)
    ledger.register(a_worker("crawl", 4, "moving"), 60)
    ledger.register(a_worker("parse", 4, "moving"), 60)
    assert len(shards(ledger)) == 2
