"""Prepares the picture of a page for OCR: each defect is measured first, and only what is there is mended.

Unconditional cleaning harms clean pages more than it helps bad ones; every step here is a no-op below its threshold.
Pictures are grey, uint8, shape (height, width), 255 is white.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from workers.parse.ocr import background, noise, size, skew

Grey = NDArray[np.uint8]

_MIN_SKEW_DEGREES = 0.1
"""Smaller angles are left alone: over a line of print they move it by less than a pixel in two inches."""

_SMALL_LETTERS, _LARGE_LETTERS, _GOOD_LETTERS = 9.0, 40.0, 16.0
"""Height of small letters in pixels below which the page is enlarged, above which it is reduced, and what to. Letters
of 4 to 8 pixels give 0.2 to 78 % errors as they are, 0.1 to 8 % at 14 to 17; from 9 on enlarging gains nothing."""

_MAX_ENLARGEMENT = 4.0

_WHY = {
    "median": "specks lie all over it",
    "smooth": "it is grainy",
    "divide by background": "its light is uneven",
    "turn 90": "its lines run up or down",
    "deskew": "it lies {skew:.1f} degrees askew",
    "enlarge": "its letters are {letters:.0f} pixels high",
    "reduce": "its letters are {letters:.0f} pixels high",
    "turn 180": "it stands on its head",
}
"""Step -> the defect of the page that it mends."""


@dataclass(frozen=True)
class Prepared:
    """A picture ready for Tesseract, what was done to it and what that rests on."""

    picture: Grey
    scale: float
    """Pixels of it to a pixel of the original."""
    left: float
    top: float
    """Where the upper left corner of the original page lies in it: a turned page needs more room."""
    sideways: bool
    """Whether the lines ran up or down the page and were laid level by a quarter turn anticlockwise."""
    steps: tuple[str, ...]
    measured: dict[str, float]


def prepare(picture: Grey) -> Prepared:
    """The page with less noise, an even background, level lines and letters of a good size."""
    steps: list[str] = []
    sigma = noise.noise_sigma(picture)
    measured = {"noise_sigma": sigma, "speck_share": noise.speck_share(picture, sigma)}
    picture = _without_noise(picture, measured, steps)
    picture = _on_even_paper(picture, measured, steps)
    lie = skew.skew_of(picture)
    letters = size.x_height(picture)
    measured |= {"skew_degrees": lie.degrees, "line_peak": lie.peak, "x_height_pixels": letters}
    if lie.sideways:
        picture = np.ascontiguousarray(np.rot90(picture))
        steps.append("turn 90")
    angle = lie.degrees if abs(lie.degrees) >= _MIN_SKEW_DEGREES else 0.0
    scale = _scale(letters)
    if angle:
        steps.append("deskew")
    if scale != 1.0:
        steps.append("enlarge" if scale > 1 else "reduce")
    height, width = picture.shape
    picture = skew.turned(picture, angle, scale)
    left, top = (picture.shape[1] - width * scale) / 2, (picture.shape[0] - height * scale) / 2
    return Prepared(
        picture, scale, left, top, lie.sideways, tuple(steps), {name: round(x, 4) for name, x in measured.items()}
    )


def why(steps: Sequence[str], measured: Mapping[str, float]) -> str:
    """The defects behind these steps as a short sentence about the page."""
    facts = {"skew": abs(measured["skew_degrees"]), "letters": measured["x_height_pixels"]}
    return "; ".join(_WHY[step].format(**facts) for step in steps) or "nothing is wrong with it"


def _without_noise(picture: Grey, measured: dict[str, float], steps: list[str]) -> Grey:
    if measured["speck_share"] > noise.SPECKLED_SHARE:
        picture = noise.without_specks(picture)
        steps.append("median")
    if measured["noise_sigma"] > noise.NOISY_SIGMA:
        # Grain joins letters and splits them: their height is measured on a first, weak smoothing.
        picture = noise.smoothed(picture, size.x_height(noise.smoothed(noise.without_specks(picture), 0.0)))
        steps.append("smooth")
    return picture


def _on_even_paper(picture: Grey, measured: dict[str, float], steps: list[str]) -> Grey:
    paper = background.paper(picture)
    measured["background_ratio"] = background.unevenness(paper)
    if measured["background_ratio"] > background.UNEVEN_RATIO:
        picture = background.evened(picture, paper)
        steps.append("divide by background")
    ink, white = background.levels(picture)
    measured["contrast_levels"] = white - ink
    return picture


def _scale(letters: float) -> float:
    if 0 < letters < _SMALL_LETTERS:
        return min(_GOOD_LETTERS / letters, _MAX_ENLARGEMENT)
    return _GOOD_LETTERS / letters if letters > _LARGE_LETTERS else 1.0
