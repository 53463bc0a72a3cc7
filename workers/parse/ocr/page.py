"""Reads a scanned page with Tesseract into lines that the layout rules take like those of a text layer."""

from __future__ import annotations

import math
import re
import statistics
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from agent.errors import DocumentRejected
from agent.job.records import Decision
from workers.parse.pdf.layout import Line

if TYPE_CHECKING:
    from workers.parse.ocr.correct import Correction
    from workers.parse.ocr.prepare import Grey, Prepared
    from workers.parse.ocr.recognise import Row, Word

MAX_PIXELS = 40_000_000
"""Most pixels a page is rendered with: A4 at 600 dpi; larger ones are rendered at a lower resolution."""

_MAX_DECLARED_PIXELS = 400_000_000
"""Pictures that declare more are not unpacked: A3 at 1200 dpi has 280 million."""

_PRINT_DPI = 300.0
"""For pages whose letters are drawn, not scanned."""

_MIN_PICTURE_SHARE = 0.4
"""Share of the page from which its pictures are the page."""

_MIN_CONFIDENCE = 0.3
"""Words below this are specks and picture edges where their line is not sure otherwise. In a sure line what has letters
or digits is print, however spoilt: to leave it out cost 2.1 instead of 1.6 % errors on a page with the other side
shining through, and spared nothing on speckled or stained ones."""

_MIN_MARK_CONFIDENCE = 0.7
"""Specks are read as single marks with some confidence, true marks with more; those that open a line are bullets."""

_WEAK_WORD = 0.6
"""Of words read with less confidence, a third is wrong; of the others, one in a hundred."""

_MAX_WEAK_SHARE = 0.2
"""A page with a larger share of weak words is flagged."""

_BOLD_RATIO = 1.2
"""Strokes thicker than the page's median by this much are bold: bold lines measure 1.3 to 1.4, others up to 1.05."""

_SAME_SIZE = 0.1
"""Sizes measured from pixels scatter by a tenth; nearer ones to the page's median are the same size."""

_EXAMPLES = 3
"""Corrected words that a decision shows."""

_BULLET_MISREAD = re.compile(r"^[+¢«»*©°e] (?=\w)")
"""What Tesseract makes of a round bullet."""


@dataclass(frozen=True)
class OcrPage:
    """What was read on a page, and what was chosen on the way."""

    lines: list[Line]
    """In points, as Tesseract orders them; `workers/parse/pdf/layout.py` finds the reading order."""
    decisions: tuple[Decision, ...]
    """``ocr.prepare``, ``ocr.language``, ``ocr.correct``, ``ocr.confidence``."""
    corrections: tuple[Correction, ...] = ()


def read_page(page: Any, number: int, language: str) -> OcrPage:
    """The lines Tesseract reads on a PyMuPDF page, in points; bold where the strokes are thick.

    The page is rendered at the resolution of its scan, so that nothing is interpolated before the picture is measured
    and prepared. ``language`` names Tesseract packs (``eng``, ``eng+deu``) or is ``auto``.

    A page on which Tesseract fails or takes too long has no lines, and a decision ``ocr.confidence`` that says so: it
    costs itself, not its document.

    Raises:
        DocumentRejected: ``too_many_pixels``, ``ocr_unavailable``.
    """
    from workers.parse.ocr.correct import corrected
    from workers.parse.ocr.prepare import prepare, why
    from workers.parse.ocr.reading import read_upright
    from workers.parse.ocr.script import languages

    picture, dpi = _rendered(page, number)
    prepared = prepare(picture)
    try:
        reading = read_upright(prepared, number, language)
    except DocumentRejected as rejected:
        if rejected.reason == "ocr_unavailable":
            raise
        lost = Decision(step="ocr.confidence", choice="lost", reason=str(rejected.detail), page=number)
        return OcrPage([], (lost,))
    rows = [row for row in map(_of_words, reading.rows) if row.words]
    rows, corrections = corrected(rows, languages(reading.packs))
    lines = [_in_points(line, prepared, 72 / dpi) for line in _as_lines(rows, reading.picture, number)]
    steps = (*prepared.steps, "turn 180") if reading.on_its_head else prepared.steps
    made_ready = Decision(
        step="ocr.prepare",
        choice=", ".join(steps) or "as it is",
        reason=why(steps, prepared.measured),
        page=number,
        measured=prepared.measured | {"dpi": round(dpi, 1)},
    )
    decisions = (made_ready, *reading.decisions, *_changed(corrections, number), _sureness(rows, number))
    return OcrPage(lines, decisions, tuple(corrections))


def _rendered(page: Any, number: int) -> tuple[Grey, float]:
    """The page as its scanner gave it, and the resolution that it claims."""
    import numpy as np
    import pymupdf as typed_in_part

    pymupdf: Any = typed_in_part
    dpi = _scan_dpi(page, number)
    matrix = pymupdf.Matrix(dpi / 72, dpi / 72)
    pixels = page.get_pixmap(matrix=matrix, colorspace=pymupdf.csGRAY, alpha=False)
    grey = np.frombuffer(pixels.samples, np.uint8).reshape(pixels.height, pixels.stride)[:, : pixels.width]
    return np.ascontiguousarray(grey), dpi


