"""Finds the paper under the print: how evenly it is lit, and how far the ink stands out from it."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

Grey = NDArray[np.uint8]

UNEVEN_RATIO = 1.25
"""Brightest over darkest paper from which the light is uneven; flat-bed scans stay below 1.1."""

_SIDE_PIXELS = 440
"""Longest side of the reduced page: a letter-size page at 40 dpi, where the strokes of print are below a pixel."""

_CLOSING_PIXELS, _MEDIAN_PIXELS = 9, 21
"""A quarter and half an inch of such a page: wider than the strokes of headlines, and than what is left of them."""


def paper(picture: Grey) -> Grey:
    """The paper without its print, reduced to `_SIDE_PIXELS`."""
    scale = min(1.0, _SIDE_PIXELS / max(picture.shape))
    small = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    closed = cv2.morphologyEx(small, cv2.MORPH_CLOSE, np.ones((_CLOSING_PIXELS, _CLOSING_PIXELS), np.uint8))
    return cv2.medianBlur(closed, _MEDIAN_PIXELS)  # type: ignore[return-value]


def unevenness(background: Grey) -> float:
    """Brightest over darkest paper, 98th over 2nd percentile; 1 is even."""
    dark, bright = np.percentile(background, (2, 98))
    return float(bright / max(dark, 1.0))


def evened(picture: Grey, background: Grey) -> Grey:
    """The picture divided by its paper, which becomes white."""
    height, width = picture.shape
    full = cv2.resize(background, (width, height), interpolation=cv2.INTER_LINEAR)
    return cv2.divide(picture, np.maximum(full, 1), scale=255)  # type: ignore[return-value]


def levels(picture: Grey) -> tuple[float, float]:
    """Grey of the ink and of the paper: the means of the two classes that Otsu's threshold parts.

    Low contrast is recorded, not mended: Tesseract spreads each line itself, and spreading the whole page lost faint
    letters (2.8 to 18.6 % errors on a blurred, noisy page) and gained nothing on pages of low contrast.
    """
    histogram = cv2.calcHist([picture], [0], None, [256], [0, 256]).ravel()
    threshold, _ = cv2.threshold(picture, 0, 255, cv2.THRESH_BINARY | cv2.THRESH_OTSU)
    cut = int(threshold) + 1
    grey = np.arange(256)
    if not histogram[:cut].any() or not histogram[cut:].any():
        mean = float(np.average(grey, weights=histogram))
        return mean, mean
    return (
        float(np.average(grey[:cut], weights=histogram[:cut])),
        float(np.average(grey[cut:], weights=histogram[cut:])),
    )
