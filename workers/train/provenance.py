"""Where every row of the training data came from: row -> chunk -> document -> address, licence, hash."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from pydantic import Field

from agent.job.evaluation import Verdict
from agent.job.model import ModelFacts
from agent.job.records import ExampleKind, Record, Row, SourceEntry, Split

PROVENANCE_ROWS = "provenance.jsonl"
PROVENANCE_MANIFEST = "provenance.json"
PROVENANCE_DOCUMENTS = "documents.jsonl"
"""A `SourceEntry` for each document: what its permission rests on, line by line, with the times."""


class RowOrigin(Record):
    """The way back from one row of the dataset."""

    row_id: str
    kind: ExampleKind
    split: Split
    chunk_id: str
    document_id: str
    other_documents: tuple[str, ...] = Field((), description="Further documents that it rests on.")
    title: str
    url: str
    licence: str = Field(description="SPDX expression, '' when the source states none.")
    document_sha256: str = Field(description="Of the original bytes.")
    fetched_at: str


class Provenance(Record):
    """The manifest in a published model's folder."""

    job_id: str
    subject: str
    spec_sha256: str
    producer: str
    base: ModelFacts
    base_name: str = Field(description="Public name of the base model.")
    system_prompt: str = Field(description="System message of the training conversations, '' for none.")
    rows: dict[str, int] = Field(description="Split -> number of rows.")
    documents: int
    licences: dict[str, int] = Field(description="SPDX expression -> number of documents; '' for none stated.")
    verdict: Verdict
    published_against_verdict: bool
    files: dict[str, str] = Field(description="File -> sha256, of every other file in the folder.")


def trace(rows: Iterable[Row], sources: Iterable[SourceEntry]) -> list[RowOrigin]:
    """The origin of each row, in order; a row whose document is not among the sources keeps its own
    address.
    """
    known = {source.document_id: source for source in sources}
    return [_origin(row, known) for row in rows]


def _origin(row: Row, known: Mapping[str, SourceEntry]) -> RowOrigin:
    source = known.get(row.document_id)
    return RowOrigin(
        row_id=row.id,
        kind=row.kind,
        split=row.split,
        chunk_id=row.chunk_id,
        document_id=row.document_id,
        other_documents=row.other_documents,
        title=source.title if source else "",
        url=source.url if source else row.url,
        licence=source.licence if source else row.licence,
        document_sha256=source.blob if source else "",
        fetched_at=source.fetched_at if source else "",
    )
