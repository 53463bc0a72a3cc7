"""Picture preparation: each defect is measured, and clean pages are left as they are."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from tests.bench.degraded_pages import HARMS, SOURCES, Grey, scan
from workers.parse.ocr.noise import noise_sigma, speck_share
from workers.parse.ocr.prepare import prepare
from workers.parse.ocr.skew import skew_of

PAGE = SOURCES[0]
NAMED = {harm.name: harm for harm in HARMS}


def page(harm: str = "clean 200") -> Grey:
    """A page of print, spoilt as named."""
    return scan(PAGE, NAMED[harm]).picture


def test_a_clean_page_is_left_as_it_is() -> None:
    prepared = prepare(page())
    assert prepared.steps == () and prepared.scale == 1.0
    assert np.array_equal(prepared.picture, page())


@pytest.mark.parametrize(
    ("harm", "steps"),
    [
        ("clean 100", ("enlarge",)),
        ("noise 12", ()),
        ("noise 40", ("smooth",)),
        ("salt and pepper 3 %", ("median",)),
        ("light from the left", ("divide by background",)),
        ("low contrast", ()),
        ("skew -5", ("deskew",)),
        ("turned 90", ("turn 90",)),
        ("hard mix 150", ("divide by background", "deskew")),
    ],
)
def test_only_what_is_wrong_with_a_page_is_mended(harm: str, steps: tuple[str, ...]) -> None:
    assert prepare(page(harm)).steps == steps


@pytest.mark.parametrize("harm", ["skew 1", "skew 15", "hard mix 200"])
def test_the_skew_is_measured_to_a_tenth_of_a_degree(harm: str) -> None:
    assert prepare(page(harm)).measured["skew_degrees"] == pytest.approx(-NAMED[harm].skew_degrees, abs=0.1)


def test_a_picture_without_lines_is_not_turned() -> None:
    blotches = cv2.GaussianBlur(np.random.default_rng(3).normal(128, 90, (900, 700)), (0, 0), 12)
    lie = skew_of(cv2.normalize(blotches, None, 0, 255, cv2.NORM_MINMAX).astype(np.uint8))
    assert (lie.degrees, lie.sideways) == (0.0, False)


def test_grain_and_specks_are_told_apart() -> None:
    grain, specks = page("noise 40"), page("salt and pepper 3 %")
    assert noise_sigma(grain) > 10 > noise_sigma(specks)
    assert speck_share(specks, noise_sigma(specks)) > 0.005 > 0.001 > speck_share(grain, noise_sigma(grain))


def test_the_corners_of_a_page_that_is_laid_level_are_kept() -> None:
    marked = page("skew 15").copy()
    marked[:12, :12] = 0
    prepared = prepare(marked)
    assert prepared.picture.shape > marked.shape
    assert prepared.left > 0 and prepared.top > 0
