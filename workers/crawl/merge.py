"""The same document found twice becomes one candidate."""

from __future__ import annotations

from collections.abc import Iterable

from workers.crawl.sources.contract import Found, Refused


def merged(findings: Iterable[Found | Refused]) -> tuple[list[Found], list[Refused]]:
    """Each address once: of several finds the one with the most to show, and a find before a refusal."""
    found: dict[str, Found] = {}
    refused: dict[str, Refused] = {}
    for item in findings:
        if isinstance(item, Refused):
            refused.setdefault(item.candidate.id, item)
            continue
        other = found.get(item.candidate.id)
        if other is None or _worth(item) > _worth(other):
            found[item.candidate.id] = item
    return list(found.values()), [item for key, item in refused.items() if key not in found]


def _worth(item: Found) -> tuple[bool, bool, int]:
    return bool(item.candidate.blob), bool(item.candidate.licence), len(item.candidate.title)
