"""The outcome of one file for a machine (a JSON object) and for people (its decisions, line by line)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from agent.job.records import Decision, Document
from workers.parse.alone.reading import FileOutcome
from workers.parse.prose import prose_of, word_count

_METADATA = (
    "title", "authors", "date", "doi", "licence", "opt_outs", "obtained", "media_type", "parser", "pages", "ocr_pages",
    "masked", "blob",
)  # fmt: skip


def payload_of(outcome: FileOutcome) -> dict[str, Any]:
    """``path`` with ``text``, ``blocks``, ``metadata``, ``language``, ``quality``, ``quality_parts``, ``decisions``
    where the file could be read, and ``rejected`` with ``detail`` where a job would not use it.
    """
    payload: dict[str, Any] = {"path": str(outcome.path)}
    if outcome.document is not None:
        fields = outcome.document.model_dump(mode="json")
        payload["text"] = outcome.document.text
        payload["metadata"] = {name: fields[name] for name in _METADATA}
        payload |= {name: fields[name] for name in ("language", "quality", "quality_parts", "decisions", "blocks")}
    if outcome.reason:
        payload |= {"rejected": outcome.reason, "detail": outcome.detail}
    return payload


def explained(outcome: FileOutcome) -> Iterator[str]:
    """Lines for people: what the file is, each decision with its reason and figures, and what came of it."""
    yield str(outcome.path)
    if outcome.document is not None:
        yield from (f"  {line}" for line in _facts(outcome.document))
        yield from (f"  {_line_of(decision)}" for decision in outcome.document.decisions)
    verdict = f"rejected as {outcome.reason}: {outcome.detail}" if outcome.reason else "a job may use it"
    yield f"  {'verdict':<{_STEP_WIDTH}}{verdict}"


_FULL = 0.995
"""Shown as 1.00."""
_STEP_WIDTH = 26
"""Columns of the step and its page: the longest, ``clean.personal_data``, with room for a page."""


def _facts(document: Document) -> Iterator[str]:
    words = word_count(prose_of(document.blocks))
    pages = f"{document.pages} pages, {document.ocr_pages} by OCR, " if document.pages else ""
    yield f"{'read as':<{_STEP_WIDTH}}{document.media_type}, {pages}{len(document.blocks)} blocks, {words:,} words"
    for name in ("title", "authors", "date", "doi", "licence", "opt_outs"):
        value = getattr(document, name)
        if value:
            shown = ", ".join(value) if isinstance(value, tuple) else value
            source = document.obtained.get(name)
            yield f"{name:<{_STEP_WIDTH}}{shown}{f' (from {source})' if source else ''}"
    yield f"{'language':<{_STEP_WIDTH}}{document.language or 'undecided'}"
    lacking = {name: value for name, value in document.quality_parts.items() if value < _FULL}
    parts = ", ".join(f"{name.replace('_', ' ')} {value:.2f}" for name, value in lacking.items())
    full = len(document.quality_parts) - len(lacking)
    yield f"{'quality':<{_STEP_WIDTH}}{document.quality:.2f}: {f'{parts}; ' if parts else ''}{full} parts at 1.00"


def _line_of(decision: Decision) -> str:
    step = f"{decision.step} p. {decision.page}" if decision.page else decision.step
    measured = ", ".join(f"{name.replace('_', ' ')} {value:g}" for name, value in decision.measured.items())
    reason = "; ".join(part for part in (decision.reason, measured) if part)
    return f"{step:<{_STEP_WIDTH}}{decision.choice}{f': {reason}' if reason else ''}"
