"""A unit of the parse stage that reads one range of the pages of a long document, while others read the rest."""

from __future__ import annotations

from functools import partial

from agent.errors import ArtifactCorrupt, DocumentRejected
from workers.parse.isolation.kept import kept_reader
from workers.parse.isolation.limits import Limits
from workers.parse.isolation.process import ReaderFailed
from workers.parse.ranges import DIVIDED_FILE, DOCUMENTS_FILE, PARTS, PARTS_FILE, Divided, Part, Range
from workers.parse.request import fault, request_of
from workers.runtime.work import Outcome, StageWork


def parse_range(work: StageWork) -> Outcome:
    """Writes ``parts.jsonl`` with what was read, or why nothing was; curate joins the parts and judges the whole."""
    asked = Range.model_validate(work.params)
    page = next(each.page for each in work.read(DIVIDED_FILE, Divided) if each.page.id == asked.document)
    request = request_of(page, work.spec.parse).model_copy(
        update={"first_page": asked.first_page, "last_page": asked.last_page}
    )
    part = Part(document=page.id, first_page=asked.first_page)
    work.output.receive(PARTS)
    try:
        with kept_reader() as reader:
            content = work.store.get_blob(page.blob)
            reading = reader.read(content, request, partial(work.tick, 0, 1), Limits.of(work.spec.parse))
    except DocumentRejected as rejected:
        part = part.model_copy(update={"reason": rejected.reason, "detail": rejected.detail})
    except (ReaderFailed, ArtifactCorrupt) as error:
        part = part.model_copy(update={"reason": fault(error), "detail": str(error)})
    else:
        part = part.model_copy(update={"reading": reading})
        work.output.keep(PARTS)
    if part.reason:
        shown = f"pages {asked.first_page} to {asked.last_page}: {part.detail}"
        work.output.reject(PARTS, page.id, part.reason, shown, url=page.url)
    work.tick(1, 1)
    work.output.write_records(PARTS_FILE, [part])
    work.output.write_records(DOCUMENTS_FILE, [])  # every parse artifact says which documents it holds
    return Outcome()
