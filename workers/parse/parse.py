"""The parse stage: `Page` to `Document`, each document failing alone with its reason."""

from __future__ import annotations

from collections import Counter
from functools import partial

from agent.errors import ArtifactCorrupt, DocumentRejected
from agent.job.records import Document, Page
from agent.spec import ParseConfig
from workers.parse.isolation.process import ReaderFailed, ReaderProcess
from workers.parse.read import ReadRequest
from workers.runtime.work import Outcome, StageWork

DOCUMENTS = "documents"
DOCUMENTS_FILE = "documents.jsonl"


def parse(work: StageWork) -> Outcome:
    """Writes ``documents.jsonl`` with the documents of this shard that could be read and pass the first filters."""
    pages = list(work.read("pages.jsonl", Page))
    kept: list[Document] = []
    work.output.receive(DOCUMENTS, len(pages))
    with ReaderProcess(work.scratch) as reader:
        for done, page in enumerate(pages):
            beat = partial(work.tick, done, len(pages))
            beat()
            try:
                content = work.store.get_blob(page.blob)
                judgement = reader.judged(content, request_of(page, work.spec.parse), page, work.spec.parse, beat)
            except DocumentRejected as rejected:
                work.output.reject(DOCUMENTS, page.id, rejected.reason, rejected.detail, url=page.url)
            except (ReaderFailed, ArtifactCorrupt) as error:
                work.output.reject(DOCUMENTS, page.id, _fault(error), str(error), url=page.url, failed=True)
            else:
                if judgement.reason:
                    work.output.reject(DOCUMENTS, page.id, judgement.reason, judgement.detail, url=page.url)
                else:
                    work.output.keep(DOCUMENTS)
                    kept.append(judgement.document)
    work.tick(len(pages), len(pages))
    work.output.write_records(DOCUMENTS_FILE, kept)
    work.output.facts["parsers"] = dict(sorted(Counter(document.parser for document in kept).items()))
    return Outcome()


def request_of(page: Page, config: ParseConfig) -> ReadRequest:
    """What the reader is told of a page beside its bytes."""
    return ReadRequest(
        url=page.url,
        media_type=page.headers.get("content-type") or page.media_type,
        max_pages=config.max_pages,
        ocr_language=config.ocr_language if config.ocr else None,
        pdf_layout=config.pdf_layout == "auto",
    )


def _fault(error: ReaderFailed | ArtifactCorrupt) -> str:
    return "blob_missing" if isinstance(error, ArtifactCorrupt) else "parser_error"
