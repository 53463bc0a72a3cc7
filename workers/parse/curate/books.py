"""Long documents that several units read in ranges become whole here, and are judged as all others were."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

from agent.contract import Stage
from agent.errors import DocumentRejected
from agent.job.records import Decision, Document
from workers.parse.figures import Figures
from workers.parse.isolation.kept import kept_reader
from workers.parse.isolation.process import ReaderFailed, ReaderProcess
from workers.parse.ranges import DIVIDED_FILE, DOCUMENTS_FILE, PARTS_FILE, Divided, Part
from workers.parse.read import Reading
from workers.parse.request import fault
from workers.runtime.work import StageWork

MIN_SHARE = 0.5
"""Share of its pages from which on a document is used without the ranges that could not be read. A book without one
chapter still teaches the rest, and the record says what is missing; of less than half nobody can say what it is."""
_JOINED_FILE = "books.jsonl"
_LOST = ("unit_lost", "the worker that read them failed again and again")


def documents_of(work: StageWork) -> Iterator[Document]:
    """All documents that the parse units of this job read, last those that `join_books` joined; as often as asked."""
    yield from work.read(DOCUMENTS_FILE, Document)
    joined = work.scratch / _JOINED_FILE
    if joined.exists():
        with joined.open(encoding="utf-8") as lines:
            yield from (Document.model_validate_json(line) for line in lines)


def join_books(work: StageWork, noun: str) -> None:
    """Joins the ranges of every divided document and judges the whole, for `documents_of`.

    A refused one is received and rejected here under ``noun``; whoever reads the others receives them.
    """
    parsed = work.inputs_from(Stage.PARSE)
    by_shard = {artifact.manifest.shard: artifact for artifact in parsed if PARTS_FILE in artifact.manifest.files}
    divided = [artifact for artifact in parsed if DIVIDED_FILE in artifact.manifest.files]
    books = [book for artifact in divided for book in artifact.records(DIVIDED_FILE, Divided)]
    if not books:
        return
    figures = Figures()
    with kept_reader() as reader, (work.scratch / _JOINED_FILE).open("w", encoding="utf-8") as lines:
        for done, book in enumerate(books):
            work.tick(done, len(books))
            parts = [
                next(by_shard[shard].records(PARTS_FILE, Part)) if shard in by_shard else None
                for shard in (book.shard_of(first) for first, _ in book.ranges)
            ]
            if (whole := _whole(work, reader, book, parts, noun, figures)) is not None:
                lines.write(f"{whole.model_dump_json()}\n")
    work.output.facts["reading"] = figures.facts()


def _whole(
    work: StageWork, reader: ReaderProcess, book: Divided, parts: Sequence[Part | None], noun: str, figures: Figures
) -> Document | None:
    """The document, None when it was refused."""
    page, config = book.page, work.spec.parse
    beat = partial(work.tick, 0, None)
    try:
        readings = _enough(book, parts)
        judgement = reader.joined(readings, page, config, beat)
    except DocumentRejected as rejected:
        reason, detail, failed = rejected.reason, rejected.detail, False
    except ReaderFailed as error:
        reason, detail, failed = fault(error), str(error), True
    else:
        figures.add(judgement)
        if not judgement.reason:
            return judgement.document
        reason, detail, failed = judgement.reason, judgement.detail, False
    work.output.receive(noun)
    work.output.reject(noun, page.id, reason, detail, url=page.url, failed=failed)
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
