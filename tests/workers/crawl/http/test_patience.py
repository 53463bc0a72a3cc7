"""Servers that are busy: whose pause is kept, by whom, and when it is too long."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from tests.workers.crawl.http.clients import client, refused, service, services
from tests.workers.crawl.site_server import Answer, serving
from tests.workers.turns import LeapingTurns
from workers.crawl.http.patience import ATTEMPTS, MAX_REST_S, retry_after_s


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("120", 120), (" 7 ", 7), ("0", 0), ("", 0), ("soon", 0), ("-5", 0), ("1.5", 0), ("²", 0),
        ("9" * 400, MAX_REST_S),
        ("Sat, 01 Jan 2000 00:00:00 GMT", 0),
        ("Fri, 31 Dec 9999 23:59:59 GMT", MAX_REST_S),
        ("Fri, 99 Dec 0000 23:59:59 -9999", 0),
    ],
)  # fmt: skip
def test_retry_after_is_read_as_seconds_or_date_and_never_trusted_too_far(value: str, seconds: float) -> None:
    assert retry_after_s(value) == seconds


def test_a_date_in_retry_after_is_the_time_until_then() -> None:
    soon = format_datetime(datetime.now(UTC) + timedelta(seconds=40), usegmt=True)
    assert retry_after_s(soon) == pytest.approx(40, abs=2)


def test_a_pause_that_one_worker_was_asked_for_is_kept_by_all() -> None:
    busy = Answer(status=429, headers={"Retry-After": "30"})
    with serving({"/api": lambda before: busy if before == 0 else Answer("{}")}) as site:
        known = services(service(f"{site.base}/api", shares_limit_with="library"))
        turns = LeapingTurns()
        client(site.base, services=known, turns=turns).get(f"{site.base}/api")
    assert turns.rests == [("library", 30.0)]
    (_, first), (_, second) = turns.starts
    assert second - first >= 30


def test_a_service_that_says_429_without_a_time_is_left_alone_for_longer_each_time() -> None:
    with serving({"/api": Answer(status=429)}) as site:
        known = services(service(f"{site.base}/api", backoff_s=60.0, patience_s=300.0))
        turns = LeapingTurns()
        error = refused(client(site.base, services=known, turns=turns), f"{site.base}/api")
        assert error.reason == "http_429"
        assert site.count("/api") == ATTEMPTS
    pauses = [seconds for _, seconds in turns.rests]
    assert [60 * 2**number <= pause <= 75 * 2**number for number, pause in enumerate(pauses[:3])] == [True] * 3
    assert max(pauses) <= 300 * 1.25


def test_a_host_that_rests_for_longer_than_anyone_waits_is_refused_without_asking_it() -> None:
    turns = LeapingTurns()
    with serving({"/api": Answer(status=503, headers={"Retry-After": "7200"})}) as site:
        known = services(service(f"{site.base}/api", shares_limit_with="library"))
        polite = client(site.base, services=known, turns=turns)
        assert refused(polite, f"{site.base}/api").reason == "http_503"
        assert turns.rests == [("library", 7200.0)]


def test_a_server_that_fails_without_asking_for_a_pause_puts_nobody_else_to_rest() -> None:
    turns = LeapingTurns()
    with serving({"/api": lambda before: Answer(status=502) if before == 0 else Answer("{}")}) as site:
        known = services(service(f"{site.base}/api"))
        assert client(site.base, services=known, turns=turns).get(f"{site.base}/api").body == b"{}"
    assert turns.rests == []
