"""What goes with content though it does not look like it: terms of kept definitions, headings of kept text."""

from __future__ import annotations

from collections.abc import Sequence

from agent.job.records import BlockKind
from workers.parse.html.segments import Segments
from workers.parse.html.structure import Structure

_DEFINED = frozenset(("dt", "dd"))


def with_attached(kept: Sequence[bool], page: Segments, structure: Structure) -> tuple[bool, ...]:
    """The choice with what extractors leave out for being short: definitions say nothing without their terms.

    A heading is taken in where what follows it under the same box is kept, a page's main heading (h1) only after other
    content: before it, it is the title. Word F1 on recorded pages +0.0002 for terms (documentation up to +0.011), and
    +0.0006 for headings.
    """
    found = list(kept)
    first = found.index(True) if any(found) else 0
    for at in range(len(page.boxes) - 1, 0, -1):
        box = page.boxes[at]
        after = box.end_run
        if after >= page.boxes[box.parent].end_run or not found[after]:
            continue
        is_heading = structure.parts[at] == (BlockKind.HEADING, at) and (box.tag != "h1" or first < box.first_run)
        if is_heading or (box.tag == "dt" and _is_defined(page, box.parent, after)):
            found[box.first_run : after] = [True] * (after - box.first_run)
    return tuple(found)


def _is_defined(page: Segments, holder: int, run: int) -> bool:
    """Whether a run stands in the next term or definition under the same list."""
    box = page.runs[run].box
    while page.boxes[box].parent != holder and box > holder:
        box = page.boxes[box].parent
    return page.boxes[box].tag in _DEFINED
