"""Floors under what OCR reads off spoilt pages. Lowered only on purpose, with the reason here."""

from __future__ import annotations

import pytest

from tests.bench.degraded_pages import HARMS, Source, as_pdf_page, character_errors, scan
from workers.parse.ocr.page import read_page

CROP = Source("a crop", size=11, text="error-mitigation.md", start=420, height_points=120)
"""Eight lines: half a second of reading."""
HARM = {harm.name: harm for harm in HARMS}


@pytest.mark.parametrize(
    ("harm", "most"),
    [
        ("clean 100", 0.03),
        ("salt and pepper 8 %", 0.04),
        ("light from the left", 0.03),
        ("hard mix 100", 0.035),
        ("hard mix 200", 0.035),
        ("turned 180, skew 3", 0.02),
    ],
)
def test_spoilt_pages_are_read_nearly_without_errors(harm: str, most: float) -> None:
    """0.019, 0.027, 0.019, 0.022, 0.021 and 0.003 when pinned."""
    page = scan(CROP, HARM[harm])
    found = "\n".join(line.text for line in read_page(as_pdf_page(page), 1, "eng").lines)
    assert character_errors(found, page.gold) <= most
