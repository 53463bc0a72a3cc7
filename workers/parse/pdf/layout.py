"""Printed lines and their reading order: columns one after the other, rows of a table together.

Pure functions on `Line`; the same rules serve the text layer of a PDF and what OCR read. Lengths are points (1/72 inch)
with the origin at the top left of the page.
"""

from __future__ import annotations

import itertools
import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

Box = tuple[float, float, float, float]
"""x0, y0, x1, y1"""


@dataclass(frozen=True)
class Line:
    """One printed line, or the part of it in one column."""

    text: str
    x0: float
    y0: float
    x1: float
    y1: float
    size: float
    """Font size, weighted by characters."""
    bold: bool = False
    mono: bool = False
    page: int = 1
    confidence: float | None = None
    """Mean word confidence, 0 to 1, of a line that OCR read."""
    italic: bool = False
    math: float = 0.0
    """Share of its letters set in a font of mathematics."""
    cells: int = 1
    """Parts that stand apart in it, as the cells of a row do."""

    @property
    def height(self) -> float:
        """Height of the box."""
        return self.y1 - self.y0

    @property
    def box(self) -> Box:
        """Where it stands."""
        return (self.x0, self.y0, self.x1, self.y1)


def box_around(lines: Iterable[Line]) -> Box:
    """The smallest box around lines, of which there must be one."""
    boxes = [line.box for line in lines]
    return (
        min(box[0] for box in boxes), min(box[1] for box in boxes),
        max(box[2] for box in boxes), max(box[3] for box in boxes),
    )  # fmt: skip


_MIN_GUTTER = 9.0
"""Narrowest gap between columns of prose; word gaps of justified text stay below, journals print 12 and more."""

_MIN_COLUMN_LINES = 3
_MIN_COLUMN_CHARACTERS = 18
"""Mean characters a line in a column of prose; the cells of a table are shorter, and a table is read by rows."""

_MAX_DEPTH = 40
"""Cuts within cuts; pages have a handful, and drawings with scattered labels must not cost more."""


def reading_order(lines: Sequence[Line], depth: int = 0) -> list[list[Line]]:
    """The lines of one page as regions in reading order: columns left to right, full-width parts between them.

    Recursive X-Y cut (Nagy and Seth, 1984) in which a cut between columns is tried first.
    """
    if not lines:
        return []
    if depth < _MAX_DEPTH and _may_have_columns(lines):
        if gutter := _gutter(lines):
            left = [line for line in lines if (line.x0 + line.x1) / 2 < gutter]
            right = [line for line in lines if (line.x0 + line.x1) / 2 >= gutter]
            return reading_order(left, depth + 1) + reading_order(right, depth + 1)
        for upper, lower in _horizontal_cuts(lines):
            if (_may_have_columns(upper) and _gutter(upper)) or (_may_have_columns(lower) and _gutter(lower)):
                return reading_order(upper, depth + 1) + reading_order(lower, depth + 1)
    return [rows(lines)]


def _may_have_columns(lines: Sequence[Line]) -> bool:
    """Whether three or more lines stand wholly beside others; most pages are one column and need no cuts."""
    ordered = sorted(lines, key=lambda line: line.y0)
    beside = 0
    reach, right, left = float("-inf"), float("-inf"), float("inf")
    for line in ordered:
        if line.y0 < reach - 0.5 * line.height and (line.x0 > right + _MIN_GUTTER / 2 or line.x1 < left):
            beside += 1
            if beside >= _MIN_COLUMN_LINES:
                return True
        if line.y0 >= reach - 0.5 * line.height:
            right, left = line.x1, line.x0
        reach = max(reach, line.y1)
        right, left = max(right, line.x1) if line.x0 <= right else right, min(left, line.x0)
    return False


