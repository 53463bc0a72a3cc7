"""Measures how tall the letters of a page are in pixels, whatever resolution its file claims."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

Grey = NDArray[np.uint8]

_MIN_PIXELS = 4
_MAX_SHARE = 0.1
"""Of the page's height; taller ink is a frame or a picture."""
_MAX_STRETCH = 8
"""Longer or taller than this for its thickness is a rule, not a letter."""
_MIN_LETTERS = 20
"""Fewer say nothing about the page."""


def x_height(picture: Grey) -> float:
    """Median height in pixels of the letters, which is that of the small ones (x, a, n); 0 where there are too few."""
    _, ink = cv2.threshold(picture, 0, 255, cv2.THRESH_BINARY_INV | cv2.THRESH_OTSU)
    _, _, found, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
    width, height = found[1:, cv2.CC_STAT_WIDTH], found[1:, cv2.CC_STAT_HEIGHT]
    letters = height[
        (height >= _MIN_PIXELS)
        & (height < _MAX_SHARE * picture.shape[0])
        & (width < _MAX_STRETCH * height)
        & (height < _MAX_STRETCH * width)
    ]
    return float(np.median(letters)) if len(letters) >= _MIN_LETTERS else 0.0
