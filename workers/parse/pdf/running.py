"""Running headers, footers and page numbers: what repeats in the margins from page to page.

A line is judged by the survey of the whole document and by the two pages before and after its own, so that a range of
pages loses the same lines as the whole.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from workers.parse import blocks
from workers.parse.pdf.layout import Line

_MARGIN_SHARE = 0.12
"""Running lines stand in the upper or lower eighth of the page."""

_MIN_REPEATS = 3
_MIN_REPEAT_SHARE = 0.25
"""Left and right pages carry different headers, and parts of a book their own."""

REACH = 2
"""Pages before and after that a margin line is compared with: left and right pages alternate."""

_SAME_PLACE = 4.0
"""Points that a running line may move from page to page."""

_PAGE_NUMBER = re.compile(
    r"(?:page|p\.|seite)?\s*[-–—|]?\s*(?:\d{1,4}|[ivxlc]{1,7})\s*(?:(?:of|/|von)\s*\d{1,4})?\s*[-–—|]?", re.IGNORECASE
)
_COUNTER = re.compile(r"(?<!\w)(?:[\d|lI]+|[ivxlc]{1,6})(?!\w)")
"""Numbers that count pages or chapters; OCR reads a 1 as a bar or a letter."""
_NUMBER = re.compile(r"(?<![\w.])\d{1,4}(?![\w.])")


@dataclass(frozen=True)
class Margins:
    """What stands in the margins of one page: (shape, y of the middle) of each line there."""

    number: int
    places: tuple[tuple[str, float], ...]
    numbers: tuple[int, ...]
    """Page numbers that could be printed there."""


def margins_of(number: int, lines: Iterable[Line], height: float) -> Margins:
    """The margin lines of a page, reduced to what must be compared."""
    inside = [line for line in lines if _in_margin(line, height)]
    return Margins(
        number,
        tuple((shape(line), (line.y0 + line.y1) / 2) for line in inside),
        tuple(int(found) for line in inside for found in _NUMBER.findall(line.text)),
    )


def repeated_shapes(pages: Sequence[Margins]) -> tuple[str, ...]:
    """Shapes of the margin lines that repeat over a document's pages."""
    counts: Counter[str] = Counter()
    for page in pages:
        counts.update({found for found, _ in page.places})
    least = 2 if len(pages) <= _MIN_REPEATS else max(_MIN_REPEATS, round(_MIN_REPEAT_SHARE * len(pages)))
    return tuple(sorted(found for found, count in counts.items() if count >= least))


def number_offset(pages: Sequence[Margins]) -> int | None:
    """How far the printed page numbers lie behind the pages' places, None where most pages print none."""
    counts = Counter(page.number - found for page in pages for found in set(page.numbers))
    if not counts:
        return None
    offset, count = counts.most_common(1)[0]
    return offset if count >= max(2, 0.3 * len(pages)) else None


def without_running_lines(
    lines: Sequence[Line],
    height: float,
    number: int,
    repeated: frozenset[str],
    offset: int | None,
    around: Mapping[int, Margins],
) -> list[Line]:
    """The lines of page ``number`` that do not run; ``around`` holds the margins of the pages near it."""
    near = [
        place
        for step in range(-REACH, REACH + 1)
        if step and (page := around.get(number + step))
        for place in page.places
    ]
    running = [line for line in lines if _in_margin(line, height) and _runs(line, repeated, near)]
    printed = None if offset is None else str(number - offset)
    rows = [
        line for line in lines if _in_margin(line, height) and printed is not None and _carries(line, printed, lines)
    ]
    gone = {id(line) for line in running + rows}
    # What shares the row of a page number or a running line runs with it: the chapter's name beside the number.
    edges = [line for line in running + rows if _is_outermost(line, lines)]
    gone |= {
        id(line)
        for line in lines
        for edge in edges
        if _in_margin(line, height) and abs(line.y0 + line.y1 - edge.y0 - edge.y1) < line.height * 0.6
    }
    return [line for line in lines if id(line) not in gone]


def _runs(line: Line, repeated: frozenset[str], near: Sequence[tuple[str, float]]) -> bool:
    if _PAGE_NUMBER.fullmatch(line.text.strip()):
        return True
    own = shape(line)
    if own in repeated:
        return True
    middle = (line.y0 + line.y1) / 2
    return len(own) > 3 and sum(1 for other, y in near if other == own and abs(y - middle) <= _SAME_PLACE) >= 2


def _carries(line: Line, printed: str, lines: Sequence[Line]) -> bool:
    """Whether a margin line on the page's edge begins or ends with the page's printed number."""
    words = line.text.split()
    return bool(words) and printed in (words[0], words[-1]) and len(words) <= 14 and _is_outermost(line, lines)


def _is_outermost(line: Line, lines: Sequence[Line]) -> bool:
    middle = (line.y0 + line.y1) / 2
    above = any(other.y1 <= line.y0 + 1 and other is not line for other in lines)
    below = any(other.y0 >= line.y1 - 1 and other is not line for other in lines)
    return not (above and below) and middle > 0


def _in_margin(line: Line, height: float) -> bool:
    return line.y1 < height * _MARGIN_SHARE or line.y0 > height * (1 - _MARGIN_SHARE)


def shape(line: Line) -> str:
    """The text with its numbers levelled, since running lines count pages and chapters."""
    return _COUNTER.sub("#", blocks.one_line(line.text)).casefold()
