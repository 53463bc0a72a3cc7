"""A unit of the parse stage that reads one range of the pages of a long document, while others read the rest."""

from __future__ import annotations

from functools import partial

from agent.errors import ArtifactCorrupt
from workers.parse.isolation.kept import kept_reader
from workers.parse.parts import read_part
from workers.parse.ranges import DIVIDED_FILE, DOCUMENTS_FILE, PARTS, PARTS_FILE, Divided, Part, Range
from workers.parse.request import fault
from workers.runtime.work import Outcome, StageWork


def parse_range(work: StageWork) -> Outcome:
    """Writes ``parts.jsonl`` with what was read, or why nothing was; curate joins the parts and judges the whole."""
    asked = Range.model_validate(work.params)
    page = next(each.page for each in work.read(DIVIDED_FILE, Divided) if each.page.id == asked.document)
    work.output.receive(PARTS)
    try:
        content = work.store.get_blob(page.blob)
    except ArtifactCorrupt as error:
        part = Part(document=page.id, first_page=asked.first_page, reason=fault(error), detail=str(error))
    else:
        pages = (asked.first_page, asked.last_page)
        with kept_reader() as reader:
            part = read_part(reader, content, page, pages, work.spec.parse, partial(work.tick, 0, 1))
    if part.reading is not None:
        work.output.keep(PARTS)
    else:
        shown = f"pages {asked.first_page} to {asked.last_page}: {part.detail}"
        work.output.reject(PARTS, page.id, part.reason, shown, url=page.url)
    work.tick(1, 1)
    work.output.write_records(PARTS_FILE, [part])
    work.output.write_records(DOCUMENTS_FILE, [])  # every parse artifact says which documents it holds
    return Outcome()
