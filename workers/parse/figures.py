"""Counts how documents were read and what was done to them, for the report; small, whatever the number of documents."""

from __future__ import annotations

from collections import Counter
from typing import Any

from agent.job.records import Document
from workers.parse.judge import Judgement
from workers.parse.quality.parts import REASONS

QUALITY_BINS = 20
"""Of equal width from 0 to 1, so that the default threshold lies on an edge."""


class Figures:
    """Figures of all documents that were added."""

    def __init__(self) -> None:
        self._readers: Counter[str] = Counter()
        self._pages: Counter[str] = Counter()
        self._masked: Counter[str] = Counter()
        self._removed: Counter[str] = Counter()
        self._kept = [0] * QUALITY_BINS
        self._rejected = [0] * QUALITY_BINS

    def add(self, judgement: Judgement) -> None:
        """Counts a document that goes on, or the score of one that its quality keeps from it."""
        document = judgement.document
        place = min(int(document.quality * QUALITY_BINS), QUALITY_BINS - 1)
        if judgement.reason:
            self._rejected[place] += judgement.reason in REASONS
            return
        self._kept[place] += 1
        self._readers[document.parser] += 1
        self._masked.update(document.masked)
        self._pages.update(pages=document.pages, ocr=document.ocr_pages, **_page_choices(document))
        self._removed.update(_removed(document))

    def facts(self) -> dict[str, Any]:
        """As they stand in the artifact: ``readers``, ``pages``, ``masked``, ``removed``, the histograms of quality.

        ``pages`` has ``pages`` (of paged documents), ``ocr``, ``low_confidence`` (of these, where Tesseract was not
        sure of) and ``layout`` (read by the layout model); ``removed`` has characters by cleaning step.
        """
        return {
            "readers": dict(sorted(self._readers.items())),
            "pages": {name: count for name, count in sorted(self._pages.items()) if count},
            "masked": {kind: count for kind, count in sorted(self._masked.items()) if count},
            "removed": {step: count for step, count in sorted(self._removed.items()) if count},
            "quality_kept": list(self._kept),
            "quality_rejected": list(self._rejected),
        }


def _page_choices(document: Document) -> dict[str, int]:
    choices = Counter((each.step, each.choice) for each in document.decisions if each.page)
    return {"low_confidence": choices["ocr.confidence", "low"], "layout": choices["pdf.layout", "model"]}


def _removed(document: Document) -> dict[str, int]:
    return {
        each.step.removeprefix("clean."): int(each.measured.get("characters", 0))
        for each in document.decisions
        if each.step.startswith("clean.") and each.choice == "removed"
    }
