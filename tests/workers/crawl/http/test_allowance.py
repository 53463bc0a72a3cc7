"""A service's own word, with each answer, on how often it may be asked."""

from __future__ import annotations

import time

import pytest

from workers.crawl.http.allowance import stated_pause_s


@pytest.mark.parametrize(
    ("headers", "interval_s", "pause_s"),
    [
        ({}, 1.0, 0.0),
        ({"x-rate-limit-limit": "5", "x-rate-limit-interval": "1s"}, 0.5, 0.0),
        ({"x-rate-limit-limit": "1", "x-rate-limit-interval": "1s"}, 0.5, 1.0),
        ({"x-rate-limit-limit": "2", "x-rate-limit-interval": "1m"}, 0.5, 30.0),
        ({"x-rate-limit-limit": "0", "x-rate-limit-interval": "1s"}, 0.5, 0.0),
        ({"x-rate-limit-limit": "many", "x-rate-limit-interval": "1s"}, 0.5, 0.0),
        ({"x-rate-limit-limit": "5", "x-rate-limit-interval": "soon"}, 0.5, 0.0),
        ({"x-ratelimit-remaining": "17", "x-ratelimit-reset": "3600"}, 0.2, 0.0),
        ({"x-ratelimit-remaining": "0", "x-ratelimit-reset": "3600"}, 0.2, 3600.0),
        ({"x-ratelimit-remaining": "0", "x-ratelimit-reset": "nan"}, 0.2, 0.0),
        ({"x-ratelimit-remaining": "0"}, 0.2, 0.0),
    ],
)
def test_only_what_is_slower_than_our_own_pace_asks_for_a_pause(
    headers: dict[str, str], interval_s: float, pause_s: float
) -> None:
    assert stated_pause_s(headers, interval_s) == pause_s


def test_a_reset_may_be_a_moment() -> None:
    headers = {"x-ratelimit-remaining": "0", "x-ratelimit-reset": str(time.time() + 60)}
    assert 55 < stated_pause_s(headers, 1.0) <= 60
