"""TDMRep, the reservation of text and data mining: a file of the site, response headers, meta elements, PDF metadata.

https://www.w3.org/community/reports/tdmrep/CG-FINAL-tdmrep-20240510/. A later level overrides an earlier one, and its
absence resets nothing.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from workers.crawl.glance import Statement
from workers.crawl.permission.path_pattern import matches
from workers.crawl.permission.statement import Said, Text

WELL_KNOWN = "/.well-known/tdmrep.json"
REASON = "optout_tdmrep"
_NAME = "tdm-reservation"


def statement_of(
    file: Text | None,
    headers: Mapping[str, str],
    meta: Iterable[Statement],
    *,
    path: str,
    url: str,
    time: str,
) -> Said | None:
    """What holds for the document after all levels, None when none of them says anything.

    ``headers`` has lower-case names; ``meta`` are the document's own elements, a PDF's metadata among them. A
    reservation refuses whatever its policy offers, since we hold no licence under any.
    """
    said = in_file(file, path) if file else None
    value = headers.get(_NAME, "")
    said = _said(value, f"{_NAME}: {value}", url, time) or said
    for statement in meta:
        if statement.name in (_NAME, "tdm:reservation"):
            said = _said(statement.value, statement.line, url, time) or said
    return said


def in_file(file: Text, path: str) -> Said | None:
    """What the site's file says of a path: the first of its rules that fits; a file that is none says nothing."""
    try:
        rules = json.loads(file.body)
    except (ValueError, RecursionError):
        return None
    for rule in rules if isinstance(rules, list) else []:
        if isinstance(rule, dict) and matches(str(rule.get("location", "")), path):
            return _said(rule.get(_NAME), json.dumps(rule, ensure_ascii=False)[:500], file.url, file.time)
    return None


def _said(value: Any, line: str, url: str, time: str) -> Said | None:
    """1 reserves, 0 does not, everything else is an error that counts as nothing; of a header that was sent several
    times, or a list, the strictest holds.
    """
    words = set(re.split(r"[,;\s\"]+", str(value))) if value is not None and not isinstance(value, bool) else set()
    if not words & {"0", "1"}:
        return None
    return Said("tdmrep", "1" in words, REASON if "1" in words else "", line, url, time)
