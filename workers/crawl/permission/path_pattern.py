"""Path patterns as robots.txt has them, which Content-Usage, TDMRep, RSL and ai.txt all take over."""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import quote, urlsplit

_KEPT = "/?:@!$&'()*+,;=%-._~[]#"
"""Characters of an address that are compared as they are; the others are percent-encoded on both sides."""


def path_of(url: str) -> str:
    """What a pattern is held against: the path with its query, ``/`` at least."""
    parts = urlsplit(url)
    return quote((parts.path or "/") + (f"?{parts.query}" if parts.query else ""), safe=_KEPT)


def matches(pattern: str, path: str) -> bool:
    """Whether a pattern fits a path from its beginning; ``*`` stands for anything, a last ``$`` for the end (RFC 9309,
    2.2.3). The empty pattern fits nothing.
    """
    return bool(pattern) and _compiled(pattern).match(path) is not None


@lru_cache(maxsize=4096)
def _compiled(pattern: str) -> re.Pattern[str]:
    encoded = quote(pattern, safe=_KEPT)
    ended = encoded.endswith("$")
    # Runs of stars mean one: left as they are they take exponential time on a hostile file.
    literals = [re.escape(part) for part in re.split(r"\*+", encoded.removesuffix("$"))]
    return re.compile(".*?".join(literals) + ("$" if ended else ""), re.DOTALL)
