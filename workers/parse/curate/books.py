"""Long documents that several units read in ranges become whole here, and are judged as all others were."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

from agent.contract import Stage
from agent.errors import DocumentRejected
from agent.job.records import Decision, Document
from workers.parse.isolation.process import ReaderFailed, ReaderProcess
from workers.parse.ranges import DIVIDED_FILE, DOCUMENTS_FILE, PARTS_FILE, Divided, Part
from workers.parse.read import Reading
from workers.parse.request import fault
from workers.runtime.work import StageWork

MIN_SHARE = 0.5
"""Share of its pages from which on a document is used without the ranges that could not be read. A book without one
chapter still teaches the rest, and the record says what is missing; of less than half nobody can say what it is."""
_LOST = ("unit_lost", "the worker that read them failed again and again")


def documents_of(work: StageWork, noun: str) -> Iterator[Document]:
    """All documents that the parse units of this job read, whole; refusals of those that were divided are counted.

    What is counted as received are all of them, under ``noun``.
    """
    books: list[Divided] = []
    parts: dict[tuple[str, int], Part] = {}
    for artifact in work.inputs_from(Stage.PARSE):
        for document in artifact.records(DOCUMENTS_FILE, Document):
            work.output.receive(noun)
            yield document
        files = artifact.manifest.files
        if DIVIDED_FILE in files:
            books += artifact.records(DIVIDED_FILE, Divided)
        if PARTS_FILE in files:
            parts |= {(part.document, part.first_page): part for part in artifact.records(PARTS_FILE, Part)}
    if not books:
        return
    with ReaderProcess(work.scratch) as reader:
        for done, book in enumerate(books):
            work.tick(done, len(books))
            work.output.receive(noun)
            found = [parts.get((book.page.id, first)) for first, _ in book.ranges]
            if (whole := _whole(work, reader, book, found, noun)) is not None:
                yield whole


def _whole(
    work: StageWork, reader: ReaderProcess, book: Divided, parts: Sequence[Part | None], noun: str
) -> Document | None:
    """The document, None when it was refused."""
    page, config = book.page, work.spec.parse
    try:
        readings = _enough(book, parts)
        judgement = reader.joined(readings, page, config, partial(work.tick, 0, None))
    except DocumentRejected as rejected:
        work.output.reject(noun, page.id, rejected.reason, rejected.detail, url=page.url)
    except ReaderFailed as error:
        work.output.reject(noun, page.id, fault(error), str(error), url=page.url, failed=True)
    else:
        if not judgement.reason:
            return judgement.document
        work.output.reject(noun, page.id, judgement.reason, judgement.detail, url=page.url)
    return None


def _enough(book: Divided, parts: Sequence[Part | None]) -> list[Reading]:
    """The readings of a book's ranges, the first of which tells what is missing.

    Raises:
        DocumentRejected: too little of it could be read; with the reason of the first range that could not.
    """
    readings: list[Reading] = []
    missing: list[Decision] = []
    reasons: list[tuple[str, str]] = []
    read = 0
    for (first, last), part in zip(book.ranges, parts, strict=True):
        if part is not None and part.reading is not None:
            readings.append(part.reading)
            read += last - first + 1
            continue
        reason, detail = (part.reason, part.detail) if part is not None else _LOST
        reasons.append((reason, f"pages {first} to {last}: {detail}"))
        why = f"{reason}: {detail}; pages {first} to {last} are missing"
        missing.append(Decision(step="pdf.range", choice="left_out", page=first, reason=why))
    pages = book.ranges[-1][1]
    if read < pages * MIN_SHARE:
        reason, detail = reasons[0]
        raise DocumentRejected(reason, f"{read} of {pages} pages could be read; {detail}")
    first_reading = readings[0]
    parsed = first_reading.parsed
    told = parsed.model_copy(update={"decisions": (*parsed.decisions, *missing)})
    return [first_reading.model_copy(update={"parsed": told}), *readings[1:]]
