"""The licence that a page states of itself in JSON-LD, in the words of schema.org (https://schema.org/license)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from workers.crawl.stated import Statement

_TEXTS = frozenset(
    {
        "WebPage", "Article", "ScholarlyArticle", "MedicalScholarlyArticle", "TechArticle", "NewsArticle",
        "BlogPosting", "Book", "Chapter", "Course", "LearningResource", "CreativeWork", "Report", "Thesis",
    }
)  # fmt: skip
"""What a page is or holds as text; the licence of an image, a data set or a program in it is not the page's."""


def licences_in(blocks: Iterable[str]) -> list[Statement]:
    """The licences stated of the page or its text; a block that is no JSON says nothing."""
    found = []
    for block in blocks:
        if '"license"' not in block:
            continue  # most say nothing of it, and reading one takes time
        try:
            data = json.loads(block)
        except (ValueError, RecursionError):
            continue
        for item in _items(data):
            if not _TEXTS & set(map(str, _listed(item.get("@type")))):
                continue
            for licence in _listed(item.get("license")):
                value = licence.get("@id") or licence.get("url") or licence.get("name") if _is(licence) else licence
                if isinstance(value, str) and value.strip():
                    found.append(Statement("licence", value, f'"license": {json.dumps(value, ensure_ascii=False)}'))
    return found


def _items(data: Any) -> Iterator[dict[str, Any]]:
    """The things that are described at the top, each with what it says that it is mainly about."""
    for item in _listed(data):
        if _is(item):
            yield item
            for further in (*_listed(item.get("@graph")), *_listed(item.get("mainEntity"))):
                if _is(further):
                    yield further


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _is(value: Any) -> bool:
    return isinstance(value, dict)
