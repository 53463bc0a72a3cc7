"""The parse stage: `Page` to `Document`, each document failing alone with its reason."""

from __future__ import annotations

import hashlib
from collections import Counter
from functools import partial

from agent.errors import ArtifactCorrupt, DocumentRejected
from agent.job.licences import joined
from agent.job.records import Document, Page
from agent.spec import ParseConfig
from workers.parse.clean.blocks import clean
from workers.parse.isolation.process import ReaderFailed, ReaderProcess
from workers.parse.language import identify
from workers.parse.prose import prose_of, word_count
from workers.parse.quality.score import quality
from workers.parse.read import Reading, ReadRequest
from workers.parse.titles import title_of
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
                reading = reader.read(work.store.get_blob(page.blob), _request(page, work.spec.parse), beat)
                document = judged(page, reading, work.spec.parse)
            except DocumentRejected as rejected:
                work.output.reject(DOCUMENTS, page.id, rejected.reason, rejected.detail, url=page.url)
            except (ReaderFailed, ArtifactCorrupt) as error:
                work.output.reject(DOCUMENTS, page.id, _fault(error), str(error), url=page.url, failed=True)
            else:
                work.output.keep(DOCUMENTS)
                kept.append(document)
    work.tick(len(pages), len(pages))
    work.output.write_records(DOCUMENTS_FILE, kept)
    work.output.facts["parsers"] = dict(sorted(Counter(document.parser for document in kept).items()))
    return Outcome()


def _request(page: Page, config: ParseConfig) -> ReadRequest:
    return ReadRequest(
        url=page.url,
        media_type=page.headers.get("content-type") or page.media_type,
        max_pages=config.max_pages,
        ocr_language=config.ocr_language if config.ocr else None,
        pdf_layout=config.pdf_layout == "auto",
    )


def judged(page: Page, reading: Reading, config: ParseConfig) -> Document:
    """The document that a reading gives.

    Raises:
        DocumentRejected: ``no_text``, ``too_short``, ``wrong_language``, ``low_quality``.
    """
    parsed = reading.parsed
    blocks = clean(parsed.blocks)
    prose = prose_of(blocks)
    words = word_count(prose)
    if not words:
        raise DocumentRejected("no_text", f"read as {reading.media_type}")
    if words < config.min_words:
        raise DocumentRejected("too_short", f"{words} words, parse.min_words is {config.min_words}")
    language = identify(prose)
    if config.languages and language.code and language.code not in config.languages:
        wanted = ", ".join(config.languages)
        raise DocumentRejected("wrong_language", f"{language.code} ({language.confidence:.2f}), wanted {wanted}")
    parts = quality(blocks)
    if parts.score < config.min_quality:
        shown = ", ".join(f"{name} {value:.2f}" for name, value in parts._asdict().items())
        raise DocumentRejected("low_quality", f"{parts.score:.2f} below {config.min_quality:.2f}: {shown}")
    return Document(
        id=page.id,
        url=page.url,
        source=page.source,
        title=title_of(parsed.title, page.title, blocks, page.url),
        authors=parsed.authors,
        date=parsed.date,
        doi=parsed.doi,
        language=language.code,
        licence=joined((page.licence, parsed.licence)),
        obtained=parsed.obtained,
        blob=page.blob,
        text_sha256=hashlib.sha256("\n\n".join(block.text for block in blocks).encode()).hexdigest(),
        media_type=reading.media_type,
        parser=parsed.parser,
        pages=parsed.pages,
        ocr_pages=parsed.ocr_pages,
        quality=parts.score,
        quality_parts=dict(parts._asdict()),
        score=page.score,
        blocks=blocks,
        decisions=parsed.decisions,
        fetched_at=page.fetched_at,
        fetched_from=page.headers.get("content-location", ""),
        evidence=page.evidence,
    )


def _fault(error: ReaderFailed | ArtifactCorrupt) -> str:
    return "blob_missing" if isinstance(error, ArtifactCorrupt) else "parser_error"
