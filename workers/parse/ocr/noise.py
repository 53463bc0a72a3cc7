"""Measures the noise of a picture and takes it out: grain of the sensor apart from specks of dust and fax lines."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

Grey = NDArray[np.uint8]

NOISY_SIGMA = 10.0
"""Grey levels of noise from which smoothing helps. Tesseract reads through less: at 7 it cost one page 0.7 points of
errors and spared another 0.3; at 15 to 22 small print lost half its errors. Clean scans measure below 2."""

SPECKLED_SHARE = 0.0025
"""Share of lone dark pixels from which a median helps; specks on 1 % of the pixels measure 0.0035,
small print at 100 dpi at most 0.002."""

_SPECK_LEVELS, _SPECK_SIGMAS = 40.0, 3.0
"""A speck is darker than all its neighbours by so many grey levels, and so many sigmas of the grain, together."""

_BLUR_PER_X_HEIGHT = 0.07
_LEAST_BLUR, _MOST_BLUR = 0.5, 1.4
"""Pixels. A blur of a fourteenth of the letters' height takes noise of 40 levels to 5 and leaves serifs; at 150 dpi a
blur of one pixel costs more letters than the noise does."""


def noise_sigma(picture: Grey) -> float:
    """Standard deviation of the noise in grey levels, from the median absolute diagonal wavelet coefficient.

    Donoho and Johnstone, Biometrika 81 (1994); text edges are few and do not move a median.
    """
    height, width = (side // 2 * 2 for side in picture.shape)
    image = picture[:height, :width].astype(np.float32)
    diagonal = (image[0::2, 0::2] - image[0::2, 1::2] - image[1::2, 0::2] + image[1::2, 1::2]) / 2
    return float(np.median(np.abs(diagonal)) / 0.6745)


def speck_share(picture: Grey, sigma: float) -> float:
    """Share of lone pixels, much darker than all others within two (pepper; salt comes with it).

    ``sigma`` is the grain's, which has such pixels too. Two, since small print at 120 dpi has many dark pixels that
    stand out from their eight neighbours.
    """
    ring = np.ones((5, 5), np.uint8)
    ring[2, 2] = 0
    return float(np.mean(cv2.subtract(cv2.erode(picture, ring), picture) > _SPECK_LEVELS + _SPECK_SIGMAS * sigma))


def without_specks(picture: Grey) -> Grey:
    """The picture with lone pixels replaced by the median around them."""
    return cv2.medianBlur(picture, 3)  # type: ignore[return-value]


def smoothed(picture: Grey, x_height: float) -> Grey:
    """The picture with its grain averaged away over what the letters' height in pixels allows."""
    sigma = min(max(_BLUR_PER_X_HEIGHT * x_height, _LEAST_BLUR), _MOST_BLUR)
    return cv2.GaussianBlur(picture, (0, 0), sigma)  # type: ignore[return-value]
