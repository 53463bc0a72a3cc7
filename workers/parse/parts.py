"""One range of a long PDF read, and whether the ranges that could be read are enough for a document."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from agent.errors import DocumentRejected
from agent.job.records import Decision, Page
from agent.spec import ParseConfig
from workers.parse.isolation.limits import Limits
from workers.parse.isolation.process import ReaderFailed, ReaderProcess
from workers.parse.ranges import Part
from workers.parse.read import Reading
from workers.parse.request import fault, request_of

MIN_SHARE = 0.5
"""Share of its pages from which on a document is used without the ranges that could not be read. A book without one
chapter still teaches the rest, and the record says what is missing; of less than half nobody can say what it is."""
_LOST = ("unit_lost", "the worker that read them failed again and again")


def read_part(
    reader: ReaderProcess,
    content: bytes,
    page: Page,
    pages: tuple[int, int],
    config: ParseConfig,
    still_at_it: Callable[[], None],
) -> Part:
    """The first to the last of these pages, read under the limits of one document, or why they could not be."""
    first, last = pages
    part = Part(document=page.id, first_page=first)
    request = request_of(page, config).model_copy(update={"first_page": first, "last_page": last})
    try:
        reading = reader.read(content, request, still_at_it, Limits.of(config))
    except DocumentRejected as rejected:
        return part.model_copy(update={"reason": rejected.reason, "detail": rejected.detail})
    except ReaderFailed as error:
        return part.model_copy(update={"reason": fault(error), "detail": str(error)})
    return part.model_copy(update={"reading": reading})


def enough(ranges: Sequence[tuple[int, int]], parts: Sequence[Part | None]) -> list[Reading]:
    """The readings of a book's ranges, the first of which tells what is missing; a lost part is None.

    Raises:
        DocumentRejected: too little of it could be read; with the reason of the first range that could not.
    """
    readings: list[Reading] = []
    missing: list[Decision] = []
    reasons: list[tuple[str, str]] = []
    read = 0
    for (first, last), part in zip(ranges, parts, strict=True):
        if part is not None and part.reading is not None:
            readings.append(part.reading)
            read += last - first + 1
            continue
        reason, detail = (part.reason, part.detail) if part is not None else _LOST
        reasons.append((reason, f"pages {first} to {last}: {detail}"))
        why = f"{reason}: {detail}; pages {first} to {last} are missing"
        missing.append(Decision(step="pdf.range", choice="left_out", page=first, reason=why))
    pages = ranges[-1][1]
    if read < pages * MIN_SHARE:
        reason, detail = reasons[0]
        raise DocumentRejected(reason, f"{read} of {pages} pages could be read; {detail}")
    first_reading = readings[0]
    parsed = first_reading.parsed
    told = parsed.model_copy(update={"decisions": (*parsed.decisions, *missing)})
    return [first_reading.model_copy(update={"parsed": told}), *readings[1:]]
