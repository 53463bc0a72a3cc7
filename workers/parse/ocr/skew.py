"""Finds by how much a page lies askew, and whether its lines run up the page, from the profile of its ink.

The sharper the row profile, the more level the lines (Postl, 1986). Ink is taken as points, so that an angle costs one
histogram instead of one turned picture.
"""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

Grey = NDArray[np.uint8]

MAX_SKEW_DEGREES = 15.5
"""Pages are laid at most this much askew; farther out, the lines of two columns align across the gutter by chance."""

_SIDE_PIXELS = 1200
"""Longest side of the reduced page: lines of small type stay apart, and noise is averaged away."""

_MOST_POINTS = 120_000
_COARSE_DEGREES, _FINE_DEGREES = 0.5, 0.05
_SOLID_SHARE = 0.01
"""Ink thicker than this share of the page's side is a picture or the scanner's lid, not print."""

_MIN_PEAK = 5.0
"""Sharpest profile over the median one at all angles; pictures stay below, print measures 15 and more."""


class Skew(NamedTuple):
    """How the lines of a page run."""

    degrees: float
    """By how much to turn the page (anticlockwise is positive) so that lines are level, after the quarter turn."""
    sideways: bool
    """Whether lines run up or down the page, so that a quarter turn must come first."""
    peak: float
    """How far the best angle stands out; 1 is not at all."""


def skew_of(picture: Grey) -> Skew:
    """The turn that makes the lines level; none where the page has no lines that show one."""
    points = _ink_points(picture)
    if len(points) < 50:
        return Skew(0.0, False, 1.0)
    level, standing = _best_angle(points[:, 0], points[:, 1]), _best_angle(points[:, 1], -points[:, 0])
    sideways = standing.sharpness > level.sharpness
    best = standing if sideways else level
    if best.peak < _MIN_PEAK:
        return Skew(0.0, False, best.peak)
    return Skew(best.degrees, sideways, best.peak)


class _Angle(NamedTuple):
    degrees: float
    sharpness: float
    peak: float


def _best_angle(x: NDArray[np.float32], y: NDArray[np.float32]) -> _Angle:
    coarse = np.arange(-MAX_SKEW_DEGREES, MAX_SKEW_DEGREES + _COARSE_DEGREES / 2, _COARSE_DEGREES)
    values = [_sharpness(x, y, angle) for angle in coarse]
    middle = coarse[int(np.argmax(values))]
    fine = np.arange(middle - _COARSE_DEGREES, middle + _COARSE_DEGREES + _FINE_DEGREES / 2, _FINE_DEGREES)
    finer = [_sharpness(x, y, angle) for angle in fine]
    best = int(np.argmax(finer))
    return _Angle(float(fine[best]), finer[best], finer[best] / float(np.median(values)))


def _sharpness(x: NDArray[np.float32], y: NDArray[np.float32], degrees: float) -> float:
    angle = np.deg2rad(degrees)
    rows = y * np.float32(np.cos(angle)) - x * np.float32(np.sin(angle))
    profile = np.bincount((rows - rows.min()).astype(np.int32))
    return float(np.square(np.diff(profile)).sum())


def _ink_points(picture: Grey) -> NDArray[np.float32]:
    """x and y of the pixels of print on the reduced page."""
    scale = min(1.0, _SIDE_PIXELS / max(picture.shape))
    small = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    _, ink = cv2.threshold(small, 0, 255, cv2.THRESH_BINARY_INV | cv2.THRESH_OTSU)
    side = round(max(small.shape) * _SOLID_SHARE) | 1
    solid = cv2.morphologyEx(ink, cv2.MORPH_OPEN, np.ones((side, side), np.uint8))
    rows, columns = np.nonzero(cv2.subtract(ink, solid))
    points = np.stack([columns, rows], axis=1).astype(np.float32)
    if len(points) > _MOST_POINTS:
        points = points[np.random.default_rng(0).choice(len(points), _MOST_POINTS, replace=False)]
    return points


def turned(picture: Grey, degrees: float, scale: float = 1.0) -> Grey:
    """The picture turned anticlockwise and scaled in one interpolation, on as much white as holds all of it."""
    if not degrees:
        if scale == 1.0:
            return picture
        way = cv2.INTER_CUBIC if scale > 1 else cv2.INTER_AREA
        return cv2.resize(picture, None, fx=scale, fy=scale, interpolation=way)  # type: ignore[return-value]
    height, width = picture.shape
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, scale)
    cosine, sine = abs(turn[0, 0]), abs(turn[0, 1])
    wide, high = round(height * sine + width * cosine), round(height * cosine + width * sine)
    turn[:, 2] += (wide - width) / 2, (high - height) / 2
    paper = float(np.median(picture[::16, ::16]))
    return cv2.warpAffine(  # type: ignore[return-value]
        picture, turn, (wide, high), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_CONSTANT, borderValue=paper
    )
