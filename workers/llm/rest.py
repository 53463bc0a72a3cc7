"""How long a server that is busy asks to be left alone."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

LATER_THAN_THIS_IS_A_DATE_S = 1_000_000_000.0
"""Some tell the time of the reset and not the seconds until it; no wait is 30 years long."""

_PART = re.compile(r"(\d+(?:\.\d+)?)(ms|us|µs|ns|s|m|h|d)")
_SECONDS = {"ns": 1e-9, "us": 1e-6, "µs": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
_RESETS = ("x-ratelimit-reset-requests", "x-ratelimit-reset-tokens", "x-ratelimit-reset", "ratelimit-reset")


def rest_s(headers: Mapping[str, str], now: datetime) -> float | None:
    """Seconds that these headers (names in lower case) ask for, None where they ask for nothing.

    In this order: ``retry-after-ms``, ``retry-after`` in seconds or as an HTTP date (RFC 9110, 10.2.3), the
    ``x-ratelimit-reset`` headers of the limits of which nothing remains, the soonest of all such resets.
    """
    milliseconds = _number(headers.get("retry-after-ms", ""))
    if milliseconds is not None:
        return milliseconds / 1000
    after = headers.get("retry-after", "")
    if after:
        seconds = _number(after)
        return seconds if seconds is not None else _until(after, now)
    resets = {name: wait for name in _RESETS if (wait := _duration(headers.get(name, ""), now)) is not None}
    spent = [wait for name, wait in resets.items() if headers.get(name.replace("reset", "remaining"), "") == "0"]
    return max(spent) if spent else min(resets.values(), default=None)


def _number(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if 0 <= value < float("inf") else None


def _until(text: str, now: datetime) -> float | None:
    try:
        then = parsedate_to_datetime(text)
    except ValueError:
        return None
    then = then if then.tzinfo else then.replace(tzinfo=UTC)
    return max(0.0, (then - now).total_seconds())


def _duration(text: str, now: datetime) -> float | None:
    """``6m0s``, ``20ms``, ``1.5`` seconds, or the moment as seconds or milliseconds since 1970."""
    value = _number(text)
    if value is None:
        parts = _PART.findall(text)
        whole = "".join(number + unit for number, unit in parts) == text
        return sum(float(number) * _SECONDS[unit] for number, unit in parts) if parts and whole else None
    if value >= 1000 * LATER_THAN_THIS_IS_A_DATE_S:
        value /= 1000
    return max(0.0, value - now.timestamp()) if value >= LATER_THAN_THIS_IS_A_DATE_S else value
