"""Dates as documents write them."""

from __future__ import annotations

import pytest

from workers.parse.dates import iso_date


@pytest.mark.parametrize(
    ("stated", "expected"),
    [
        ("2024-02-03 10:12:00 EST", "2024-02-03"),
        ("Last revised on 3 February 2024", "2024-02-03"),
        ("12/08/2025", "2025-12-08"),
        ("March 2024", "2024-03-01"),
        ("31 February 2024", ""),
        ("yesterday", ""),
        ("", ""),
    ],
)
def test_a_stated_date_is_given_as_iso_8601(stated: str, expected: str) -> None:
    assert iso_date(stated) == expected
