"""Printed lines to blocks: reading order of columns, running headers and footers, headings, lists and paragraphs.

Pure functions on `Line`; the same rules serve the text layer of a PDF and what OCR read. Lengths are points (1/72 inch)
with the origin at the top left of the page.
"""

from __future__ import annotations

import itertools
import re
import statistics
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from agent.job.records import Block, BlockKind
from workers.parse import blocks
from workers.parse.formats.text import BULLET, join_lines, list_items


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
    """Of a line read by OCR: mean word confidence, 0 to 1; else None."""

    @property
    def height(self) -> float:
        """Height of the box."""
        return self.y1 - self.y0


# --- reading order -------------------------------------------------------------------------------------------------

_MIN_GUTTER = 9.0
"""Narrowest gap between columns of prose; word gaps of justified text stay below, journals print 12 and more."""

_MIN_COLUMN_LINES = 3
_MIN_COLUMN_CHARACTERS = 18
"""Mean characters a line in a column of prose; the cells of a table are shorter, and a table is read by rows."""


def reading_order(lines: Sequence[Line]) -> list[list[Line]]:
    """The lines of one page as regions in reading order: columns left to right, full-width parts between them.

    Recursive X-Y cut (Nagy and Seth, 1984) in which a cut between columns is tried first.
    """
    if not lines:
        return []
    if gutter := _gutter(lines):
        left = [line for line in lines if (line.x0 + line.x1) / 2 < gutter]
        right = [line for line in lines if (line.x0 + line.x1) / 2 >= gutter]
        return reading_order(left) + reading_order(right)
    for upper, lower in _horizontal_cuts(lines):
        if _gutter(upper) or _gutter(lower):
            return reading_order(upper) + reading_order(lower)
    return [_rows(lines)]


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
    rows = _rows(lines) if len(lines) >= _MIN_COLUMN_LINES else []
    return len(rows) >= _MIN_COLUMN_LINES and statistics.fmean(len(row.text) for row in rows) >= _MIN_COLUMN_CHARACTERS


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


def _rows(lines: Sequence[Line]) -> list[Line]:
    """The lines from top to bottom, with parts that stand on one base line joined."""
    rows: list[list[Line]] = []
    for line in sorted(lines, key=lambda one: ((one.y0 + one.y1) / 2, one.x0)):
        if rows and _same_row(rows[-1][-1], line):
            rows[-1].append(line)
        else:
            rows.append([line])
    return [_joined(sorted(row, key=lambda one: one.x0)) for row in rows]


def _same_row(one: Line, other: Line) -> bool:
    overlap = min(one.y1, other.y1) - max(one.y0, other.y0)
    return overlap > 0.5 * min(one.height, other.height)


def _joined(row: Sequence[Line]) -> Line:
    if len(row) == 1:
        return row[0]
    text = row[0].text
    for before, after in itertools.pairwise(row):
        touching = after.x0 - before.x1 < 0.1 * after.size
        text += ("" if touching else " ") + after.text
    main = max(row, key=lambda line: len(line.text))
    return replace(
        main, text=text, x0=row[0].x0, x1=max(line.x1 for line in row),
        y0=min(line.y0 for line in row), y1=max(line.y1 for line in row),
        bold=all(line.bold for line in row), mono=all(line.mono for line in row),
    )  # fmt: skip


# --- running headers, footers, page numbers ------------------------------------------------------------------------

_MARGIN_SHARE = 0.12
"""Running lines stand in the upper or lower eighth of the page."""

_MIN_REPEATS = 3
_MIN_REPEAT_SHARE = 0.4
"""Left and right pages may carry different headers, so a line counts as running from 40 % of the pages on."""

_PAGE_NUMBER = re.compile(
    r"(?:page|p\.|seite)?\s*[-–—|]?\s*(?:\d{1,4}|[ivxlc]{1,7})\s*(?:(?:of|/|von)\s*\d{1,4})?\s*[-–—|]?", re.IGNORECASE
)
_COUNTER = re.compile(r"(?<!\w)[\d|lI]+(?!\w)")
"""Numbers that count pages or chapters; OCR reads a 1 as a bar or a letter."""


