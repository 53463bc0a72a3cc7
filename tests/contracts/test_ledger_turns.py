"""Ledger contract: how often a group of hosts is asked, how many at once, and when it is left alone."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from agent.ledger.contract import START_WITHIN_MS, Ledger, Limit, Wait

Pause = Callable[[float], None]

ARXIV = Limit("arxiv", 3.0, 1)
QUICK = Limit("a.example", 0.2, 10)
LEASE_S = 60.0


def refused(ledger: Ledger, limit: Limit, ticket: str) -> Wait:
    """The wait for a turn that is not granted."""
    wait = ledger.take_turn(limit, ticket, LEASE_S)
    assert wait is not None
    return wait


def test_a_turn_is_granted_at_once_and_the_next_start_keeps_its_distance(ledger: Ledger) -> None:
    assert ledger.take_turn(ARXIV, "one", LEASE_S) is None
    assert ledger.end_turn("arxiv", "one")
    wait = refused(ledger, ARXIV, "two")
    assert (wait.reason, wait.seconds) == ("spacing", pytest.approx(3.0, abs=0.2))


def test_another_group_does_not_wait(ledger: Ledger) -> None:
    assert ledger.take_turn(ARXIV, "one", LEASE_S) is None
    assert ledger.take_turn(QUICK, "two", LEASE_S) is None


def test_after_the_wait_that_was_named_the_turn_is_there(ledger: Ledger, pause: Pause) -> None:
    ledger.take_turn(QUICK, "one", LEASE_S)
    ledger.turn_started("a.example", "one", 0.0)
    pause(refused(ledger, QUICK, "two").seconds)
    assert ledger.take_turn(QUICK, "two", LEASE_S) is None


def test_the_slower_of_two_spacings_counts_whoever_came_first(ledger: Ledger) -> None:
    slow = Limit(QUICK.group, 30.0, 10)
    ledger.take_turn(QUICK, "one", LEASE_S)
    assert refused(ledger, slow, "two").seconds == pytest.approx(30.0, abs=0.2)
    ledger.take_turn(Limit("b.example", 30.0, 10), "one", LEASE_S)
    assert refused(ledger, Limit("b.example", 0.2, 10), "two").seconds == pytest.approx(30.0, abs=0.2)


def test_no_more_are_under_way_at_once_than_may_be(ledger: Ledger, pause: Pause) -> None:
    two_at_once = Limit("a.example", 0.01, 2)
    for ticket in ("one", "two"):
        assert ledger.take_turn(two_at_once, ticket, LEASE_S) is None
        ledger.turn_started("a.example", ticket, 0.0)
        pause(0.05)
    assert refused(ledger, two_at_once, "three").reason == "busy"
    assert ledger.end_turn("a.example", "one")
    assert ledger.take_turn(two_at_once, "three", LEASE_S) is None


def test_a_turn_whose_holder_died_lapses_and_says_so_when_it_comes_back(ledger: Ledger, pause: Pause) -> None:
    single = Limit("a.example", 0.01, 1)
    assert ledger.take_turn(single, "dead", 0.3) is None
    wait = refused(ledger, single, "two")
    assert (wait.reason, wait.seconds) == ("busy", pytest.approx(0.3, abs=0.2))
    pause(0.35)
    assert ledger.take_turn(single, "two", LEASE_S) is None
    assert not ledger.end_turn("a.example", "dead")
    assert refused(ledger, single, "three").reason == "busy"


def test_asking_again_under_the_same_ticket_is_the_same_turn(ledger: Ledger, pause: Pause) -> None:
    single = Limit("a.example", 0.01, 1)
    assert ledger.take_turn(single, "one", LEASE_S) is None
    assert ledger.take_turn(single, "one", LEASE_S) is None
    assert ledger.end_turn("a.example", "one")
    pause(0.05)
    assert ledger.take_turn(single, "two", LEASE_S) is None


def test_a_turn_ended_twice_is_ended_once(ledger: Ledger) -> None:
    ledger.take_turn(QUICK, "one", LEASE_S)
    assert ledger.end_turn("a.example", "one")
    assert not ledger.end_turn("a.example", "one")


def test_the_next_start_counts_from_the_sending_not_from_the_grant(ledger: Ledger) -> None:
    ledger.take_turn(ARXIV, "one", LEASE_S)
    ledger.turn_started("arxiv", "one", late_s=1.5)
    ledger.end_turn("arxiv", "one")
    assert refused(ledger, ARXIV, "two").seconds == pytest.approx(4.5, abs=0.2)


def test_nobody_is_granted_a_turn_while_the_one_before_has_not_sent(ledger: Ledger, pause: Pause) -> None:
    ledger.take_turn(QUICK, "one", LEASE_S)
    pause(0.3)
    wait = refused(ledger, QUICK, "two")
    assert (wait.reason, wait.seconds < 0.05) == ("spacing", True)
    ledger.turn_started("a.example", "one", late_s=0.3)
    assert refused(ledger, QUICK, "two").seconds == pytest.approx(0.2, abs=0.1)


@pytest.mark.parametrize("how", ["ends", "lapses"])
def test_a_turn_that_never_sent_holds_up_nobody_once_it_is_over(ledger: Ledger, pause: Pause, how: str) -> None:
    ledger.take_turn(QUICK, "one", 0.25 if how == "lapses" else LEASE_S)
    if how == "ends":
        ledger.end_turn("a.example", "one")
    pause(0.3)
    assert ledger.take_turn(QUICK, "two", LEASE_S) is None


def test_a_turn_that_does_not_get_to_send_holds_up_the_next_for_seconds_only(ledger: Ledger, pause: Pause) -> None:
    ledger.take_turn(QUICK, "one", LEASE_S)
    pause(START_WITHIN_MS / 1000 + 0.1)
    assert ledger.take_turn(QUICK, "two", LEASE_S) is None
    ledger.turn_started("a.example", "one", late_s=30.0)
    assert refused(ledger, QUICK, "three").seconds <= 0.3


def test_a_group_that_asked_for_rest_is_asked_by_nobody_until_it_is_over(ledger: Ledger, pause: Pause) -> None:
    ledger.rest("a.example", 0.4)
    wait = refused(ledger, QUICK, "one")
    assert (wait.reason, wait.seconds) == ("rest", pytest.approx(0.4, abs=0.2))
    assert ledger.take_turn(ARXIV, "one", LEASE_S) is None
    pause(0.45)
    assert ledger.take_turn(QUICK, "one", LEASE_S) is None


def test_a_shorter_rest_does_not_end_a_longer_one(ledger: Ledger) -> None:
    ledger.rest("a.example", 60)
    ledger.rest("a.example", 1)
    assert refused(ledger, QUICK, "one").seconds == pytest.approx(60, abs=0.5)
