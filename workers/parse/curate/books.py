"""Long documents that several units read in ranges become whole here, and are judged as all others were."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

from agent.contract import Stage
from agent.errors import DocumentRejected
from agent.job.records import Document
from workers.parse.figures import Figures
from workers.parse.isolation.kept import kept_reader
from workers.parse.isolation.process import ReaderFailed, ReaderProcess
from workers.parse.parts import enough
from workers.parse.ranges import DIVIDED_FILE, DOCUMENTS_FILE, PARTS_FILE, Divided, Part
from workers.parse.request import fault
from workers.runtime.work import StageWork

_JOINED_FILE = "books.jsonl"


def documents_of(work: StageWork) -> Iterator[Document]:
    """All documents that the parse units of this job read, last those that `join_books` joined; as often as asked."""
    for artifact in work.inputs_from(Stage.PARSE):
        yield from artifact.records(DOCUMENTS_FILE, Document)
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
        readings = enough(book.ranges, parts)
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