def without_running_lines(pages: Sequence[Sequence[Line]], heights: Sequence[float]) -> list[list[Line]]:
    """The lines of each page without page numbers and without margin lines that repeat over the pages."""
    repeated = _repeated(pages, heights)
    return [
        [
            line
            for line in lines
            if not (
                _in_margin(line, height) and (_PAGE_NUMBER.fullmatch(line.text.strip()) or _shape(line) in repeated)
            )
        ]
        for lines, height in zip(pages, heights, strict=True)
    ]


def _repeated(pages: Sequence[Sequence[Line]], heights: Sequence[float]) -> set[str]:
    counts: Counter[str] = Counter()
    for lines, height in zip(pages, heights, strict=True):
        counts.update({_shape(line) for line in lines if _in_margin(line, height)})
    least = 2 if len(pages) <= _MIN_REPEATS else max(_MIN_REPEATS, round(_MIN_REPEAT_SHARE * len(pages)))
    return {shape for shape, count in counts.items() if count >= least}


def _in_margin(line: Line, height: float) -> bool:
    return line.y1 < height * _MARGIN_SHARE or line.y0 > height * (1 - _MARGIN_SHARE)


def _shape(line: Line) -> str:
    """The text with its numbers levelled, since running lines count pages and chapters."""
    return _COUNTER.sub("#", blocks.one_line(line.text)).casefold()


# --- blocks --------------------------------------------------------------------------------------------------------

_HEADING_RATIO = 1.12
"""Headings are set at least an eighth larger than the body, or bold."""

_BOLD_HEADING_RATIO = 0.9
"""Run-in and lowest headings are bold at the body's size or a point below it."""

_MAX_HEADING_CHARACTERS = 150
_SIZE_STEP = 0.5
"""Sizes are compared in half points: fonts embedded at 11.96 and 12.0 are the same size."""

_PARAGRAPH_GAP = 1.35
"""Lines further apart than this multiple of the usual pitch begin a new paragraph."""

_ROUND_BULLET = re.compile(r"[-*•–·]\s")
_SENTENCE_END = re.compile(r"[.!?:;][\"'”’)\]]*$")


@dataclass(frozen=True)
class Style:
    """The sizes a document is set in."""

    body: float
    headings: tuple[float, ...]
    """Sizes of headings, largest first."""


def style_of(lines: Iterable[Line]) -> Style:
    """The body size (that of most characters) and the sizes above it."""
    weights: Counter[float] = Counter()
    for line in lines:
        weights[_step(line.size)] += len(line.text)
    if not weights:
        return Style(0.0, ())
    body = max(weights, key=lambda size: (weights[size], size))
    return Style(body, tuple(sorted((size for size in weights if size >= body * _HEADING_RATIO), reverse=True)))


def _step(size: float) -> float:
    return round(size / _SIZE_STEP) * _SIZE_STEP


def to_blocks(regions: Sequence[Sequence[Line]], style: Style) -> list[Block]:
    """The blocks of regions in reading order; a paragraph cut by a column or page end is put together again."""
    found: list[Block] = []
    open_end = False
    for region in regions:
        pieces = _pieces(region, style)
        for index, piece in enumerate(pieces):
            block = _block(piece, style)
            if not block.text:
                continue
            if index == 0 and open_end and _goes_on(found[-1], block):
                found[-1] = _continued(found[-1], block)
            elif found and found[-1].kind is block.kind is BlockKind.LIST:
                found[-1] = found[-1].model_copy(update={"text": f"{found[-1].text}\n{block.text}"})
            else:
                found.append(block)
        open_end = bool(found) and found[-1].kind in _RUNNING and not _SENTENCE_END.search(found[-1].text)
    return _merged_headings(found)


_RUNNING = (BlockKind.PARAGRAPH, BlockKind.LIST)


def _continued(before: Block, after: Block) -> Block:
    *lines, last = before.text.splitlines()
    return before.model_copy(update={"text": "\n".join([*lines, join_lines([last, after.text])])})


