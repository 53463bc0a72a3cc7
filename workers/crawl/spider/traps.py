"""Addresses that a site can go on making for ever: calendars, sort orders, paths that repeat themselves."""

from __future__ import annotations

import re
from collections import Counter
from urllib.parse import parse_qsl, urlsplit

LONGEST_ADDRESS = 2_000
"""Characters; longer ones are sessions and accidents (browsers and servers end near here too)."""

MOST_REPEATS = 3
"""Times one part may stand in a path; /a/b/a/b/a/b is a relative link that builds on itself."""

MOST_VARIANTS = 50
"""Addresses followed of one path with parameters of one set of names, such as /list?page=…&sort=…"""

_DIGITS = re.compile(r"\d+")


def is_trap(url: str) -> bool:
    """Whether an address shows by itself that it was made by accident."""
    if len(url) > LONGEST_ADDRESS:
        return True
    parts = [part for part in urlsplit(url).path.split("/") if part]
    return max(Counter(parts).values(), default=0) > MOST_REPEATS


def shape(url: str) -> str:
    """What addresses of one making have in common: digits and values of parameters left out."""
    parts = urlsplit(url)
    names = sorted({name for name, _ in parse_qsl(parts.query, keep_blank_values=True)})
    return f"{_DIGITS.sub('#', parts.path)}?{'&'.join(names)}"


class Variants:
    """Counts the addresses that differ by their parameters only."""

    def __init__(self, most: int = MOST_VARIANTS) -> None:
        self._most = most
        self._followed: Counter[str] = Counter()

    def one_too_many(self, url: str) -> bool:
        """Whether enough of this shape are followed already; one that is not counts from now on."""
        if not urlsplit(url).query:
            return False
        kind = shape(url)
        if self._followed[kind] >= self._most:
            return True
        self._followed[kind] += 1
        return False
