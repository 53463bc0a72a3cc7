"""Dates, years and ages in running text."""

from __future__ import annotations

import re
from collections.abc import Iterator

from workers.generate.context.prose import Line
from workers.generate.context.record import Entity

_MONTH = (
    "(?:January|February|March|April|May|June|July|August|September|October|November|December)"
    "|(?:Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)\\."
)
_DAY = r"\d{1,2}(?:st|nd|rd|th)?"
_YEAR = r"(?:1\d|20)\d\d"
_ORDINAL = r"(?:\d{1,2}(?:st|nd|rd|th)|[a-z]+teenth|eleventh|twelfth|twent[a-z]+(?:[ -][a-z]+)?)"
_IN = "|".join(rf"(?<={word} )" for word in (r"\b[Ii]n", "[Ss]ince", "[Uu]ntil", "after", "before", "by"))
_DATE = re.compile(
    "|".join(
        (
            rf"\b{_DAY}(?: of)? (?:{_MONTH})(?:,? \d{{4}})?\b",
            rf"\b(?:{_MONTH})(?: {_DAY},?)? \d{{4}}\b",
            r"\b\d{4}-[01]\d-[0-3]\d\b",
            r"\b(?:early |mid-|late )?(?:1\d|20)\d0s\b",
            rf"\b{_ORDINAL} century\b(?: BCE?| AD)?",
            r"\b\d{1,4} BCE?\b",
            rf"(?:{_IN}){_YEAR}\b(?!\.\d| [a-z]+s\b)",
            rf"(?<=\(){_YEAR}(?=\))",
        )
    )
)
"""A bare year counts behind a preposition of time or in brackets only: elsewhere it may be any number."""


def dates(line: Line) -> Iterator[Entity]:
    """The dates of a line in order."""
    for match in _DATE.finditer(line.plain):
        yield Entity(match.group(), line.start + match.start(), "date")
