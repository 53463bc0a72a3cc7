"""Tables of web pages as rows of texts, every cell in its column."""

from __future__ import annotations

from workers.parse.html.segments import Segments

_MAX_COLUMNS = 200
"""HTML allows a cell to span 1000 columns; what real tables hold stays far below this."""

_MAX_ROWS = 65534
"""The most rows a cell may span (https://html.spec.whatwg.org/#attributes-common-to-td-and-th-elements)."""


def rows_of(page: Segments, at: int) -> list[list[str]]:
    """The rows of the table in box ``at``; a cell that spans others leaves them empty, a nested table is text."""
    rows: list[list[str]] = []
    taken: dict[int, int] = {}  # column -> rows below that a cell above still covers
    for row in _within(page, at, ("tr",)):
        cells: list[str] = []
        for cell in _within(page, row, ("td", "th")):
            _leave_covered(cells, taken)
            box = page.boxes[cell]
            wide = min(_span(box.element.get("colspan")), max(1, _MAX_COLUMNS - len(cells)))
            deep = _span(box.element.get("rowspan"))
            for column in range(len(cells), len(cells) + wide):
                if deep > 1:
                    taken[column] = deep
            cells.append(" ".join(run.text for run in page.runs[box.first_run : box.end_run]))
            cells += [""] * (wide - 1)
        _leave_covered(cells, taken)
        taken = {column: deep - 1 for column, deep in taken.items() if deep > 1}
        if any(cells):
            rows.append(cells)
    return rows


def _leave_covered(cells: list[str], taken: dict[int, int]) -> None:
    while len(cells) in taken:
        cells.append("")


def _within(page: Segments, at: int, tags: tuple[str, ...]) -> list[int]:
    """The nearest boxes of these names under a box, not those of a table inside it."""
    found = []
    inner = at + 1
    end = page.boxes[at].end_box
    while inner < end:
        box = page.boxes[inner]
        if box.tag in tags:
            found.append(inner)
            inner = box.end_box
        elif box.tag == "table":
            inner = box.end_box
        else:
            inner += 1
    return found


def _span(stated: str | None) -> int:
    return min(max(1, int(stated)), _MAX_ROWS) if stated and stated.isdecimal() and len(stated) < 6 else 1
