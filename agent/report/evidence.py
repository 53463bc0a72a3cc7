"""Reads from a job's artifacts what its report shows: rejections, documents, sources, training curve, rows.

A damaged or missing artifact never costs the report: its part stays empty and is named in ``gaps``.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeVar

from pydantic import ValidationError

from agent.contract import Stage
from agent.errors import FinetuneError
from agent.job.records import Candidate, Document, SourceEntry, Split, TopicMap
from agent.ledger.contract import Outputs
from agent.store import ArtifactReader, Store

T = TypeVar("T")

METRICS_FILE = "metrics.jsonl"
SOURCES_FILE = "sources.jsonl"
DOCUMENTS_FILE = "documents.jsonl"
CANDIDATES_FILE = "candidates.jsonl"
TOPICS_FILE = "topics.jsonl"


@dataclass(frozen=True)
class RejectedItem:
    """One thing that a stage set aside."""

    stage: Stage
    noun: str
    id: str
    url: str
    reason: str
    detail: str
    failed: bool


@dataclass(frozen=True)
class DocumentRead:
    """A document that was parsed, and by which road."""

    url: str
    parser: str


@dataclass(frozen=True)
class CurvePoint:
    """One logged loss: of the training batch, or of the validation rows."""

    step: int
    loss: float
    validation: bool


@dataclass(frozen=True)
class Evidence:
    """Everything that was read."""

    rejected: tuple[RejectedItem, ...]
    candidates: tuple[Candidate, ...]
    """What discovery selected."""
    topics: TopicMap | None
    """What the subject consists of, None before that is known."""
    sources: tuple[SourceEntry, ...]
    cleared: bool
    """Whether the rights to them were asked for again."""
    curve: tuple[CurvePoint, ...]
    rows: dict[Split, int]
    """Rows of the dataset by split; empty before it was built."""
    gaps: tuple[str, ...]
    """What could not be read, one line each."""


def read_evidence(outputs: Outputs, store: Store) -> Evidence:
    """What the artifacts of finished units say; nothing is raised."""
    gaps: list[str] = []
    # Before the rights were checked again there is only what was assembled.
    dataset = Stage.CLEAR if outputs.get(Stage.CLEAR) else Stage.ASSEMBLE
    return Evidence(
        rejected=tuple(rejected_items(outputs, store, gaps)),
        candidates=tuple(_collect(outputs, store, Stage.DISCOVER, _candidates, gaps)),
        topics=next(_collect(outputs, store, Stage.DISCOVER, _topics, gaps), None),
        cleared=dataset is Stage.CLEAR,
        sources=tuple(_collect(outputs, store, dataset, _sources, gaps)),
        curve=tuple(_collect(outputs, store, Stage.TRAIN, _curve, gaps)),
        rows=dict(_collect(outputs, store, dataset, _rows, gaps)),
        gaps=tuple(dict.fromkeys(gaps)),
    )


def rejected_items(outputs: Outputs, store: Store, gaps: list[str] | None = None) -> list[RejectedItem]:
    """Everything that was set aside, stage by stage; what cannot be read is added to ``gaps``."""
    return [item for stage in Stage for item in _collect(outputs, store, stage, _rejected, gaps)]


def documents_read(outputs: Outputs, store: Store, gaps: list[str] | None = None) -> list[DocumentRead]:
    """The documents that parsing gave."""
    return list(_collect(outputs, store, Stage.PARSE, _documents, gaps))


def _collect(
    outputs: Outputs,
    store: Store,
    stage: Stage,
    read: Callable[[ArtifactReader], Iterator[T]],
    gaps: list[str] | None,
) -> Iterator[T]:
    """What ``read`` finds in each artifact of the stage; a broken one gives what it can."""
    for path in outputs.get(stage, ()):
        try:
            yield from read(ArtifactReader(store, path))
        except (FinetuneError, ValidationError, ValueError, KeyError) as error:
            if gaps is not None:
                gaps.append(f"{path}: {(str(error).splitlines() or [type(error).__name__])[0]}")


def _rejected(artifact: ArtifactReader) -> Iterator[RejectedItem]:
    stage = Stage(artifact.manifest.stage)
    for item in artifact.rejected():
        yield RejectedItem(stage, item.noun, item.id, item.url, item.reason, item.detail, item.failed)


def _documents(artifact: ArtifactReader) -> Iterator[DocumentRead]:
    for document in artifact.records(DOCUMENTS_FILE, Document):
        yield DocumentRead(document.url, document.parser)


def _candidates(artifact: ArtifactReader) -> Iterator[Candidate]:
    return artifact.records(CANDIDATES_FILE, Candidate)


def _topics(artifact: ArtifactReader) -> Iterator[TopicMap]:
    return artifact.records(TOPICS_FILE, TopicMap)


def _sources(artifact: ArtifactReader) -> Iterator[SourceEntry]:
    return artifact.records(SOURCES_FILE, SourceEntry)


def _rows(artifact: ArtifactReader) -> Iterator[tuple[Split, int]]:
    for split in Split:
        if file := artifact.manifest.files.get(f"{split}.jsonl"):
            yield split, file.records


def _curve(artifact: ArtifactReader) -> Iterator[CurvePoint]:
    """Points of transformers' ``log_history``: entries with ``loss`` or ``eval_loss`` at a ``step``."""
    for line in artifact.read_file(METRICS_FILE).splitlines():
        entry = json.loads(line)
        for key, validation in (("loss", False), ("eval_loss", True)):
            if key in entry:
                yield CurvePoint(int(entry["step"]), float(entry[key]), validation)
