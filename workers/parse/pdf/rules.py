"""Where rules on a page draw a table: grids of strokes, and stacks of horizontal rules as in books."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from workers.parse.pdf.layout import Box

_THIN = 3.0
"""Points; thinner rectangles are strokes."""

_MIN_LENGTH = 20.0
_MIN_HEIGHT = 5.0
_SNAP = 3.0
"""Points within which ends of strokes meet and strokes stand on one line."""

_MARGIN_SHARE = 0.08
"""Rules this near to the page's top or bottom belong to running lines."""


@dataclass(frozen=True)
class Ruled:
    """A place where rules draw a table."""

    box: Box
    verticals: tuple[float, ...] = ()
    """x of the rules between columns; none in a table ruled horizontally alone."""
    horizontals: tuple[float, ...] = ()
    """y of the rules between rows."""


def ruled_places(rules: Sequence[Box], height: float) -> list[Ruled]:
    """The tables that a page's strokes and rectangles draw; whether there is text in them is seen later."""
    across, down = _strokes(rules, height)
    if len(across) < 2:
        return []
    grids = _grids(across, down)
    free = [stroke for stroke in across if not any(_inside(stroke, grid.box) for grid in grids)]
    return grids + _stacks(free)


def _strokes(rules: Sequence[Box], height: float) -> tuple[list[Box], list[Box]]:
    across: list[Box] = []
    down: list[Box] = []
    for x0, y0, x1, y1 in rules:
        if y1 < _MARGIN_SHARE * height or y0 > (1 - _MARGIN_SHARE) * height:
            continue
        wide, high = x1 - x0, y1 - y0
        if high <= _THIN and wide >= _MIN_LENGTH:
            across.append((x0, y0, x1, y1))
        elif wide <= _THIN and high >= _MIN_HEIGHT:
            down.append((x0, y0, x1, y1))
    return across, down


def _grids(across: Sequence[Box], down: Sequence[Box]) -> list[Ruled]:
    """Groups of strokes that touch, with rules between columns and between rows."""
    if len(down) < 1:
        return []
    found = []
    for group in _touching([*across, *down]):
        xs = _snapped(stroke[0] for stroke in group if stroke[2] - stroke[0] <= _THIN)
        ys = _snapped(stroke[1] for stroke in group if stroke[2] - stroke[0] > _THIN)
        if len(ys) < 2 or not xs:
            continue
        box = (
            min(stroke[0] for stroke in group), min(stroke[1] for stroke in group),
            max(stroke[2] for stroke in group), max(stroke[3] for stroke in group),
        )  # fmt: skip
        inner_x = tuple(x for x in xs if box[0] + _SNAP < x < box[2] - _SNAP)
        inner_y = tuple(y for y in ys if box[1] + _SNAP < y < box[3] - _SNAP)
        if inner_x:
            found.append(Ruled(box, inner_x, inner_y if len(inner_y) > 1 or len(ys) == 3 else ()))
    return found


def _touching(strokes: Sequence[Box]) -> list[list[Box]]:
    """Strokes in groups that hang together; sorted by x, so that only near ones are compared."""
    ordered = sorted(strokes)
    parent = list(range(len(ordered)))

    def root(index: int) -> int:
        while parent[index] != index:
            parent[index] = parent[parent[index]]
            index = parent[index]
        return index

    active: list[int] = []
    for index, (x0, y0, _, y1) in enumerate(ordered):
        active = [one for one in active if ordered[one][2] + _SNAP >= x0]
        for one in active:
            if ordered[one][1] - _SNAP <= y1 and ordered[one][3] + _SNAP >= y0:
                parent[root(index)] = root(one)
        active.append(index)
    groups: dict[int, list[Box]] = {}
    for index, stroke in enumerate(ordered):
        groups.setdefault(root(index), []).append(stroke)
    return [group for group in groups.values() if len(group) >= 3]


def _snapped(values: object) -> list[float]:
    found: list[float] = []
    for value in sorted(values):  # type: ignore[call-overload]
        if not found or value - found[-1] > _SNAP:
            found.append(value)
    return found


def _stacks(across: Sequence[Box]) -> list[Ruled]:
    """Horizontal rules of one width above each other: the top, middle and bottom rule of a table in a book."""
    found: list[Ruled] = []
    stacks: list[list[Box]] = []
    for stroke in sorted(across, key=lambda one: one[1]):
        for stack in stacks:
            if abs(stack[0][0] - stroke[0]) <= _SNAP and abs(stack[0][2] - stroke[2]) <= _SNAP:
                if stroke[1] - stack[-1][1] > 1:
                    stack.append(stroke)
                break
        else:
            stacks.append([stroke])
    for stack in stacks:
        if len(stack) >= 3:
            ys = tuple(stroke[1] for stroke in stack[1:-1])
            box = (stack[0][0], stack[0][1], stack[0][2], stack[-1][3])
            found.append(Ruled(box, (), ys if len(ys) >= 3 else ()))
    return found


def _inside(stroke: Box, box: Box) -> bool:
    return (
        stroke[0] >= box[0] - _SNAP and stroke[2] <= box[2] + _SNAP
        and stroke[1] >= box[1] - _SNAP and stroke[3] <= box[3] + _SNAP
    )  # fmt: skip
