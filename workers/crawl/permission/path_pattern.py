"""Path patterns as robots.txt has them, which Content-Usage, TDMRep, RSL and ai.txt all take over."""

from __future__ import annotations

import re
from urllib.parse import quote, urlsplit

_KEPT = "/?:@!$&'()*+,;=%-._~[]#"
"""Characters of an address that are compared as they are; the others are percent-encoded on both sides."""

_ENCODED = re.compile(r"%([0-9A-Fa-f]{2})")
_UNRESERVED = re.compile(r"[A-Za-z0-9._~-]")


def path_of(url: str) -> str:
    """What a pattern is held against: the path with its query, ``/`` at least."""
    parts = urlsplit(url)
    return _normal((parts.path or "/") + (f"?{parts.query}" if parts.query else ""))


def matches(pattern: str, path: str) -> bool:
    """Whether a pattern fits a path from its beginning; ``*`` stands for anything, a last ``$`` for the end (RFC 9309,
    2.2.3). The empty pattern fits nothing.

    Each literal part is taken where it first fits, which finds a fit whenever there is one and takes linear time on
    hostile patterns, where a regular expression takes exponential time.
    """
    if not pattern:
        return False
    ended = pattern.endswith("$")
    first, *others = _normal(pattern.removesuffix("$")).split("*")
    if not path.startswith(first):
        return False
    if not others:
        return not ended or path == first
    at = len(first)
    *middle, last = others
    for part in middle:
        if (found := path.find(part, at)) < 0:
            return False
        at = found + len(part)
    if ended:
        return len(path) - len(last) >= at and path.endswith(last)
    return path.find(last, at) >= 0


def _normal(text: str) -> str:
    """Percent-encoding of what needs it, and of nothing else (RFC 3986, 6.2.2)."""
    return _ENCODED.sub(_decoded_if_unreserved, quote(text, safe=_KEPT))


def _decoded_if_unreserved(match: re.Match[str]) -> str:
    sign = chr(int(match[1], 16))
    return sign if _UNRESERVED.fullmatch(sign) else match[0].upper()
