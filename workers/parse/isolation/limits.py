"""What reading one document may take: the limits of a reader process, and those a job sets for each document."""

from __future__ import annotations

from pydantic import Field

from agent.job.records import Record
from agent.spec import ParseConfig

PAGE_TIMEOUT_S = 120.0
"""Seconds without a finished page after which a parser counts as hung: twice what OCR may take for one page."""
MAX_OPEN_FILES = 256
"""A reader with every library loaded holds 20 to 30."""
MAX_FILE_MB = 1024
"""Most that one file may grow to: the image of an A3 page at 1200 dpi, which OCR writes for Tesseract, has 800 MB."""
MAX_DOCUMENTS = 200
"""After so many documents a reader is replaced, whatever it holds: 1.5 s of start on 200 documents is nothing."""
RESTING_MB = 1024
"""A reader that holds more between two documents is replaced: with every library loaded it rests at 250 to 600 MB."""
ANSWER_PER_TEXT = 8
"""Most bytes of an answer for each byte of text allowed: places and kinds of small blocks outweigh their words."""
SPARE_DATA_MB = 1024
"""Private memory that a reader may ask the system for beyond the limit. The parent looks ten times a second, and this
stops what grows faster; libraries reserve some hundred MB for threads and arenas that they never touch."""


class Limits(Record):
    """What one document, or one range of its pages, may take."""

    seconds: float = Field(600.0, description="Of wall time, and of CPU time as well.")
    page_seconds: float = Field(PAGE_TIMEOUT_S, description="Without a finished page.")
    memory_mb: int = Field(3072, description="Resident memory of the reader and of all that it started.")
    text_mb: float = Field(32.0, description="UTF-8 text of all its blocks.")

    @classmethod
    def of(cls, config: ParseConfig) -> Limits:
        """The limits that a job asks for."""
        return cls(seconds=config.max_seconds, memory_mb=config.max_memory_mb, text_mb=config.max_text_mb)

    @property
    def answer_bytes(self) -> int:
        """Longest line that the reader may answer with."""
        return int(self.text_mb * 1024 * 1024 * ANSWER_PER_TEXT) + 1024 * 1024
