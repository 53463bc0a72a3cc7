"""Content-Usage, in robots.txt groups and as a response header (draft-ietf-aipref-attach, draft-ietf-aipref-vocab)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from workers.crawl.permission.robots_groups import Rule, with_path
from workers.crawl.permission.statement import Said

REASON = "optout_content_usage"
_TRAIN = "train-ai"
_OLDER = ("ai", "genai", "train-genai")
"""Labels of earlier drafts that covered training; files that were written for those still stand."""


def in_robots(rules: Iterable[Rule], path: str, url: str, time: str) -> list[Said]:
    """What the group's lines say of ``path``: the longest path decides, of equal ones each counts."""
    return [
        said for rule, value in with_path(rules, "content-usage", path) for said in _said(value, rule.line, url, time)
    ]


def in_headers(headers: Mapping[str, str], url: str, time: str) -> list[Said]:
    """What the answer itself says of the copy it carries; ``headers`` has lower-case names."""
    value = headers.get("content-usage", "")
    return _said(value, f"Content-Usage: {value}", url, time)


def _said(value: str, line: str, url: str, time: str) -> list[Said]:
    preferences = _preferences(value)
    if _TRAIN in preferences:
        forbids = not preferences[_TRAIN]
    elif older := [preferences[label] for label in _OLDER if label in preferences]:
        forbids = not all(older)
    else:
        return []
    return [Said("signal", forbids, REASON if forbids else "", line, url, time)]


def _preferences(value: str) -> dict[str, bool]:
    """Label -> whether that use is allowed; a value that is no dictionary, or neither y nor n, states nothing."""
    import http_sf

    try:
        parsed = http_sf.parse(value.encode("ascii"), tltype="dictionary")
    except ValueError:  # of which its own error is one
        return {}
    preferences: dict[str, bool] = {}
    for label, item in parsed.items() if isinstance(parsed, dict) else ():
        word = item[0] if isinstance(item, tuple) else item
        if isinstance(word, http_sf.Token) and str(word) in ("y", "n"):
            preferences[label] = str(word) == "y"
    return preferences
