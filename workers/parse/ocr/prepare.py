"""Prepares the picture of a page for OCR: each defect is measured first, and only what is there is mended.

Unconditional cleaning harms clean pages more than it helps bad ones; every step here is a no-op below its threshold.
Pictures are grey, uint8, shape (height, width), 255 is white.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

Grey = NDArray[np.uint8]

OCR_DPI = 300
"""Resolution Tesseract's models were trained near; its documentation asks for at least 300."""

_UPSCALE_BELOW_DPI = 270
"""Nearer than a tenth to 300 dpi, interpolation only blurs."""

_NOISY_SIGMA = 4.0
"""Grey levels of noise from which smoothing helps; clean scans measure below 2."""

_UNEVEN_RANGE = 1.25
"""Brightest over darkest background from which the light is uneven; flat-bed scans stay below 1.1."""

_MIN_SKEW_DEGREES = 0.1
"""The measure's own error; smaller angles are left alone."""

_MAX_SKEW_DEGREES = 10.0
_BACKGROUND_SCALE = 8
_PROFILE_WIDTH = 800


def prepare(picture: Grey, dpi: float) -> tuple[Grey, float]:
    """The page ready for Tesseract (less noise, even background, straight lines) and its resolution, now about 300."""
    if noise_sigma(picture) > _NOISY_SIGMA:
        picture = _denoised(picture)
    background = _background(picture)
    if _background_range(background) > _UNEVEN_RANGE:
        picture = _evened(picture, background)
    angle = skew_degrees(picture)
    if abs(angle) >= _MIN_SKEW_DEGREES:
        picture = _rotated(picture, angle)
    if dpi < _UPSCALE_BELOW_DPI:
        scale = OCR_DPI / dpi
        picture = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC)  # type: ignore[assignment]
        dpi = OCR_DPI
    return picture, dpi


def noise_sigma(picture: Grey) -> float:
    """Standard deviation of the noise in grey levels, from the median absolute diagonal wavelet coefficient.

    Donoho and Johnstone, Biometrika 81 (1994); text edges are few and do not move a median.
    """
    height, width = (side // 2 * 2 for side in picture.shape)
    image = picture[:height, :width].astype(np.float32)
    diagonal = (image[0::2, 0::2] - image[0::2, 1::2] - image[1::2, 0::2] + image[1::2, 1::2]) / 2
    return float(np.median(np.abs(diagonal)) / 0.6745)


def _denoised(picture: Grey) -> Grey:
    return cv2.GaussianBlur(cv2.medianBlur(picture, 3), (0, 0), 0.7)  # type: ignore[return-value]


def _background(picture: Grey) -> Grey:
    """The paper without its print, at an eighth of the scale."""
    height, width = picture.shape
    small = cv2.resize(
        picture, (max(1, width // _BACKGROUND_SCALE), max(1, height // _BACKGROUND_SCALE)), interpolation=cv2.INTER_AREA
    )
    closed = cv2.morphologyEx(small, cv2.MORPH_CLOSE, np.ones((9, 9), np.uint8))
    return cv2.medianBlur(closed, 21)  # type: ignore[return-value]


def _background_range(background: Grey) -> float:
    dark, bright = np.percentile(background, (2, 98))
    return float(bright / max(dark, 1.0))


def _evened(picture: Grey, background: Grey) -> Grey:
    height, width = picture.shape
    full = cv2.resize(background, (width, height), interpolation=cv2.INTER_LINEAR)
    return cv2.divide(picture, np.maximum(full, 1), scale=255)  # type: ignore[return-value]


def skew_degrees(picture: Grey) -> float:
    """The angle in degrees by which the page must be turned so that its lines lie level.

    The sharpest row profile of the binarised page wins, first in steps of 0.5, then of 0.1 degree.
    """
    width = picture.shape[1]
    scale = min(1.0, _PROFILE_WIDTH / width)
    small = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    _, ink = cv2.threshold(small, 0, 255, cv2.THRESH_BINARY_INV | cv2.THRESH_OTSU)
    if not ink.any():
        return 0.0
    coarse = max(np.arange(-_MAX_SKEW_DEGREES, _MAX_SKEW_DEGREES + 0.25, 0.5), key=lambda angle: _sharpness(ink, angle))
    fine = max(np.arange(coarse - 0.5, coarse + 0.55, 0.1), key=lambda angle: _sharpness(ink, angle))
    straight = _sharpness(ink, 0.0)
    # Pages of pictures have no sharp profile at any angle; turning them would be guessing.
    return round(float(fine), 1) if _sharpness(ink, float(fine)) > 1.02 * straight else 0.0


def _sharpness(ink: NDArray[np.generic], angle: float) -> float:
    profile = _rotated(ink, angle, border=0).sum(axis=1, dtype=np.float64)  # type: ignore[arg-type]
    return float(np.square(np.diff(profile)).sum())


def _rotated(picture: Grey, angle: float, border: int = 255) -> Grey:
    height, width = picture.shape
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), angle, 1.0)
    flags = cv2.INTER_CUBIC if border else cv2.INTER_NEAREST
    return cv2.warpAffine(  # type: ignore[return-value]
        picture, turn, (width, height), flags=flags, borderMode=cv2.BORDER_CONSTANT, borderValue=border
    )
