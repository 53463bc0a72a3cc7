"""The parse stage: `Page` to `Document`, each document failing alone with its reason."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from functools import partial

from agent.errors import ArtifactCorrupt, DocumentRejected
from agent.job.records import Document, Page
from workers.parse.figures import Figures
from workers.parse.isolation.kept import kept_reader
from workers.parse.isolation.process import ReaderFailed, ReaderProcess
from workers.parse.judge import Judgement
from workers.parse.parse_range import parse_range
from workers.parse.ranges import DIVIDED_FILE, DOCUMENTS_FILE, Divided, may_be_long, ranges_of, units_of
from workers.parse.request import fault, request_of
from workers.runtime.work import Outcome, StageWork

DOCUMENTS = "documents"


def parse(work: StageWork) -> Outcome:
    """Writes ``documents.jsonl`` with the documents of this shard that could be read and pass the first filters.

    PDFs of more pages than ``parse.pages_per_unit`` go on as they are, in ``divided.jsonl``, and a unit for each range
    of their pages follows from this one.
    """
    if work.params:
        return parse_range(work)
    pages = list(work.read("pages.jsonl", Page))
    kept: list[Document] = []
    divided: list[Divided] = []
    figures = Figures()
    work.output.receive(DOCUMENTS, len(pages))
    with kept_reader() as reader:
        for done, page in enumerate(pages):
            beat = partial(work.tick, done, len(pages))
            beat()
            try:
                content = work.store.get_blob(page.blob)
                result = _read(reader, content, page, work, beat)
            except DocumentRejected as rejected:
                work.output.reject(DOCUMENTS, page.id, rejected.reason, rejected.detail, url=page.url)
            except (ReaderFailed, ArtifactCorrupt) as error:
                work.output.reject(DOCUMENTS, page.id, fault(error), str(error), url=page.url, failed=True)
            else:
                if isinstance(result, Judgement):
                    figures.add(result)
                if isinstance(result, Judgement) and result.reason:
                    work.output.reject(DOCUMENTS, page.id, result.reason, result.detail, url=page.url)
                    continue
                work.output.keep(DOCUMENTS)
                if isinstance(result, Divided):
                    divided.append(result)
                else:
                    kept.append(result.document)
    work.tick(len(pages), len(pages))
    work.output.write_records(DOCUMENTS_FILE, kept)
    if divided:
        work.output.write_records(DIVIDED_FILE, divided)
    work.output.facts["parsers"] = dict(sorted(Counter(document.parser for document in kept).items()))
    work.output.facts["reading"] = figures.facts()
    return Outcome(successors=tuple(unit for each in divided for unit in units_of(each, work.output.path)))


def _read(
    reader: ReaderProcess, content: bytes, page: Page, work: StageWork, beat: Callable[[], None]
) -> Judgement | Divided:
    """The document with what is thought of it, or its ranges where it is too long for one unit."""
    config = work.spec.parse
    request = request_of(page, config)
    if may_be_long(content):
        pages = reader.page_count(content, request, beat)
        if config.pages_per_unit < pages <= config.max_pages:
            return Divided(page=page, shard=work.shard, ranges=ranges_of(pages, config.pages_per_unit))
    return reader.judged(content, request, page, config, beat)
