"""What worker and reader process say to each other, one JSON line a message."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from agent.job.records import Page, Record
from agent.spec import ParseConfig
from workers.parse.isolation.limits import Limits
from workers.parse.judge import Judgement
from workers.parse.read import Reading, ReadRequest


class Judging(Record):
    """What a reading is to be judged by."""

    page: Page
    config: ParseConfig


class Order(Record):
    """One thing to do with one document."""

    task: Literal["read", "count", "join"] = Field(
        "read", description="Read it; count the pages of a PDF; or join the readings of its ranges."
    )
    file: str = Field(description="Where its bytes lie; to join: its readings, one a line.")
    request: ReadRequest
    limits: Limits
    judging: Judging | None = Field(None, description="None: the reading is wanted as it is.")


class Answer(Record):
    """Progress, or what became of an order; exactly one field is set."""

    pages: tuple[int, int] | None = Field(None, description="Pages done and all pages; more answers follow.")
    count: int | None = None
    reading: Reading | None = None
    judgement: Judgement | None = None
    rejected: tuple[str, str] | None = Field(None, description="Reason and detail.")
    broken: str | None = Field(None, description="An error that no rule foresaw.")

    @property
    def ends(self) -> bool:
        """Whether nothing more comes for this order."""
        return self.pages is None
