"""Reads a scanned page with Tesseract into lines that the layout rules take like those of a text layer."""

from __future__ import annotations

import re
import statistics
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from agent.errors import DocumentRejected
from agent.job.records import Decision
from workers.parse.ocr import tesseract
from workers.parse.pdf.layout import Line

if TYPE_CHECKING:
    from workers.parse.ocr.prepare import Grey

PAGE_TIMEOUT_S = 60
"""A page of print takes 2 to 4 s; what takes a minute is a photograph that Tesseract searches for text."""

_MIN_DPI, _MAX_DPI = 72.0, 300.0

_MIN_CONFIDENCE = 30.0
"""Words below this (of 100) are specks and picture edges; true words of bad scans stay above."""

_MIN_MARK_CONFIDENCE = 70.0
"""Specks are read as single marks with some confidence, true marks with more; those that open a line are bullets."""

_BOLD_RATIO = 1.2
"""Strokes thicker than the page's median by this much are bold: bold lines measure 1.3 to 1.4, others up to 1.05."""

_SAME_SIZE = 0.1
"""Sizes measured from pixels scatter by a tenth; nearer ones to the page's median are the same size."""

_BULLET_MISREAD = re.compile(r"^[+¢«»*©°e] (?=\w)")
"""What Tesseract makes of a round bullet."""


@dataclass(frozen=True)
class OcrPage:
    """What was read on a page, and what was chosen on the way."""

    lines: list[Line]
    """In points, as Tesseract orders them; `workers/parse/pdf/layout.py` finds the reading order."""
    decisions: tuple[Decision, ...]
    """``ocr.prepare``, ``ocr.language``, ``ocr.confidence``."""


def read_page(page: Any, number: int, language: str) -> OcrPage:
    """The lines Tesseract reads on a PyMuPDF page, in points; bold where the strokes are thick.

    ``language`` names Tesseract packs (``eng``, ``eng+deu``) or is ``auto``.

    The page is rendered at the resolution of its scan (300 dpi at most), so that nothing is interpolated before the
    picture is measured and prepared.

    Raises:
        DocumentRejected: ``ocr_unavailable``, ``ocr_timeout``, ``ocr_failed``.
    """
    import numpy as np
    import pymupdf

    from workers.parse.ocr.prepare import prepare

    dpi = _scan_dpi(page)
    pixels = page.get_pixmap(dpi=round(dpi), colorspace=pymupdf.csGRAY, alpha=False)
    grey = np.frombuffer(pixels.samples, np.uint8).reshape(pixels.height, pixels.stride)[:, : pixels.width]
    picture, dpi = prepare(np.ascontiguousarray(grey), dpi)
    return OcrPage(_as_lines(list(_recognised(picture, number, language)), picture, number, 72 / dpi), ())


def _scan_dpi(page: Any) -> float:
    """Resolution of the page's largest picture, within what is worth rendering."""
    pictures = [picture for picture in page.get_image_info() if abs(page.rect & picture["bbox"])]
    if not pictures:
        return _MAX_DPI
    largest = max(pictures, key=lambda picture: abs(page.rect & picture["bbox"]))
    width_points = largest["bbox"][2] - largest["bbox"][0]
    return min(max(float(largest["width"] / width_points * 72), _MIN_DPI), _MAX_DPI)


@dataclass(frozen=True)
class _Recognised:
    """A line as Tesseract reports it, in pixels from the top left."""

    text: str
    confidence: float
    """Mean over its words, 0 to 1."""
    left: int
    top: int
    right: int
    bottom: int
    base: float
    """Where the letters stand."""
    size: float
    """From the foot of descenders to the head of ascenders, which is nearly the font size."""


