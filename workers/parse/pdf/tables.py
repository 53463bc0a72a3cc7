"""The tables of a page: drawn by rules, standing in line, or found by the layout model where it is asked."""

from __future__ import annotations

import itertools
import re
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from agent.job.records import Block, Decision
from workers.parse import blocks
from workers.parse.pdf.build import Placed
from workers.parse.pdf.grid import cells
from workers.parse.pdf.layout import Box, Line, box_around, grouped_rows
from workers.parse.pdf.spans import PageText, words_of

_MIN_ALIGNED_ROWS = 3
_MIN_ALIGNED_PAIRS = 5
"""Rows of two parts: fewer are mostly terms and options with their meaning, where the model finds no table."""

_ALIGNED = 3.0
"""Points by which the left, right or middle of cells of one column may differ."""

_MAX_CELL_CHARACTERS = 40
"""Median letters of the parts of rows that look like cells; parts of columns of prose are longer."""

_MAX_MATH_SHARE = 0.25
"""Rows with more letters in fonts of mathematics are aligned formulas, which the layout model reads badly."""

_ITEM = re.compile(r"(?:[•◦▪▫●○■□‣⁃∙·*\-–—]|\(?(?:\d{1,3}|[a-z]|[ivx]{1,4})[.)]|\d+(?:\.\d+)*|\[\w{1,10}\])")
_PAGE_NUMBER = re.compile(r"[.\s]*(?:\d{1,4}|[ivxlc]{1,6})")


@dataclass(frozen=True)
class Tabled:
    """A page's lines with its tables in their places, and what was decided."""

    lines: list[Line]
    decision: Decision | None = None


def with_tables(page: Any, text: PageText, lines: list[Line], *, layout: bool) -> Tabled:
    """The page's body lines, those that make tables replaced by the tables.

    Ruled tables are read by their rules. Rows of cells in line without rules are left to the layout model when
    ``layout`` allows it, else read as they stand.
    """
    ruled = [
        table
        for place in text.places
        if (table := _placed(cells(text.words, place.box, place.verticals, place.horizontals), place.box, text.number))
        and not _is_prose(table)
    ]
    lines = _replaced(lines, ruled)
    runs = aligned_runs(lines)
    decision = _decision(text, "rules", "rules draw tables", {"tables": float(len(ruled))}) if ruled else None
    if not runs:
        return Tabled(lines, decision)
    measured = {"rows_in_line": float(sum(len(run) for run in runs)), "tables": float(len(ruled))}
    if layout:
        from workers.parse.pdf.model import model_tables

        found = [
            placed
            for box, verticals, horizontals in model_tables(page)
            if any(_overlap(box_around([part for row in run for part in row]), box) for run in runs)
            and (placed := _placed(cells(words_of(page), box, verticals, horizontals), box, text.number))
        ]
        measured["tables"] += len(found)
        reason = "rows of cells in line without rules"
        return Tabled(_replaced(lines, found), _decision(text, "model", reason, measured))
    found = []
    words = words_of(page)
    for run in runs:
        box = box_around([part for row in run for part in row])
        if len(run[0]) >= 3 and (placed := _placed(cells(words, box), box, text.number)):
            found.append(placed)
    measured["tables"] += len(found)
    return Tabled(
        _replaced(lines, found),
        _decision(text, "alignment", "rows of cells in line; the model was not asked", measured),
    )


def _decision(text: PageText, choice: str, reason: str, measured: dict[str, float]) -> Decision:
    return Decision(step="pdf.layout", choice=choice, reason=reason, page=text.number, measured=measured)


def aligned_runs(lines: Sequence[Line]) -> list[list[list[Line]]]:
    """Runs of rows whose parts stand under each other as cells do; lists, contents, formulas and code are none."""
    runs: list[list[list[Line]]] = []
    run: list[list[Line]] = []
    missed = 0
    for row in grouped_rows([line for line in lines if not isinstance(line, Placed)]):
        if _is_cell_row(row) and (not run or _in_line(run, row)):
            run.append(row)
            missed = 0
            continue
        missed += 1
        if missed > 1 or _is_cell_row(row):
            runs.append(run)
            run, missed = ([row] if _is_cell_row(row) else []), 0
    runs.append(run)
    return [found for found in runs if len(found) >= _least_rows(found) and _are_cells(found)]


def _least_rows(run: Sequence[Sequence[Line]]) -> int:
    return _MIN_ALIGNED_ROWS if any(len(row) > 2 for row in run) else _MIN_ALIGNED_PAIRS


def _is_cell_row(row: Sequence[Line]) -> bool:
    if len(row) < 2 or any(part.mono for part in row) or _ITEM.fullmatch(row[0].text.strip()):
        return False
    if len(row) == 2 and _PAGE_NUMBER.fullmatch(row[1].text.strip()):
        return False
    return all(after.x0 - before.x1 > 0.8 * after.size for before, after in itertools.pairwise(row))


def _in_line(run: Sequence[Sequence[Line]], row: Sequence[Line]) -> bool:
    """Whether a row's second part stands under one of the row above, by its left, its right or its middle."""
    last = run[-1]
    return any(
        abs(part.x0 - above.x0) < _ALIGNED
        or abs(part.x1 - above.x1) < _ALIGNED
        or abs(part.x0 + part.x1 - above.x0 - above.x1) < 2 * _ALIGNED
        for part in row[1:]
        for above in last[1:]
    )


def _are_cells(run: Sequence[Sequence[Line]]) -> bool:
    parts = [part for row in run for part in row]
    letters = sum(len(part.text) for part in parts)
    math = sum(part.math * len(part.text) for part in parts)
    return (
        statistics.median(len(part.text) for part in parts) <= _MAX_CELL_CHARACTERS
        and math <= _MAX_MATH_SHARE * letters
    )


def _placed(table: Sequence[Sequence[str]], box: Box, number: int) -> Placed | None:
    if not table:
        return None
    block: Block = blocks.table(table, number)
    block = block.model_copy(update={"box": tuple(round(value, 1) for value in box)})
    return Placed(block.text, *box, size=0.0, page=number, block=block)


def _is_prose(table: Placed) -> bool:
    """Whether a drawn grid holds running text, as boxed columns do, and no cells."""
    rows = table.text.splitlines()
    return len(rows) <= 4 and len(table.text) / max(1, len(rows) - 1) > 600


def _replaced(lines: Sequence[Line], tables: Sequence[Placed]) -> list[Line]:
    if not tables:
        return list(lines)
    kept = [line for line in lines if not any(_holds(table.box, line.box) for table in tables)]
    return [*kept, *tables]


def _holds(box: Box, other: Box) -> bool:
    x, y = (other[0] + other[2]) / 2, (other[1] + other[3]) / 2
    return box[0] - 1 <= x <= box[2] + 1 and box[1] - 1 <= y <= box[3] + 1


def _overlap(one: Box, other: Box) -> bool:
    return min(one[2], other[2]) > max(one[0], other[0]) and min(one[3], other[3]) > max(one[1], other[1])
