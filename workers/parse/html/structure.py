"""What each box of a page is part of: a heading, a table, a list, code, a quotation, a caption, a formula, or prose."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from agent.job.records import BlockKind
from workers.parse.html.segments import DISPLAYED_FORMULA, HEADINGS, Segments

_LISTS = frozenset(("ul", "ol", "dl"))
_ITEMS = frozenset(("li", "dt", "dd"))
_LAYOUT_ROLES = frozenset(("presentation", "none"))
_MAX_ITEM_WORDS = 80
"""Lists whose items are longer on average lay out a page (posts of a thread, cards): their paragraphs stay apart."""
_MAX_CELL_WORDS = 60
"""Tables without head cells whose cells are longer on average lay out a page."""
_UNDIVIDED = frozenset((BlockKind.HEADING, BlockKind.TABLE, BlockKind.CODE, BlockKind.FORMULA, BlockKind.CAPTION))


class Part(NamedTuple):
    """What a box belongs to, and the box that makes it so."""

    kind: BlockKind
    owner: int


@dataclass(frozen=True)
class Structure:
    """The part each box belongs to, and the spans of runs that stay or go together."""

    parts: tuple[Part, ...]
    wholes: tuple[tuple[int, int], ...]


def structure(page: Segments) -> Structure:
    """One pass over the boxes, holders before what they hold."""
    parts: list[Part] = []
    wholes: list[tuple[int, int]] = []
    for at, box in enumerate(page.boxes):
        above = parts[box.parent] if at else Part(BlockKind.PARAGRAPH, 0)
        part = _part(page, at, above)
        parts.append(part)
        if part.owner == at and part.kind in (BlockKind.TABLE, BlockKind.CODE) and box.end_run > box.first_run:
            wholes.append((box.first_run, box.end_run))
    return Structure(tuple(parts), tuple(wholes))


def _part(page: Segments, at: int, above: Part) -> Part:
    box = page.boxes[at]
    if box.tag == "caption":  # stands inside its table and is no cell of it
        return Part(BlockKind.CAPTION, at)
    if above.kind in _UNDIVIDED:
        return above
    if box.tag in HEADINGS or (box.element.get("role") == "heading"):
        return Part(BlockKind.HEADING, at)
    if box.element.get(DISPLAYED_FORMULA):
        return Part(BlockKind.FORMULA, at)
    if box.tag == "pre":
        return Part(BlockKind.CODE, at)
    if box.tag == "figcaption":
        return Part(BlockKind.CAPTION, at)
    if box.tag == "table" and _is_data(page, at):
        return Part(BlockKind.TABLE, at)
    if box.tag == "blockquote":
        return above if above.kind is BlockKind.QUOTE else Part(BlockKind.QUOTE, at)
    if above.kind in (BlockKind.LIST, BlockKind.QUOTE):
        return above
    if box.tag in _LISTS and _is_list(page, at):
        return Part(BlockKind.LIST, at)
    return Part(BlockKind.PARAGRAPH, at)


def _is_data(page: Segments, at: int) -> bool:
    """Whether a table holds data: more than one column, short cells, no page structure in them."""
    table = page.boxes[at]
    if table.element.get("role") in _LAYOUT_ROLES:
        return False
    rows: dict[int, int] = {}
    heads = 0
    inner = at + 1
    while inner < table.end_box:
        box = page.boxes[inner]
        if box.tag in ("table", "pre", "article", "section") or (box.tag in HEADINGS):
            return False
        if box.tag in ("td", "th"):
            rows[box.parent] = rows.get(box.parent, 0) + 1
            heads += box.tag == "th"
        inner += 1
    cells = sum(rows.values())
    if max(rows.values(), default=0) < 2:
        return False
    words = sum(run.words for run in page.runs[table.first_run : table.end_run])
    return words <= _MAX_CELL_WORDS * cells and (heads > 0 or len(rows) > 1)


def _is_list(page: Segments, at: int) -> bool:
    """Whether a list enumerates: its items are short, and no headings stand in them."""
    box = page.boxes[at]
    items = 0
    for inner in page.boxes[at + 1 : box.end_box]:
        if inner.tag in HEADINGS or inner.tag in ("table", "article"):
            return False
        items += inner.tag in _ITEMS
    words = sum(run.words for run in page.runs[box.first_run : box.end_run])
    return items > 0 and words <= _MAX_ITEM_WORDS * items
