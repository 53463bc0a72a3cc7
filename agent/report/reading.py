"""What the report says of reading: by which readers, which pages needed help, how good the text is. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from agent.report.charts import Histogram, histogram
from agent.report.facts import ReadingFacts
from agent.report.words import count, percent, printable, spoken

_READERS = {
    "html": "HTML", "pdf": "PDF", "ocr": "scans (OCR)", "jats": "JATS XML", "markdown": "Markdown",
    "rst": "reStructuredText", "latex": "LaTeX", "notebook": "notebooks", "epub": "EPUB", "docx": "Word",
    "ocw": "course pages", "text": "plain text",
}  # fmt: skip
_REMOVED = {
    "furniture": "navigation and footers",
    "contents": "tables of contents",
    "references": "bibliographies",
    "repeats": "repetitions",
}


@dataclass(frozen=True)
class Reading:
    """All units together."""

    figures: tuple[tuple[str, str], ...]
    """What was counted -> the figure, for people."""
    readers: tuple[tuple[str, int], ...]
    """Reader -> documents, most first."""
    masked: tuple[tuple[str, int], ...]
    """Kind of personal data -> how often."""
    removed: tuple[tuple[str, int], ...]
    """What -> characters."""
    quality: Histogram | None
    threshold: float
    below: int
    """Documents that their quality kept out."""


def reading(told: Sequence[ReadingFacts], threshold: float) -> Reading | None:
    """The figures of all units summed; None before any document was read."""
    readers, pages, masked, removed = (
        sum((Counter(getattr(each, name)) for each in told), Counter[str]())
        for name in ("readers", "pages", "masked", "removed")
    )
    kept = _summed([each.quality_kept for each in told])
    rejected = _summed([each.quality_rejected for each in told])
    if not readers and not sum(rejected):
        return None
    return Reading(
        figures=tuple(_figures(readers.total(), pages, masked.total())),
        readers=tuple((_READERS.get(name, printable(name)), number) for name, number in readers.most_common()),
        masked=tuple((spoken(printable(kind)), number) for kind, number in masked.most_common()),
        removed=tuple((_REMOVED.get(step, spoken(printable(step))), number) for step, number in removed.most_common()),
        quality=histogram(kept, rejected, threshold),
        threshold=threshold,
        below=sum(rejected),
    )


def _figures(documents: int, pages: Counter[str], masked: int) -> list[tuple[str, str]]:
    found = [("Documents read", count(documents))]
    if pages["pages"]:
        found.append(("Pages of PDFs", count(pages["pages"])))
    if pages["ocr"]:
        found.append(("Pages read by OCR", count(pages["ocr"])))
        unsure = f"{count(pages['low_confidence'])} ({percent(pages['low_confidence'] / pages['ocr'])})"
        found.append(("OCR pages in doubt", unsure if pages["low_confidence"] else "none"))
    if pages["layout"]:
        found.append(("Pages by the layout model", count(pages["layout"])))
    if masked:
        found.append(("Personal data masked", count(masked)))
    return found


def _summed(histograms: Sequence[Sequence[int]]) -> list[int]:
    """Bin by bin; units of another version may have other bins and are left out."""
    bins = max(map(len, histograms), default=0)
    return [sum(column) for column in zip(*(each for each in histograms if len(each) == bins), strict=True)]
