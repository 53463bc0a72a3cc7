"""Has Tesseract read a prepared picture: lines of words with their places and how sure it is of each."""

from __future__ import annotations

import statistics
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from agent.errors import DocumentRejected
from workers.parse.ocr import tesseract

Grey = NDArray[np.uint8]

PAGE_TIMEOUT_S = 60
"""A page of print takes 2 to 4 s; what takes a minute is a photograph that Tesseract searches for text."""


@dataclass(frozen=True)
class Word:
    """A word, and the probability that it was read rightly, as Tesseract sees it."""

    text: str
    confidence: float
    """0 to 1."""


@dataclass(frozen=True)
class Row:
    """A line as Tesseract reports it, in pixels from the top left."""

    words: tuple[Word, ...]
    left: int
    top: int
    right: int
    bottom: int
    base: float
    """Where the letters stand."""
    size: float
    """From the foot of descenders to the head of ascenders, which is nearly the font size."""


def recognise(picture: Grey, page: int, language: str, *, block: bool = False) -> list[Row]:
    """The lines that Tesseract reads, in its reading order; ``block`` spares it the search for columns.

    Raises:
        DocumentRejected: ``ocr_unavailable``, ``ocr_timeout``, ``ocr_failed``.
    """
    import lxml.html

    options = "--psm 6" if block else ""
    hocr = lxml.html.fromstring(_run(picture, page, language, options))
    # hOCR 1.2: http://kba.github.io/hocr-spec/1.2/
    return [row for line in hocr.xpath("//span[starts-with(@class, 'ocr_')]") for row in _row(line)]


def certainty(rows: Sequence[Row]) -> float:
    """Mean confidence of the words, weighted by their letters; 0 where nothing was read."""
    words = [(word.confidence, len(word.text)) for row in rows for word in row.words]
    return statistics.fmean((one[0] for one in words), (one[1] for one in words)) if words else 0.0


def _run(picture: Grey, page: int, language: str, options: str) -> bytes:
    import pytesseract

    program = tesseract.find(language)
    pytesseract.pytesseract.tesseract_cmd = program.program
    with tempfile.TemporaryDirectory() as folder:
        # An uncompressed file: packing the page as PNG takes a tenth of the time that reading it does.
        file = str(Path(folder) / "page.pgm")
        cv2.imwrite(file, picture)
        try:
            found: bytes = pytesseract.image_to_pdf_or_hocr(
                file, lang=language, config=f"{options} {program.options}", extension="hocr", timeout=PAGE_TIMEOUT_S
            )
        except pytesseract.TesseractError as error:
            raise DocumentRejected("ocr_failed", f"page {page}: {error.message}") from error
        except RuntimeError as error:  # what pytesseract raises at its timeout
            raise DocumentRejected("ocr_timeout", f"page {page} took more than {PAGE_TIMEOUT_S} s") from error
    return found


def _row(line: Any) -> Iterator[Row]:
    spans = [span for span in line.iter("span") if span.get("class") == "ocrx_word"]
    words = [Word(span.text_content().strip(), float(_properties(span)["x_wconf"][0]) / 100) for span in spans]
    words = [word for word in words if word.text]
    if words:
        facts = _properties(line)
        left, top, right, bottom = (int(value) for value in facts["bbox"])
        size = float(facts.get("x_size", [str(bottom - top)])[0])
        base = bottom + float(facts.get("baseline", ["0", "0"])[1])
        yield Row(tuple(words), left, top, right, bottom, base, size)


def _properties(element: Any) -> dict[str, list[str]]:
    """The ``title`` of an hOCR element: ``bbox 1 2 3 4; x_size 44`` as name and values."""
    parts = (part.split() for part in (element.get("title") or "").split(";"))
    return {part[0]: part[1:] for part in parts if part}
