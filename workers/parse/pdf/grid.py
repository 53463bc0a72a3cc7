"""Words inside a table's border to rows of cells: columns by its rules or by the white strips between them."""

from __future__ import annotations

import itertools
import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from workers.parse.pdf.hyphens import joined_lines
from workers.parse.pdf.layout import Box

_STRIP_RATIO = 0.6
"""Width of the white strip between two columns, as a multiple of the line height: twice a space."""

_MAX_CROSSING_SHARE = 0.15
"""Rows that may cross a strip: heads that span columns, totals, notes."""

_MAX_COLUMNS = 30
_MIN_FILLED_SHARE = 0.4
"""Of the cells that hold something; sparser grids are drawings, or prose in boxes."""


@dataclass(frozen=True)
class Word:
    """One word and where it stands."""

    text: str
    x0: float
    y0: float
    x1: float
    y1: float

    @property
    def middle(self) -> tuple[float, float]:
        """Of its box."""
        return (self.x0 + self.x1) / 2, (self.y0 + self.y1) / 2


def cells(
    words: Sequence[Word], box: Box, verticals: Sequence[float] = (), horizontals: Sequence[float] = ()
) -> list[list[str]]:
    """The rows of cells inside a box, [] where the words do not stand as a table.

    ``verticals`` and ``horizontals`` are the x and y of rules between cells; without verticals columns are parted where
    hardly any row has a word, without horizontals each line is a row, and lines without a first cell go on with the
    row above.
    """
    inside = [word for word in words if _within(word, box)]
    if len(inside) < 4:
        return []
    lines = _lines(inside)
    cuts = sorted(verticals) or _strips(lines)
    if not cuts or len(cuts) >= _MAX_COLUMNS:
        return []
    bands = _banded(inside, sorted(horizontals)) if horizontals else lines
    table = [_row(band, cuts) for band in bands if band]
    if not horizontals:
        table = _continued(table, lines)
    table = _without_empty_columns(table)
    return table if _is_table(table) else []


def _within(word: Word, box: Box) -> bool:
    x, y = word.middle
    return box[0] - 1 <= x <= box[2] + 1 and box[1] - 1 <= y <= box[3] + 1


def _lines(words: Sequence[Word]) -> list[list[Word]]:
    """Words by line, top to bottom, left to right."""
    found: list[list[Word]] = []
    for word in sorted(words, key=lambda one: (one.middle[1], one.x0)):
        if found and abs(word.middle[1] - statistics.fmean(one.middle[1] for one in found[-1][-3:])) < 0.5 * (
            word.y1 - word.y0
        ):
            found[-1].append(word)
        else:
            found.append([word])
    return [sorted(line, key=lambda one: one.x0) for line in found]


def _strips(lines: Sequence[Sequence[Word]]) -> list[float]:
    """The middles of the white strips that part the columns."""
    height = statistics.median(word.y1 - word.y0 for line in lines for word in line)
    spans = sorted((word.x0, word.x1, index) for index, line in enumerate(lines) for word in line)
    allowed = int(_MAX_CROSSING_SHARE * len(lines)) or (1 if len(lines) >= 4 else 0)
    edges = sorted([(x0, 1) for x0, _, _ in spans] + [(x1, -1) for _, x1, _ in spans])
    found: list[float] = []
    depth, start = 0, None
    for x, change in edges:
        before, depth = depth, depth + change
        if before > allowed >= depth:
            start = x
        elif before <= allowed < depth:
            if start is not None and x - start >= _STRIP_RATIO * height:
                found.append((start + x) / 2)
            start = None
    return found


def _banded(words: Sequence[Word], horizontals: Sequence[float]) -> list[list[Word]]:
    bands: list[list[Word]] = [[] for _ in range(len(horizontals) + 1)]
    for word in words:
        y = word.middle[1]
        bands[sum(1 for rule in horizontals if rule < y)].append(word)
    return bands


def _row(band: Sequence[Word], cuts: Sequence[float]) -> list[str]:
    """The cells of one row: each word by its middle, lines of a cell joined."""
    parts: list[list[Word]] = [[] for _ in range(len(cuts) + 1)]
    for word in band:
        x = word.middle[0]
        parts[sum(1 for cut in cuts if cut < x)].append(word)
    return [joined_lines([" ".join(word.text for word in line) for line in _lines(part)]) for part in parts]


def _continued(table: list[list[str]], lines: Sequence[Sequence[Word]]) -> list[list[str]]:
    """Rows without a first cell joined to the row above, where they stand nearer to it than rows usually do."""
    pitches = [after[0].y0 - before[0].y0 for before, after in itertools.pairwise(lines)]
    usual = statistics.median(pitches) if pitches else 0.0
    merged: list[list[str]] = []
    for index, row in enumerate(table):
        gap = pitches[index - 1] if index else 0.0
        if (
            len(merged) > 1
            and not row[0]
            and any(row)
            and gap <= usual * 1.15
            and sum(map(bool, row)) <= max(1, len(row) // 2)
        ):
            merged[-1] = [
                joined_lines([above, below]) if below else above for above, below in zip(merged[-1], row, strict=True)
            ]
        else:
            merged.append(row)
    return merged


def _without_empty_columns(table: list[list[str]]) -> list[list[str]]:
    if not table:
        return []
    kept = [index for index in range(len(table[0])) if any(row[index] for row in table)]
    return [[row[index] for index in kept] for row in table if any(row)]


def _is_table(table: Sequence[Sequence[str]]) -> bool:
    if len(table) < 2 or len(table[0]) < 2:
        return False
    filled = sum(1 for row in table for cell in row if cell)
    return filled >= _MIN_FILLED_SHARE * len(table) * len(table[0])
