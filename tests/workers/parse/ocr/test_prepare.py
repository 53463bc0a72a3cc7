"""Picture preparation: each defect is measured, and clean pages are left as they are."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from workers.parse.ocr.prepare import Grey, noise_sigma, prepare, skew_degrees


def page() -> Grey:
    """A white page with rows of black strokes, as print looks from afar."""
    picture: Grey = np.full((1400, 1000), 255, np.uint8)
    letters = np.random.default_rng(7)
    for y in range(120, 1280, 40):
        for x in range(100, 900, 14):
            if letters.random() < 0.8:
                picture[y : y + 16, x : x + 4] = 0
    return picture


def turned(picture: Grey, degrees: float) -> Grey:
    height, width = picture.shape
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1.0)
    return cv2.warpAffine(picture, matrix, (width, height), borderValue=255)  # type: ignore[return-value]


def test_a_clean_page_at_300_dpi_is_left_as_it_is() -> None:
    picture, dpi = prepare(page(), 300)
    assert dpi == 300 and np.array_equal(picture, page())


@pytest.mark.parametrize("degrees", [-7.0, -1.0, 0.4, 3.0])
def test_the_skew_is_measured_to_a_fifth_of_a_degree(degrees: float) -> None:
    assert skew_degrees(turned(page(), degrees)) == pytest.approx(-degrees, abs=0.2)


def test_noise_is_measured_and_taken_out() -> None:
    noise = np.random.default_rng(1).normal(0, 20, page().shape)
    # Mid-grey paper, so that the noise is not clipped at white.
    noisy: Grey = np.clip(page() * 0.6 + 40 + noise, 0, 255).astype(np.uint8)
    assert noise_sigma(noisy) == pytest.approx(20, rel=0.15)
    assert noise_sigma(prepare(noisy, 300)[0]) < 8


def test_uneven_light_is_evened_out() -> None:
    shade = np.linspace(0.4, 1.0, page().shape[1])
    picture, _ = prepare((page() * shade).astype(np.uint8), 300)
    paper = picture[:100]
    assert paper.min() > 240


def test_a_coarse_scan_is_enlarged_to_300_dpi() -> None:
    picture, dpi = prepare(page(), 150)
    assert dpi == 300 and picture.shape == (2800, 2000)
