"""Measures the noise of a picture and takes it out: grain of the sensor apart from specks of dust and fax lines."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

Grey = NDArray[np.uint8]

NOISY_SIGMA = 4.0
"""Grey levels of noise from which smoothing helps; clean scans measure below 2."""

SPECKLED_SHARE = 0.002
"""Share of lone dark pixels from which a median helps; full stops of print at 100 dpi stay below a quarter of it."""

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
    """Share of pixels much darker than each of their eight neighbours (pepper; salt comes with it).

    ``sigma`` is the grain's, which has such pixels too.
    """
    ring = np.ones((3, 3), np.uint8)
    ring[1, 1] = 0
    return float(np.mean(cv2.subtract(cv2.erode(picture, ring), picture) > _SPECK_LEVELS + _SPECK_SIGMAS * sigma))


def without_specks(picture: Grey) -> Grey:
    """The picture with lone pixels replaced by the median around them."""
    return cv2.medianBlur(picture, 3)  # type: ignore[return-value]


def smoothed(picture: Grey, x_height: float) -> Grey:
    """The picture with its grain averaged away over what the letters' height in pixels allows."""
    sigma = min(max(_BLUR_PER_X_HEIGHT * x_height, _LEAST_BLUR), _MOST_BLUR)
    return cv2.GaussianBlur(picture, (0, 0), sigma)  # type: ignore[return-value]
