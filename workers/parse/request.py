"""What the reader is told of a page, and how a reading that broke is called."""

from __future__ import annotations

from agent.errors import ArtifactCorrupt
from agent.job.records import Page
from agent.spec import ParseConfig
from workers.parse.isolation.process import ReaderFailed
from workers.parse.read import ReadRequest


def request_of(page: Page, config: ParseConfig) -> ReadRequest:
    """What the reader is told of a page beside its bytes."""
    return ReadRequest(
        url=page.url,
        media_type=page.headers.get("content-type") or page.media_type,
        max_pages=config.max_pages,
        ocr_language=config.ocr_language if config.ocr else None,
        pdf_layout=config.pdf_layout == "auto",
    )


def fault(error: ReaderFailed | ArtifactCorrupt) -> str:
    """The reason under which a document counts that failed without a rule saying no."""
    return "blob_missing" if isinstance(error, ArtifactCorrupt) else "parser_error"
