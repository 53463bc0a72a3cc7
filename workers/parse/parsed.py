"""What a reader makes of one document's bytes, before anything is judged."""

from __future__ import annotations

from pydantic import Field

from agent.job.records import Block, Record


class Parsed(Record):
    """The blocks of one document and what its own bytes say about it."""

    blocks: tuple[Block, ...]
    parser: str = Field(
        description="Which road read it: html | jats | pdf | ocr | markdown | rst | notebook | ocw | text."
    )
    title: str = ""
    authors: tuple[str, ...] = ()
    date: str = Field("", description="As the document states it, ISO 8601 where it could be read.")
    licence: str = Field("", description="SPDX expression the document itself states, else empty.")
    pages: int = Field(0, description="Pages of a paged document, else 0.")
    ocr_pages: int = Field(0, description="Pages read by OCR.")
