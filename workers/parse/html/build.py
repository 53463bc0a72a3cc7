"""Makes blocks of the runs that are content: runs of one part of the page's structure become one block."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from itertools import groupby

from agent.job.records import Block, BlockKind
from workers.parse import blocks
from workers.parse.html.code import code_of, language_of
from workers.parse.html.formulas import displayed_tex, inline_tex
from workers.parse.html.paths import Paths
from workers.parse.html.segments import Run, Segments
from workers.parse.html.structure import Part, Structure
from workers.parse.html.tables import rows_of

_LISTS = frozenset(("ul", "ol", "dl"))
_ITEMS = frozenset(("li", "dt", "dd"))
_PARAGRAPH_BREAKS = 2
"""Line breaks in a row by which authors part paragraphs within one element."""
_ANCHOR_SIGNS = " ¶#§🔗"
"""What generators put behind a heading to link to it."""
_TERM_ANCHOR_SIGNS = " ¶"
"""What they put behind a term to link to it: the others may be its own (C#)."""
_LEADING_ANCHOR = re.compile(r"^(?:¶ ?|§(?=[^\W\d]))")
"""What they put before it; a section sign with a number after it is the heading's own."""


def build(page: Segments, parts: Structure, kept: Sequence[bool], paths: Paths) -> tuple[Block, ...]:
    """The blocks of the kept runs in document order, each with the XPath of its element."""
    made = _Builder(page)
    found = []
    for part, at in _groups(page, parts.parts, kept):
        block = made.block(part, at)
        if any(letter.isalnum() for letter in block.text):
            path = paths.of(page.boxes[part.owner].element)
            found.append(block.model_copy(update={"path": path}))
    return tuple(found)


def _groups(page: Segments, parts: Sequence[Part], kept: Sequence[bool]) -> Iterator[tuple[Part, list[int]]]:
    """Runs of one block each: neighbours of one part, except that prose is parted where it does not flow on."""
    number = 0
    before = -1
    numbers = []
    shown = [at for at in range(len(page.runs)) if kept[at]]
    for at in shown:
        part = parts[page.runs[at].box]
        flows = before >= 0 and part == parts[page.runs[before].box]
        if flows and part.kind is BlockKind.PARAGRAPH:
            flows = at == before + 1 and 0 < page.runs[at].breaks_before < _PARAGRAPH_BREAKS
        number += not flows
        numbers.append(number)
        before = at
    for _, group in groupby(zip(numbers, shown, strict=True), key=lambda pair: pair[0]):
        runs = [at for _, at in group]
        yield parts[page.runs[runs[0]].box], runs


class _Builder:
    def __init__(self, page: Segments) -> None:
        self._page = page
        self._by_kind: dict[BlockKind, Callable[[int, list[Run]], Block]] = {
            BlockKind.HEADING: self._heading,
            BlockKind.CODE: self._code,
            BlockKind.TABLE: self._table,
            BlockKind.LIST: self._list,
            BlockKind.QUOTE: self._quote,
            BlockKind.CAPTION: self._caption,
            BlockKind.FORMULA: self._formula,
            BlockKind.PARAGRAPH: self._paragraph,
        }

    def block(self, part: Part, at: list[int]) -> Block:
        return self._by_kind[part.kind](part.owner, [self._page.runs[each] for each in at])

    def _heading(self, owner: int, runs: list[Run]) -> Block:
        box = self._page.boxes[owner]
        stated = box.tag[1:] if box.tag[1:].isdecimal() else box.element.get("aria-level") or ""
        level = int(stated) if stated.isdecimal() and len(stated) == 1 else 2
        return blocks.heading(_LEADING_ANCHOR.sub("", _joined(runs).rstrip(_ANCHOR_SIGNS), count=1), level)

    def _code(self, owner: int, runs: list[Run]) -> Block:
        element = self._page.boxes[owner].element
        return blocks.code(code_of(element), language_of(element))

    def _table(self, owner: int, runs: list[Run]) -> Block:
        return blocks.table([[inline_tex(cell) for cell in row] for row in rows_of(self._page, owner)])

    def _list(self, owner: int, runs: list[Run]) -> Block:
        items: list[tuple[int, str]] = []
        for item, inside in groupby(runs, key=lambda run: self._item(run.box, owner)):
            items.append((item[1], _joined(list(inside)).rstrip(_TERM_ANCHOR_SIGNS)))
        return blocks.listing(items)

    def _item(self, box: int, owner: int) -> tuple[int, int]:
        """The item a box stands in, and how deep in lists within lists; what defines a term lies under the term."""
        item, depth = owner, 0
        while box != owner:
            tag = self._page.boxes[box].tag
            if tag in _ITEMS and item == owner:
                item = box
                depth += tag == "dd"
            depth += tag in _LISTS
            box = self._page.boxes[box].parent
        return item, depth

    def _quote(self, owner: int, runs: list[Run]) -> Block:
        lines = [_joined(list(inside)) for _, inside in groupby(runs, key=lambda run: run.box)]
        return blocks.quote("\n".join(lines))

    def _caption(self, owner: int, runs: list[Run]) -> Block:
        return Block(kind=BlockKind.CAPTION, text=_joined(runs))

    def _formula(self, owner: int, runs: list[Run]) -> Block:
        return Block(kind=BlockKind.FORMULA, text=_joined(runs))

    def _paragraph(self, owner: int, runs: list[Run]) -> Block:
        text = " ".join(run.text for run in runs)
        if formula := displayed_tex(text):
            return Block(kind=BlockKind.FORMULA, text=formula)
        return blocks.paragraph(inline_tex(text))


def _joined(runs: Sequence[Run]) -> str:
    return inline_tex(" ".join(run.text for run in runs))
