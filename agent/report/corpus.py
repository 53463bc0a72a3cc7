"""What the report says of the documents: how well they cover the subject, and what the use of each rests on. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from agent.contract import Stage
from agent.job.coverage import covered
from agent.job.records import Candidate, SourceEntry, TopicMap
from agent.report.evidence import Evidence, RejectedItem
from agent.report.words import count, printable

Tone = Literal["good", "warn", "open"]


@dataclass(frozen=True)
class TopicLine:
    """One part of the subject beside what the corpus has on it."""

    name: str
    also: str
    """Other words for it, '' for none."""
    documents: int
    weight: float
    """Its share of the subject, 0 to 1."""
    share: float
    """Its share of what the corpus says on all topics, 0 to 1."""
    bar: float
    """``share`` in per cent of the widest thing drawn."""
    mark: float
    """``weight`` in the same."""


@dataclass(frozen=True)
class Topics:
    """Coverage of the subject."""

    lines: tuple[TopicLine, ...]
    summary: str


@dataclass(frozen=True)
class DocumentLine:
    """One document of the dataset."""

    entry: SourceEntry
    verdict: str
    tone: Tone
    checked: str
    """Day of the verdict, '' where none is recorded."""
    score: float
    """Relevance in per cent."""


def topics_of(candidates: Sequence[Candidate], topics: TopicMap | None, used: Sequence[SourceEntry]) -> Topics | None:
    """How well the documents in use, or all that were found while there are none, cover the map; None without one."""
    if topics is None or len(topics.topics) < 2:
        return None
    ids = {entry.document_id for entry in used}
    lines = covered((each for each in candidates if not ids or each.id in ids), topics)
    phrases = {topic.name: topic.phrases for topic in topics.topics}
    widest = max([*(line.share for line in lines), *(line.weight for line in lines)]) or 1.0
    found = sum(1 for line in lines if line.documents)
    return Topics(
        lines=tuple(
            TopicLine(
                name=printable(line.topic),
                also=", ".join(printable(phrase) for phrase in phrases[line.topic] if phrase != line.topic),
                documents=line.documents,
                weight=line.weight,
                share=line.share,
                bar=100 * line.share / widest,
                mark=100 * line.weight / widest,
            )
            for line in lines
        ),
        summary=f"{found} of {len(lines)} topics have documents",
    )


def documents_of(entries: Sequence[SourceEntry], *, cleared: bool) -> tuple[DocumentLine, ...]:
    """Each document with its verdict; ``cleared`` says whether rights were asked for again."""
    return tuple(_document(entry, cleared) for entry in entries)


def _document(entry: SourceEntry, cleared: bool) -> DocumentLine:
    verdict, tone = _verdict(entry, cleared)
    checked = entry.decision.time[:10] if entry.decision else ""
    return DocumentLine(entry, verdict, tone, checked, 100 * min(max(entry.score, 0.0), 1.0))


def _verdict(entry: SourceEntry, cleared: bool) -> tuple[str, Tone]:
    if entry.decision is None:
        return "not recorded", "warn"
    if entry.unanswered:
        return "allowed, site silent", "warn"
    return ("allowed", "good") if cleared else ("allowed once", "open")


def rights_of(evidence: Evidence) -> str:
    """What became of the permissions before training, in a sentence; '' before that."""
    if not evidence.cleared:
        return ""
    gone = sum(_is_withdrawn(item) for item in evidence.rejected)
    silent = sum(1 for entry in evidence.sources if entry.unanswered)
    stands = len(evidence.sources)
    told = f"Every permission was asked for again before training: {count(stands)} of {count(stands + gone)} stand"
    told += f", {count(gone)} withdrawn" if gone else ""
    if silent:
        rest, sites = ("rests", "its site") if silent == 1 else ("rest", "their sites")
        told += f". {count(silent)} of them {rest} on the earlier permission alone: {sites} did not answer"
    return f"{told}."


def _is_withdrawn(item: RejectedItem) -> bool:
    return item.stage is Stage.CLEAR and item.noun == "documents"
