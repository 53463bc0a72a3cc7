"""Reads from a job's artifacts what its report shows: rejections, the search, documents, training curve, rows.

A damaged or missing artifact never costs the report: its part stays empty and is named in ``gaps``.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

from pydantic import ValidationError

from agent.contract import Stage
from agent.errors import FinetuneError
from agent.job.artifacts import Failure
from agent.job.records import Candidate, Document, Query, Rejected, SourceEntry, Split, TopicMap
from agent.ledger.contract import Outputs
from agent.report.facts import (
    NotAsked,
    PermissionFacts,
    ReadingFacts,
    SourceFacts,
    permission_of,
    reading_of,
    services_not_asked,
    sources_asked,
)
from agent.store import ArtifactReader, Store

T = TypeVar("T")

METRICS_FILE = "metrics.jsonl"
SOURCES_FILE = "sources.jsonl"
DOCUMENTS_FILE = "documents.jsonl"
CANDIDATES_FILE = "candidates.jsonl"
TOPICS_FILE = "topics.jsonl"
QUERIES_FILE = "queries.jsonl"


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
    queries: tuple[Query, ...]
    """What the sources were asked."""
    asked: tuple[SourceFacts, ...]
    not_asked: tuple[NotAsked, ...]
    permission: tuple[PermissionFacts, ...]
    """What permission kept out, unit by unit."""
    reading: tuple[ReadingFacts, ...]
    """How documents were read, unit by unit."""
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


def read_evidence(outputs: Outputs, store: Store, failures: Sequence[Failure] = ()) -> Evidence:
    """What the artifacts of finished units say, and what the failed ones left; nothing is raised."""
    gaps: list[str] = []

    def told(stages: Sequence[Stage], read: Callable[[Mapping[str, Any]], Iterator[T]]) -> tuple[T, ...]:
        return tuple(_from_facts(outputs, store, failures, stages, read, gaps))

    # Before the rights were checked again there is only what was assembled.
    dataset = Stage.CLEAR if outputs.get(Stage.CLEAR) else Stage.ASSEMBLE
    return Evidence(
        rejected=(*rejected_items(outputs, store, gaps), *_set_aside_on_failing(failures)),
        candidates=tuple(_collect(outputs, store, Stage.DISCOVER, _candidates, gaps)),
        queries=tuple(_collect(outputs, store, Stage.DISCOVER, _queries, gaps)),
        asked=told((Stage.DISCOVER,), sources_asked),
        not_asked=told((Stage.DISCOVER,), services_not_asked),
        permission=told((Stage.DISCOVER, Stage.RETRIEVE, Stage.CURATE), permission_of),
        reading=told((Stage.PARSE, Stage.CURATE), reading_of),
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
        with _tolerant(path, gaps):
            yield from read(ArtifactReader(store, path))


def _from_facts(
    outputs: Outputs,
    store: Store,
    failures: Sequence[Failure],
    stages: Sequence[Stage],
    read: Callable[[Mapping[str, Any]], Iterator[T]],
    gaps: list[str],
) -> Iterator[T]:
    """What ``read`` finds in the facts of finished and of failed units of these stages."""
    for stage in stages:
        yield from _collect(outputs, store, stage, lambda artifact: read(artifact.manifest.facts), gaps)
    for failure in failures:
        if failure.stage in stages:
            with _tolerant(f"{failure.stage}, what the failed unit left", gaps):
                yield from read(failure.facts)


@contextmanager
def _tolerant(place: str, gaps: list[str] | None) -> Iterator[None]:
    """What cannot be read in the block is named in ``gaps`` and ends it."""
    try:
        yield
    except (FinetuneError, ValidationError, ValueError, TypeError, LookupError, AttributeError) as error:
        if gaps is not None:
            gaps.append(f"{place}: {_said(error)}")


def _said(error: Exception) -> str:
    if isinstance(error, ValidationError):
        fault = error.errors(include_url=False, include_context=False, include_input=False)[0]
        return f"{error.title}.{'.'.join(str(part) for part in fault['loc'])}: {fault['msg']}"
    return (str(error).splitlines() or [type(error).__name__])[0]


def _set_aside_on_failing(failures: Sequence[Failure]) -> list[RejectedItem]:
    """Once each, though two units may have met the same document."""
    return list(dict.fromkeys(_item(failure.stage, item) for failure in failures for item in failure.rejected))


def _rejected(artifact: ArtifactReader) -> Iterator[RejectedItem]:
    stage = Stage(artifact.manifest.stage)
    for item in artifact.rejected():
        yield _item(stage, item)


def _item(stage: Stage, item: Rejected) -> RejectedItem:
    return RejectedItem(stage, item.noun, item.id, item.url, item.reason, item.detail, item.failed)


def _documents(artifact: ArtifactReader) -> Iterator[DocumentRead]:
    for document in artifact.records(DOCUMENTS_FILE, Document):
        yield DocumentRead(document.url, document.parser)


def _candidates(artifact: ArtifactReader) -> Iterator[Candidate]:
    return artifact.records(CANDIDATES_FILE, Candidate)


def _queries(artifact: ArtifactReader) -> Iterator[Query]:
    return artifact.records(QUERIES_FILE, Query)


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
