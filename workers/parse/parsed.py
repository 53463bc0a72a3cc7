"""What a reader makes of one document's bytes, before anything is judged."""

from __future__ import annotations

from pydantic import Field

from agent.job.records import Block, Decision, Record


class Parsed(Record):
    """The blocks of one document and what its own bytes say about it."""

    blocks: tuple[Block, ...]
    parser: str = Field(
        description=(
            "Which road read it: html | jats | pdf | ocr | markdown | rst | latex | notebook | epub | docx | ocw | "
            "text."
        )
    )
    title: str = ""
    authors: tuple[str, ...] = ()
    date: str = Field("", description="As the document states it, ISO 8601 where it could be read.")
    licence: str = Field("", description="SPDX expression the document itself states, else empty.")
    doi: str = Field("", description="Lower case, without https://doi.org/, where the document states its own.")
    language: str = Field("", description="ISO 639-1 code that the document declares, right or wrong.")
    opt_outs: tuple[str, ...] = Field((), description="Lines that object to use for training, as they stand.")
    obtained: dict[str, str] = Field(
        default_factory=dict, description="Field that is filled -> where it was read, for example 'JSON-LD headline'."
    )
    decisions: tuple[Decision, ...] = Field((), description="What the reader chose, in order.")
    pages: int = Field(0, description="Pages of a paged document that were read, else 0.")
    ocr_pages: int = Field(0, description="Pages read by OCR.")