def _gutter(lines: Sequence[Line]) -> float:
    """The middle of the widest empty strip between two columns of prose, 0 when there is none."""
    best, middle = _MIN_GUTTER, 0.0
    reach = float("-inf")
    for line in sorted(lines, key=lambda one: one.x0):
        gap = line.x0 - reach
        if gap >= best and reach > float("-inf"):
            cut = (reach + line.x0) / 2
            left = [one for one in lines if one.x1 <= cut]
            right = [one for one in lines if one.x0 >= cut]
            if _is_prose(left) and _is_prose(right):
                best, middle = gap, cut
        reach = max(reach, line.x1)
    return middle


def _is_prose(lines: Sequence[Line]) -> bool:
    found = rows(lines) if len(lines) >= _MIN_COLUMN_LINES else []
    return (
        len(found) >= _MIN_COLUMN_LINES and statistics.fmean(len(row.text) for row in found) >= _MIN_COLUMN_CHARACTERS
    )


def _horizontal_cuts(lines: Sequence[Line]) -> Iterable[tuple[list[Line], list[Line]]]:
    """Ways to cut the page between two lines, from the top and from the bottom inwards, nearest the edge first."""
    ordered = sorted(lines, key=lambda line: (line.y0, line.x0))
    cuts = []
    reach = ordered[0].y1
    for index, line in enumerate(ordered[1:], 1):
        if line.y0 >= reach - 0.3 * line.height:
            cuts.append(index)
        reach = max(reach, line.y1)
    for index in sorted(cuts, key=lambda cut: min(cut, len(ordered) - cut)):
        yield ordered[:index], ordered[index:]


def rows(lines: Sequence[Line]) -> list[Line]:
    """The lines from top to bottom, with parts that stand on one base line joined."""
    return [joined_row(row) for row in grouped_rows(lines)]


def grouped_rows(lines: Sequence[Line]) -> list[list[Line]]:
    """The lines from top to bottom, those on one base line together, left to right."""
    found: list[list[Line]] = []
    for line in sorted(lines, key=lambda one: ((one.y0 + one.y1) / 2, one.x0)):
        if found and line.size and found[-1][-1].size and _same_row(found[-1][-1], line):
            found[-1].append(line)
        else:
            found.append([line])
    return [sorted(row, key=lambda one: one.x0) for row in found]


def _same_row(one: Line, other: Line) -> bool:
    overlap = min(one.y1, other.y1) - max(one.y0, other.y0)
    return overlap > 0.5 * min(one.height, other.height)


_CELL_GAP = 2.0
"""Parts of a row further apart than twice the type's size are cells; numbers stand nearer to their headings."""


def joined_row(row: Sequence[Line]) -> Line:
    """Parts of one row, left to right, as one line."""
    if len(row) == 1:
        return row[0]
    text, cells = row[0].text, row[0].cells
    for before, after in itertools.pairwise(row):
        gap = after.x0 - before.x1
        space = "" if gap < 0.1 * after.size else " "
        if before.mono and after.mono and before.text:  # columns of a program's output keep their places
            space = " " * max(1, round(gap / max(0.1, (before.x1 - before.x0) / len(before.text))))
        text += space + after.text
        cells += gap > _CELL_GAP * after.size
    main = max(row, key=lambda line: len(line.text))
    letters = sum(len(line.text) for line in row)
    x0, y0, x1, y1 = box_around(row)
    return replace(
        main, text=text, x0=x0, x1=x1, y0=y0, y1=y1,
        bold=all(line.bold for line in row), mono=all(line.mono for line in row),
        italic=all(line.italic for line in row),
        math=sum(line.math * len(line.text) for line in row) / max(1, letters),
        confidence=mean_confidence(row), cells=cells,
    )  # fmt: skip


def mean_confidence(lines: Iterable[Line]) -> float | None:
    """Confidence of what OCR read, weighted by characters; None where nothing was read by OCR."""
    known = [(line.confidence, len(line.text)) for line in lines if line.confidence is not None]
    weight = sum(length for _, length in known)
    return sum(value * length for value, length in known) / weight if weight else None
