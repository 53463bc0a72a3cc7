"""How long busy servers ask to be left alone, in the ways they say it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from workers.llm.rest import rest_s

NOW = datetime(2026, 11, 23, 4, 0, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "7"}, 7),
        ({"retry-after": "0.5"}, 0.5),
        ({"retry-after-ms": "250", "retry-after": "7"}, 0.25),
        ({"retry-after": "Mon, 23 Nov 2026 04:00:30 GMT"}, 30),
        ({"retry-after": "Mon, 23 Nov 2026 03:59:30 GMT"}, 0),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "-5"}, None),
        ({"retry-after": "inf"}, None),
        ({"x-ratelimit-reset-requests": "6m0s", "x-ratelimit-reset-tokens": "20ms"}, 0.02),
        (
            {
                "x-ratelimit-remaining-requests": "0",
                "x-ratelimit-reset-requests": "1.5s",
                "x-ratelimit-remaining-tokens": "9",
                "x-ratelimit-reset-tokens": "6m0s",
            },
            1.5,
        ),
        ({"x-ratelimit-reset": str(int(NOW.timestamp()) + 12)}, 12),
        ({"x-ratelimit-reset": str((int(NOW.timestamp()) + 12) * 1000)}, 12),
        ({"ratelimit-reset": "3"}, 3),
        ({"x-ratelimit-reset": "tomorrow"}, None),
    ],
)
def test_the_wait_is_read_from_the_headers(headers: dict[str, str], seconds: float | None) -> None:
    assert rest_s(headers, NOW) == seconds
