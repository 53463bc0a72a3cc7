"""Parts ``citations`` and ``recency``: what time has said of a document, and how long ago it was written."""

from __future__ import annotations

import math
import re
from datetime import date

from agent.job.records import Candidate

FULL_CITATIONS_PER_YEAR = 100
"""As few papers in a thousand have; on the logarithmic scale 1 a year is 0.15 and 9 are a half."""

CITABLE_AFTER_YEARS = 1.0
"""A younger paper cannot have been cited by much: what it has counts for it, what it lacks not against it."""

HALF_LIFE_YEARS = 12
"""Gentle: after so many years half of what newness counts is gone."""

_DATE = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")


def citations(candidate: Candidate, today: date) -> float | None:
    """Citations a year on a logarithmic scale, 0 to 1; None where they or the date are not known, and for a paper too
    young to have any."""
    age = age_years(candidate, today)
    if candidate.citations is None or age is None:
        return None
    if age < CITABLE_AFTER_YEARS and not candidate.citations:
        return None
    a_year = candidate.citations / max(age, CITABLE_AFTER_YEARS)
    return min(1.0, math.log1p(a_year) / math.log1p(FULL_CITATIONS_PER_YEAR))


def recency(candidate: Candidate, today: date) -> float | None:
    """1 for today, halved every twelve years; None where no date is known."""
    age = age_years(candidate, today)
    return None if age is None else 0.5 ** (age / HALF_LIFE_YEARS)


def age_years(candidate: Candidate, today: date) -> float | None:
    """Years since publication, the middle of what the date leaves open; 0 for a date to come, None for none."""
    match = _DATE.match(candidate.date)
    if match is None:
        return None
    year, month, day = (int(part) if part else None for part in match.groups())
    try:
        written = date(year or 0, month or 7, day or (15 if month else 1))
    except ValueError:
        return None
    return max(0.0, (today - written).days / 365.25)
