"""Dates as documents state them, as ISO 8601."""

from __future__ import annotations

import re
from datetime import datetime

_FIRST_DAY = datetime(1, 1, 1)
"""What a date leaves out is taken as the first: of the month, of January."""

_YEAR = re.compile(r"(?:19|20)\d\d")


def iso_date(stated: str) -> str:
    """``YYYY-MM-DD`` of a stated date, '' when there is none; 12/08/2025 is read as Americans write it, month first."""
    from dateutil import parser

    if not _YEAR.search(stated):
        return ""
    try:
        return parser.parse(stated, fuzzy=True, ignoretz=True, default=_FIRST_DAY).date().isoformat()
    except (ValueError, OverflowError):
        return ""