def _recognised(picture: Grey, number: int, language: str) -> Iterator[_Recognised]:
    import lxml.html
    import pytesseract

    language = "eng" if language == "auto" else language
    program = tesseract.find(language)
    pytesseract.pytesseract.tesseract_cmd = program.program
    try:
        hocr = pytesseract.image_to_pdf_or_hocr(
            picture, lang=language, config=program.options, extension="hocr", timeout=PAGE_TIMEOUT_S
        )
    except pytesseract.TesseractError as error:
        raise DocumentRejected("ocr_failed", f"page {number}: {error.message}") from error
    except RuntimeError as error:  # what pytesseract raises at its timeout
        raise DocumentRejected("ocr_timeout", f"page {number} took more than {PAGE_TIMEOUT_S} s") from error
    # hOCR 1.2: http://kba.github.io/hocr-spec/1.2/
    for line in lxml.html.fromstring(hocr).xpath("//span[starts-with(@class, 'ocr_')]"):
        spans = [span for span in line.iter("span") if span.get("class") == "ocrx_word"]
        kept = [span for span in spans if _is_word(span, first=span is spans[0])]
        words = [span.text_content().strip() for span in kept]
        if words:
            confidence = statistics.fmean(_confidence(span) for span in kept) / 100
            facts = _properties(line)
            left, top, right, bottom = (int(value) for value in facts["bbox"])
            size = float(facts.get("x_size", [str(bottom - top)])[0])
            base = bottom + float(facts.get("baseline", ["0", "0"])[1])
            text = _BULLET_MISREAD.sub("• ", " ".join(words))
            yield _Recognised(text, confidence, left, top, right, bottom, base, size)


def _is_word(element: Any, *, first: bool) -> bool:
    text = element.text_content().strip()
    lone_mark = len(text) == 1 and not text.isalnum() and not first
    return bool(text) and _confidence(element) >= (_MIN_MARK_CONFIDENCE if lone_mark else _MIN_CONFIDENCE)


def _confidence(word: Any) -> float:
    return float(_properties(word).get("x_wconf", ["0"])[0])


def _properties(element: Any) -> dict[str, list[str]]:
    """The ``title`` of an hOCR element: ``bbox 1 2 3 4; x_size 44`` as name and values."""
    parts = (part.split() for part in (element.get("title") or "").split(";"))
    return {part[0]: part[1:] for part in parts if part}


def _as_lines(found: Sequence[_Recognised], picture: Grey, number: int, points_per_pixel: float) -> list[Line]:
    if not found:
        return []
    size = statistics.median(line.size for line in found)
    strokes = _strokes(picture, found)
    usual = statistics.median(strokes)
    lines = [
        Line(
            text=line.text,
            x0=line.left * points_per_pixel,
            # Boxes hug the ink; base line and size do not depend on which letters a line happens to have.
            y0=(line.base - 0.75 * line.size) * points_per_pixel,
            x1=line.right * points_per_pixel,
            y1=(line.base + 0.25 * line.size) * points_per_pixel,
            size=(size if abs(line.size - size) <= _SAME_SIZE * size else line.size) * points_per_pixel,
            bold=stroke >= _BOLD_RATIO * usual,
            page=number,
            confidence=round(line.confidence, 3),
        )
        for line, stroke in zip(found, strokes, strict=True)
    ]
    # Large letters have thick strokes without being bold, and are headings by their size already.
    return [replace(line, bold=line.bold and line.size <= size * points_per_pixel * 1.2) for line in lines]


def _strokes(picture: Grey, found: Sequence[_Recognised]) -> list[float]:
    """Mean thickness of the strokes of each line in pixels: ink over its outline."""
    import cv2
    import numpy as np

    _, ink = cv2.threshold(picture, 0, 1, cv2.THRESH_BINARY_INV | cv2.THRESH_OTSU)
    outline = ink - cv2.erode(ink, np.ones((3, 3), np.uint8))
    thickness = []
    for line in found:
        box = np.s_[max(line.top, 0) : line.bottom, max(line.left, 0) : line.right]
        thickness.append(float(ink[box].sum()) / max(1.0, float(outline[box].sum())))
    return thickness
