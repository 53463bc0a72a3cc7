"""Content-Signal, in robots.txt groups and as a response header (https://contentsignals.org)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from workers.crawl.permission.robots_groups import Rule, with_path
from workers.crawl.permission.statement import Said

REASON = "optout_content_signal"
_TRAIN = re.compile(r"(?:^|[,;\s])ai-train\s*=\s*[\"']?(yes|no)\b", re.IGNORECASE)


def in_robots(rules: Iterable[Rule], path: str, url: str, time: str) -> list[Said]:
    """What the group's lines say of ``path``; ``search`` and ``ai-input`` are not about training and say nothing, nor
    does a line of theirs for a longer path lift what another says of training.
    """
    about_training = [rule for rule in rules if _TRAIN.search(rule.value)]
    return [
        said
        for rule, value in with_path(about_training, "content-signal", path)
        for said in _said(value, rule.line, url, time)
    ]


def in_headers(headers: Mapping[str, str], url: str, time: str) -> list[Said]:
    """What the answer itself says; ``headers`` has lower-case names."""
    value = headers.get("content-signal", "")
    return _said(value, f"Content-Signal: {value}", url, time)


def _said(value: str, line: str, url: str, time: str) -> list[Said]:
    answers = {answer.lower() for answer in _TRAIN.findall(value)}
    if not answers:
        return []
    forbids = "no" in answers
    return [Said("signal", forbids, REASON if forbids else "", line, url, time)]
