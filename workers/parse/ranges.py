"""Long PDFs in ranges of pages: what a unit hands to the units that read its long documents, and what they hand on."""

from __future__ import annotations

import math
from collections.abc import Iterator

from pydantic import Field

from agent.contract import Stage
from agent.job.artifacts import UnitPlan
from agent.job.records import Page, Record
from workers.parse.read import Reading

DOCUMENTS_FILE = "documents.jsonl"
DIVIDED_FILE = "divided.jsonl"
PARTS_FILE = "parts.jsonl"
PARTS = "page ranges"
"""What units that read ranges count, beside the documents: a divided document is counted once, by who divided it."""

_MAGIC_REACH_BYTES = 1024


class Divided(Record):
    """A document that several units read side by side."""

    page: Page
    shard: str = Field(description="Of the unit that divided it.")
    ranges: tuple[tuple[int, int], ...] = Field(description="First and last page of each range, from 1, in order.")

    def shard_of(self, first_page: int) -> str:
        """The shard of the unit that reads this range; those of one document sort in the order of their pages."""
        return f"{self.shard}-{self.page.id}-{first_page:05d}"


class Part(Record):
    """What became of one range of a divided document."""

    document: str = Field(description="Id of the document.")
    first_page: int
    reading: Reading | None = Field(None, description="None where the range could not be read.")
    reason: str = ""
    detail: str = ""


class Range(Record):
    """Which pages of which document a unit reads; the parameters of such a unit."""

    document: str
    first_page: int
    last_page: int


def may_be_long(content: bytes) -> bool:
    """Whether the pages are worth counting."""
    return b"%PDF-" in content[:_MAGIC_REACH_BYTES]


def page_count(content: bytes) -> int:
    """Pages of a PDF.

    Raises:
        DocumentRejected: it cannot be opened.
    """
    from workers.parse.pdf.open import opened

    with opened(content) as book:
        return int(book.page_count)


def ranges_of(pages: int, most: int) -> tuple[tuple[int, int], ...]:
    """The fewest ranges of at most ``most`` pages, as even as can be: nobody waits for a long last one."""
    count = math.ceil(pages / most)
    return tuple((pages * index // count + 1, pages * (index + 1) // count) for index in range(count))


def units_of(divided: Divided, path: str) -> Iterator[UnitPlan]:
    """The units that read the ranges of a document; ``path`` is the artifact that says how it is divided."""
    for first, last in divided.ranges:
        yield UnitPlan(
            stage=Stage.PARSE,
            shard=divided.shard_of(first),
            inputs=(path,),
            params=Range(document=divided.page.id, first_page=first, last_page=last).model_dump(),
        )
