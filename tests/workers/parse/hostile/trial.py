"""Reads hostile files in one reader process, a good document after each, and notes what happened."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from agent.errors import DocumentRejected
from agent.job.records import Page
from agent.spec import ParseConfig
from tests.workers.parse.hostile.archives import ARCHIVES
from tests.workers.parse.hostile.hostile import SECRET, Hostile
from tests.workers.parse.hostile.markup import MARKUP, planted
from tests.workers.parse.hostile.papers import PAPERS
from tests.workers.parse.hostile.texts import TEXTS
from workers.parse.isolation.process import ReaderFailed, ReaderProcess
from workers.parse.prose import word_count
from workers.parse.read import ReadRequest

FILES: tuple[Hostile, ...] = (*PAPERS, *MARKUP, *ARCHIVES, *TEXTS)
CONFIG = ParseConfig(max_seconds=60, max_memory_mb=2048, max_text_mb=32, languages=(), min_words=1, min_quality=0)
"""A tenth of the time that a job allows, two thirds of its memory."""
GOOD = b"# A good document\n\nIt comes after the hostile one, and is read as if nothing had happened.\n"
PARSER_ERROR = "parser_error"


@dataclass(frozen=True)
class Ended:
    """What happened to one hostile file."""

    file: Hostile
    outcome: str
    """``read``, the reason it was refused with, or ``parser_error``."""
    detail: str
    seconds: float
    peak_mb: int
    size_bytes: int
    leaked: bool
    """Whether the reading holds a secret of this machine, or a script."""
    next_is_read: bool

    @property
    def as_it_must(self) -> bool:
        """Whether it ended in a way it may, and cost nobody else anything."""
        return self.outcome in self.file.ends and not self.leaked and self.next_is_read


def ended(files: Iterable[Hostile], scratch: Path) -> Iterator[Ended]:
    """What happened to each, in order, as it happens."""
    planted()
    with ReaderProcess(scratch) as reader:
        for file in files:
            content = file.build()
            before_s = time.monotonic()
            outcome, detail, text = _read(reader, file, content)
            seconds, peak_mb = time.monotonic() - before_s, reader.peak_mb
            good = reader.read(GOOD, ReadRequest(url="file:///good.md"), _go_on)
            yield Ended(
                file=file,
                outcome=outcome,
                detail=detail,
                seconds=seconds,
                peak_mb=peak_mb,
                size_bytes=len(content),
                leaked=any(secret in text for secret in (SECRET, "RAW-SCRIPT", "RAW-HTML")),
                next_is_read=good.parsed.title == "A good document",
            )


def _read(reader: ReaderProcess, file: Hostile, content: bytes) -> tuple[str, str, str]:
    """Outcome, detail and text."""
    page = Page(
        id="a", url=file.url, source="dir:/hostile", blob="0" * 64, size_bytes=len(content), media_type=file.media_type
    )
    request = ReadRequest(url=file.url, media_type=file.media_type, max_pages=CONFIG.max_pages, ocr_language="eng")
    try:
        judgement = reader.judged(content, request, page, CONFIG, _go_on)
    except DocumentRejected as rejected:
        return rejected.reason, rejected.detail, ""
    except ReaderFailed as failed:
        return PARSER_ERROR, str(failed), ""
    document = judgement.document
    if judgement.reason:
        return judgement.reason, judgement.detail, document.text
    return "read", f"{word_count(document.text)} words as {document.parser}", document.text


def _go_on() -> None:
    """Nobody asks us to stop."""
