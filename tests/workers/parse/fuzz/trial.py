"""Reads mutated documents in a reader process and counts how they end; what no rule foresaw is kept to be looked at."""

from __future__ import annotations

import hashlib
import re
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from hypothesis import HealthCheck, Phase, given, seed, settings

from agent.errors import DocumentRejected
from agent.job.records import Page
from agent.spec import ParseConfig
from tests.workers.parse.fuzz.inputs import Input, inputs, mutated
from workers.parse.isolation.process import ReaderFailed, ReaderProcess
from workers.parse.read import ReadRequest

CONFIG = ParseConfig(max_seconds=20, max_memory_mb=1536, languages=(), min_words=1, min_quality=0)
GRACE_S = 5.0
"""What may pass between a limit and the end of the reading: a look, a kill, the freeing of a gigabyte."""
_ROUND = 200
"""Documents generated under one seed."""


@dataclass
class Found:
    """What a run has found so far."""

    kept_in: Path
    """Folder that gets one document of each kind of unforeseen error."""
    outcomes: Counter[tuple[str, str]] = field(default_factory=Counter)
    """(extension, outcome) -> documents."""
    unforeseen: Counter[str] = field(default_factory=Counter)
    """Kind of error -> documents."""
    reproducers: dict[str, Path] = field(default_factory=dict)
    late: list[str] = field(default_factory=list)
    """Documents that took longer than their limit."""
    slowest_s: float = 0.0
    peak_mb: int = 0

    @property
    def documents(self) -> int:
        """Documents read so far."""
        return self.outcomes.total()


def fuzz(first_seed: int, scratch: Path, found: Found, *, until_s: float, documents: int = 1 << 60) -> int:
    """Read mutated documents until the monotonic clock says so, or so many were read; returns the last seed."""
    strategy = mutated(inputs())
    current = first_seed
    with ReaderProcess(scratch) as reader:
        while time.monotonic() < until_s and found.documents < documents:

            @seed(current)
            @settings(
                max_examples=min(_ROUND, documents - found.documents),
                database=None,
                deadline=None,
                phases=[Phase.generate],
                suppress_health_check=list(HealthCheck),
            )
            @given(strategy)
            def one_round(case: tuple[Input, bytes]) -> None:
                if time.monotonic() < until_s:
                    _read(reader, *case, found)

            one_round()
            current += 1
    return current - 1


def _read(reader: ReaderProcess, document: Input, content: bytes, found: Found) -> None:
    url = f"file:///fuzz/{document.name.removesuffix(document.extension)}{document.extension}"
    page = Page(id="a", url=url, source="dir:/fuzz", blob="0" * 64, size_bytes=len(content))
    began_s = time.monotonic()
    try:
        judgement = reader.judged(content, ReadRequest(url=url), page, CONFIG, lambda: None)
        judgement.model_dump_json()
        outcome = judgement.reason or "read"
    except DocumentRejected as rejected:
        outcome = rejected.reason
        if outcome == "parser_crashed":
            _keep(f"{outcome}: {rejected.detail}", document, content, found)
    except ReaderFailed as failed:
        outcome = "parser_error"
        _keep(str(failed), document, content, found)
    took_s = time.monotonic() - began_s
    found.slowest_s, found.peak_mb = max(found.slowest_s, took_s), max(found.peak_mb, reader.peak_mb)
    if took_s > CONFIG.max_seconds + GRACE_S:
        found.late.append(f"{document.name}: {took_s:.1f} s")
    found.outcomes[document.extension, outcome] += 1


def _keep(error: str, document: Input, content: bytes, found: Found) -> None:
    kind = f"{document.extension} {re.sub(r'[0-9]+', 'N', error)[:100]}"
    found.unforeseen[kind] += 1
    if kind not in found.reproducers:
        digest = hashlib.sha256(content).hexdigest()[:12]
        path = found.kept_in / f"{document.name.removesuffix(document.extension)}-{digest}{document.extension}"
        path.write_bytes(content)
        found.reproducers[kind] = path