def _scan_dpi(page: Any, number: int) -> float:
    """Resolution of the page's largest picture where pictures are the page, within what may be rendered."""
    pictures = page.get_image_info()
    most = max((picture["width"] * picture["height"] for picture in pictures), default=0)
    if most > _MAX_DECLARED_PIXELS:
        raise DocumentRejected("too_many_pixels", f"a picture of {most / 1e6:.0f} million on page {number}")
    shown = {abs(page.rect & picture["bbox"]): picture for picture in pictures}
    dpi = _PRINT_DPI
    if sum(shown) >= _MIN_PICTURE_SHARE * abs(page.rect):
        largest = shown[max(shown)]
        dpi = largest["width"] / max(largest["bbox"][2] - largest["bbox"][0], 1.0) * 72
    return min(dpi, 72 * math.sqrt(MAX_PIXELS / max(abs(page.rect), 1.0)))


def _of_words(row: Row) -> Row:
    """The row without what are no words: specks and the edges of pictures."""
    sure = statistics.median(word.confidence for word in row.words) >= _WEAK_WORD
    return replace(row, words=tuple(word for word in row.words if _is_word(word, word is row.words[0], sure)))


def _is_word(word: Word, first: bool, in_sure_row: bool) -> bool:
    if len(word.text) == 1 and not word.text.isalnum() and not first:
        return word.confidence >= _MIN_MARK_CONFIDENCE
    return word.confidence >= _MIN_CONFIDENCE or (in_sure_row and any(map(str.isalnum, word.text)))


def _changed(corrections: Sequence[Correction], number: int) -> Iterator[Decision]:
    if corrections:
        examples = ", ".join(f"{one.read} is {one.mended}" for one in corrections[:_EXAMPLES])
        yield Decision(
            step="ocr.correct",
            choice="words",
            reason=f"misread where only one word can be meant: {examples}",
            page=number,
            measured={"words": float(len(corrections))},
        )


def _sureness(rows: Sequence[Row], number: int) -> Decision:
    """Whether the page was read well, by the share of its words that Tesseract was not sure of."""
    sure = [word.confidence for row in rows for word in row.words]
    doubtful = sum(one < _WEAK_WORD for one in sure)
    weak = doubtful / len(sure) if sure else 1.0
    low = weak > _MAX_WEAK_SHARE
    return Decision(
        step="ocr.confidence",
        choice="low" if low else "good",
        reason=f"{doubtful} of {len(sure)} words are doubtful" if sure else "no word was read",
        page=number,
        measured={"weak_share": round(weak, 4), "mean": round(statistics.fmean(sure), 4) if sure else 0.0},
    )


def _as_lines(rows: Sequence[Row], picture: Grey, number: int) -> list[Line]:
    """The rows as lines, still in pixels of the picture."""
    if not rows:
        return []
    size = statistics.median(row.size for row in rows)
    strokes = _strokes(picture, rows)
    usual = statistics.median(strokes)
    return [
        Line(
            text=_BULLET_MISREAD.sub("• ", " ".join(word.text for word in row.words)),
            x0=row.left,
            # Boxes hug the ink; base line and size do not depend on which letters a line happens to have.
            y0=row.base - 0.75 * row.size,
            x1=row.right,
            y1=row.base + 0.25 * row.size,
            size=size if abs(row.size - size) <= _SAME_SIZE * size else row.size,
            # Large letters have thick strokes without being bold, and are headings by their size already.
            bold=stroke >= _BOLD_RATIO * usual and row.size <= size * 1.2,
            page=number,
            confidence=round(statistics.fmean(word.confidence for word in row.words), 3),
        )
        for row, stroke in zip(rows, strokes, strict=True)
    ]


def _in_points(line: Line, prepared: Prepared, points_per_pixel: float) -> Line:
    """The line where it stood on the page, before the page was turned and scaled."""
    step = points_per_pixel / prepared.scale
    left, top = prepared.left, prepared.top
    return replace(
        line, x0=(line.x0 - left) * step, x1=(line.x1 - left) * step,
        y0=(line.y0 - top) * step, y1=(line.y1 - top) * step, size=line.size * step,
    )  # fmt: skip


def _strokes(picture: Grey, rows: Sequence[Row]) -> list[float]:
    """Mean thickness of the strokes of each row in pixels: ink over its outline."""
    import cv2
    import numpy as np

    _, ink = cv2.threshold(picture, 0, 1, cv2.THRESH_BINARY_INV | cv2.THRESH_OTSU)
    outline = ink - cv2.erode(ink, np.ones((3, 3), np.uint8))
    thickness = []
    for row in rows:
        box = np.s_[max(row.top, 0) : row.bottom, max(row.left, 0) : row.right]
        thickness.append(float(ink[box].sum()) / max(1.0, float(outline[box].sum())))
    return thickness
