"""Reads a scanned page with Tesseract into lines that the layout rules take like those of a text layer."""

from __future__ import annotations

import os
from collections import defaultdict
from typing import TYPE_CHECKING, Any

from agent.errors import DocumentRejected
from workers.parse import tesseract
from workers.parse.layout import Line

if TYPE_CHECKING:
    from workers.parse.prepare import Grey

PAGE_TIMEOUT_S = 60
"""A page of print takes 2 to 4 s; what takes a minute is a photograph that Tesseract searches for text."""

_MIN_CONFIDENCE = 30.0
"""Words below this (of 100) are specks and picture edges; true words of bad scans stay above."""

_MIN_DPI, _MAX_DPI = 72.0, 300.0

_X_HEIGHT_TO_SIZE = 0.72
"""A line's box spans ascender to descender, about 1.4 ems for OCR boxes without leading: size = height * 0.72."""


def read_page(page: Any, number: int, language: str) -> list[Line]:
    """The lines Tesseract reads on a page, in points, with sizes from their heights.

    The page is rendered at the resolution of its scan (300 dpi at most), so that nothing is interpolated before the
    picture is measured and prepared.

    Raises:
        DocumentRejected: ``ocr_unavailable``, ``ocr_timeout``.
    """
    import numpy as np
    import pymupdf

    from workers.parse.prepare import prepare

    dpi = _scan_dpi(page)
    pixels = page.get_pixmap(dpi=round(dpi), colorspace=pymupdf.csGRAY, alpha=False)
    grey = np.frombuffer(pixels.samples, np.uint8).reshape(pixels.height, pixels.stride)[:, : pixels.width]
    picture, dpi = prepare(np.ascontiguousarray(grey), dpi)
    return _recognised(picture, number, language, 72 / dpi)


def _scan_dpi(page: Any) -> float:
    """Resolution of the page's largest picture, within what is worth rendering."""
    pictures = [picture for picture in page.get_image_info() if abs(page.rect & picture["bbox"])]
    if not pictures:
        return _MAX_DPI
    largest = max(pictures, key=lambda picture: abs(page.rect & picture["bbox"]))
    width_points = largest["bbox"][2] - largest["bbox"][0]
    return min(max(float(largest["width"] / width_points * 72), _MIN_DPI), _MAX_DPI)


def _recognised(picture: Grey, number: int, language: str, points_per_pixel: float) -> list[Line]:
    import pytesseract

    # More threads make one page slower and fight with the other workers of this machine.
    os.environ["OMP_THREAD_LIMIT"] = "1"
    program = tesseract.find(language)
    pytesseract.pytesseract.tesseract_cmd = program.program
    try:
        data = pytesseract.image_to_data(
            picture, lang=language, config=program.options, timeout=PAGE_TIMEOUT_S, output_type=pytesseract.Output.DICT
        )
    except RuntimeError as error:
        if isinstance(error, pytesseract.TesseractError):
            raise DocumentRejected("ocr_failed", f"page {number}: {error.message}") from error
        raise DocumentRejected("ocr_timeout", f"page {number} took more than {PAGE_TIMEOUT_S} s") from error
    words: dict[tuple[int, int, int], list[int]] = defaultdict(list)
    for index, text in enumerate(data["text"]):
        if text.strip() and float(data["conf"][index]) >= _MIN_CONFIDENCE:
            words[data["block_num"][index], data["par_num"][index], data["line_num"][index]].append(index)
    return [_line(data, indexes, number, points_per_pixel) for indexes in words.values()]


def _line(data: dict[str, list[int]], indexes: list[int], number: int, points_per_pixel: float) -> Line:
    left = min(data["left"][index] for index in indexes)
    top = min(data["top"][index] for index in indexes)
    right = max(data["left"][index] + data["width"][index] for index in indexes)
    bottom = max(data["top"][index] + data["height"][index] for index in indexes)
    heights = sorted(data["height"][index] for index in indexes)
    return Line(
        text=" ".join(str(data["text"][index]) for index in indexes),
        x0=left * points_per_pixel, y0=top * points_per_pixel,
        x1=right * points_per_pixel, y1=bottom * points_per_pixel,
        size=heights[len(heights) // 2] * points_per_pixel * _X_HEIGHT_TO_SIZE,
        page=number,
    )  # fmt: skip
