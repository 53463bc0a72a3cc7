"""The items that a page describes in JSON-LD (https://www.w3.org/TR/json-ld11/#embedding-json-ld-in-html-documents)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, NamedTuple

_MAX_CHARACTERS = 2_000_000
"""Of one script; what describes one page stays below a tenth of it."""
_MAX_ITEMS = 1000


class Item(NamedTuple):
    """One described thing: its types in lower case, without their vocabulary, and its fields as they stand."""

    types: frozenset[str]
    fields: dict[str, Any]


def items(root: Any) -> Iterator[Item]:
    """The items at the top of each script and in its ``@graph``; scripts that are no JSON say nothing."""
    left = _MAX_ITEMS
    for script in root.iter("script"):
        text = script.text or ""
        if script.get("type") != "application/ld+json" or not 0 < len(text) <= _MAX_CHARACTERS:
            continue
        try:
            waiting = [json.loads(text, strict=False)]
        except (ValueError, RecursionError):
            continue
        while waiting and left:
            left -= 1
            each = waiting.pop()
            if isinstance(each, list):
                waiting += reversed(each)
            elif isinstance(each, dict):
                yield Item(frozenset(_type(name) for name in texts(each.get("@type"))), each)
                waiting += [each[key] for key in ("mainEntity", "@graph") if key in each]


def texts(value: Any) -> list[str]:
    """The texts in a field's value: itself, the names or addresses of items, or those of a list."""
    found = []
    for each in value if isinstance(value, list) else [value]:
        if isinstance(each, dict):
            each = each.get("name") or each.get("value") or each.get("url") or each.get("@id") or each.get("@value")
        if isinstance(each, str) and each.strip():
            found.append(each.strip())
    return found


def _type(name: str) -> str:
    return name.rpartition("/")[2].lower()