def _goes_on(before: Block, after: Block) -> bool:
    return after.kind is BlockKind.PARAGRAPH and (after.text[0].islower() or before.text.endswith(("-", ",")))


def _pieces(region: Sequence[Line], style: Style) -> list[list[Line]]:
    """Runs of lines that belong to one block."""
    gaps = [after.y0 - before.y0 for before, after in itertools.pairwise(region) if after.y0 > before.y0]
    pitch = statistics.median_low(gaps) if gaps else style.body * 1.2
    # A region of headings and one-line paragraphs has no pitch of its own.
    pitch = min(pitch, style.body * 1.6) if style.body else pitch
    pieces: list[list[Line]] = []
    for line in region:
        if pieces and not _breaks(pieces[-1], line, pitch, style):
            pieces[-1].append(line)
        else:
            pieces.append([line])
    return pieces


def _breaks(piece: Sequence[Line], line: Line, pitch: float, style: Style) -> bool:
    before = piece[-1]
    level, level_before = heading_level(line, style), heading_level(before, style)
    if level != level_before or (level and line.y0 - before.y0 > 2 * line.size):
        return True
    if line.mono != before.mono:
        return True
    gap = line.y0 - before.y0
    if line.mono:
        return gap > 3 * pitch
    if gap > _PARAGRAPH_GAP * pitch:
        return True
    in_list = bool(BULLET.match(piece[0].text))
    if BULLET.match(line.text):
        return not in_list
    left = min(one.x0 for one in piece[1:]) if len(piece) > 1 else before.x0
    indented = line.x0 - left > 0.8 * style.body
    ended_short = before.x1 < max(one.x1 for one in piece) - 4 * style.body and bool(_SENTENCE_END.search(before.text))
    if in_list:
        return ended_short and line.x0 <= piece[0].x0 + 1
    return (indented and bool(_SENTENCE_END.search(before.text))) or ended_short


def heading_level(line: Line, style: Style) -> int:
    """1 to 6 when the line is set as a heading, else 0."""
    text = line.text.strip()
    if not any(letter.isalpha() for letter in text) or len(text) > _MAX_HEADING_CHARACTERS or line.mono:
        return 0
    size = _step(line.size)
    if size in style.headings:
        return min(style.headings.index(size) + 1, blocks.MAX_HEADING_LEVEL)
    if (
        line.bold
        and size >= style.body * _BOLD_HEADING_RATIO
        and len(text) < 90
        and not text.endswith((".", ",", ";"))
        and not _ROUND_BULLET.match(text)
    ):
        return min(len(style.headings) + 1, blocks.MAX_HEADING_LEVEL)
    return 0


def _block(piece: Sequence[Line], style: Style) -> Block:
    page = piece[0].page
    lines = [line.text for line in piece]
    if level := heading_level(piece[0], style):
        return blocks.heading(join_lines(lines), level, page)
    if piece[0].mono:
        return blocks.code("\n".join(_indented(piece)), page=page)
    if BULLET.match(lines[0]):
        margin = min(line.x0 for line in piece)
        return blocks.listing(
            list_items([" " * round((line.x0 - margin) / max(style.body, 1)) + line.text for line in piece]), page
        )
    return blocks.paragraph(join_lines(lines), page)


def _indented(piece: Sequence[Line]) -> list[str]:
    """Code lines with their indentation restored from the column of their first letter."""
    margin = min(line.x0 for line in piece)
    widths = [(line.x1 - line.x0) / len(line.text) for line in piece if line.text]
    width = statistics.median(widths) if widths else 1.0
    return [" " * round((line.x0 - margin) / max(width, 0.1)) + line.text for line in piece]


def _merged_headings(found: list[Block]) -> list[Block]:
    """Headings printed on two lines as one."""
    merged: list[Block] = []
    for block in found:
        last = merged[-1] if merged else None
        runs_on = last is not None and last.level and block.level == last.level and block.page == last.page
        if last is not None and runs_on and block.text[:1].islower():
            merged[-1] = last.model_copy(update={"text": f"{last.text} {block.text}"})
        else:
            merged.append(block)
    return merged
