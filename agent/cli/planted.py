"""What became of the cases that the demo site plants. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any
from urllib.parse import urlsplit

from agent.report.evidence import DocumentRead, RejectedItem
from agent.report.words import spoken, stage_name


@dataclass(frozen=True)
class PlantedCase:
    """One trap of the site and whether it was handled."""

    name: str
    path: str
    found: str
    handled: bool

    def payload(self) -> dict[str, Any]:
        """As JSON can hold it."""
        return asdict(self)


@dataclass(frozen=True)
class _Trap:
    name: str
    paths: tuple[str, ...]
    """Pages or folders of the site; any of them may be the one that goes."""
    caught_by: Callable[[str], bool]
    """Whether a rejection with this reason is the right answer."""


_TRAPS = (
    _Trap("closed by robots.txt", ("/private/lab-notes.html",), lambda reason: "robots" in reason),
    _Trap("licence forbids derivatives", ("/library/all-rights.html",), lambda reason: "licence" in reason),
    _Trap(
        "near duplicate",
        ("/mirror/grover.html", "/algorithms/grover.html"),
        lambda reason: "duplicate" in reason,
    ),
    _Trap("off the subject", ("/garden/",), lambda reason: reason == "off_topic"),
)
_SCAN = "/papers/quantum-annealing-scan.pdf"


def planted_cases(rejected: Sequence[RejectedItem], read: Sequence[DocumentRead]) -> list[PlantedCase]:
    """Each case with what the job did about it."""
    return [*(_trap_case(trap, rejected) for trap in _TRAPS), _scan_case(rejected, read)]


def _trap_case(trap: _Trap, rejected: Sequence[RejectedItem]) -> PlantedCase:
    hits = [item for item in rejected if urlsplit(item.url).path.startswith(trap.paths)]
    right = [item for item in hits if trap.caught_by(item.reason)]
    for item in right or hits:
        pages = f" ({len(right)} pages)" if len(right) > 1 else ""
        path = trap.paths[0] if len(right) > 1 else urlsplit(item.url).path
        return PlantedCase(
            trap.name,
            path,
            f"rejected in “{stage_name(item.stage)}”: {spoken(item.reason)}{pages}",
            bool(right),
        )
    return PlantedCase(trap.name, trap.paths[0], "it was taken", False)


def _scan_case(rejected: Sequence[RejectedItem], read: Sequence[DocumentRead]) -> PlantedCase:
    name = "scan without a text layer"
    for document in read:
        if urlsplit(document.url).path == _SCAN:
            by = "read by Tesseract" if document.parser == "ocr" else f"read as {document.parser}"
            return PlantedCase(name, _SCAN, by, document.parser == "ocr")
    for item in rejected:
        if urlsplit(item.url).path == _SCAN:
            return PlantedCase(name, _SCAN, f"rejected in “{stage_name(item.stage)}”: {spoken(item.reason)}", False)
    return PlantedCase(name, _SCAN, "it was not found", False)
