"""What a service says with each answer of how often it may be asked: it may be slower than its documents say."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping

_WINDOW = re.compile(r"(\d+(?:\.\d+)?)\s*(ms|s|m)?")
_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, None: 1.0}
_EPOCH_FROM = 1_000_000_000.0
"""A reset this large is a moment (seconds since 1970), a smaller one a time to wait."""


def stated_pause_s(headers: Mapping[str, str], interval_s: float) -> float:
    """Seconds to leave the host alone after this answer, 0 where our own interval keeps what it states.

    Read are Crossref's ``x-rate-limit-limit`` requests in each ``x-rate-limit-interval`` (``1s``), which differ by pool
    and kind of request, and ``x-ratelimit-remaining`` 0 with ``x-ratelimit-reset``, by which OpenAlex ends a day's
    budget: so that the next request is not the one too many. ``headers`` have lower-case names.
    """
    pause_s = 0.0
    limit, window = (
        _number(headers.get("x-rate-limit-limit", "")),
        _WINDOW.match(headers.get("x-rate-limit-interval", "")),
    )
    if limit and window and (between_s := float(window[1]) * _SECONDS[window[2]] / limit) > interval_s:
        pause_s = between_s
    remaining, reset_s = (
        _number(headers.get("x-ratelimit-remaining", "")),
        _number(headers.get("x-ratelimit-reset", "")),
    )
    if remaining == 0 and reset_s:
        pause_s = max(pause_s, reset_s - time.time() if reset_s > _EPOCH_FROM else reset_s)
    return pause_s


def _number(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if 0 <= value < float("inf") else None
