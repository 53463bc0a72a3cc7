"""The geometry of the charts."""

from __future__ import annotations

import math
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.report.charts import BOTTOM, HEIGHT, LEFT, RIGHT, TOP, WIDTH, bar, loss_chart, ticks
from agent.report.evidence import CurvePoint

FINITE = st.floats(-1e6, 1e6, allow_nan=False)


@given(FINITE, FINITE)
def test_ticks_enclose_the_values_and_rise(one: float, other: float) -> None:
    low, high = sorted((one, other))
    marks = ticks(low, high)
    assert 2 <= len(marks) <= 8
    assert all(left < right for left, right in pairwise(marks))
    slack = (marks[1] - marks[0]) * 1e-2
    assert marks[0] <= low + slack
    assert marks[-1] >= high - slack


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [(0, 60, [0, 20, 40, 60]), (1.98, 2.69, [1.8, 2.0, 2.2, 2.4, 2.6, 2.8]), (3.0, 3.0, None)],
)
def test_ticks_are_round(low: float, high: float, expected: list[float] | None) -> None:
    marks = ticks(low, high)
    assert marks == expected if expected else marks[0] <= 3.0 <= marks[-1]


@given(st.integers(0, 10**6))
def test_steps_are_counted_in_whole_numbers(last: int) -> None:
    assert all(mark == int(mark) for mark in ticks(0, last, whole=True))


@given(st.lists(st.tuples(st.integers(0, 10**5), FINITE, st.booleans()), min_size=2, max_size=30))
def test_every_point_lies_inside_the_axes(points: list[tuple[int, float, bool]]) -> None:
    chart = loss_chart([CurvePoint(*point) for point in points])
    assert chart is not None
    places = [tuple(map(float, pair.split(","))) for pair in chart.training.split()]
    places += [(dot.x, dot.y) for dot in chart.validation]
    for x, y in places:
        assert LEFT - 0.1 <= x <= WIDTH - RIGHT + 0.1
        assert TOP - 5 <= y <= HEIGHT - BOTTOM + 5


def test_a_lower_loss_is_lower_on_the_page() -> None:
    chart = loss_chart([CurvePoint(1, 3.0, True), CurvePoint(2, 2.0, True)])
    assert chart is not None
    assert chart.validation[0].y < chart.validation[1].y


@pytest.mark.parametrize(
    "points", [[], [CurvePoint(1, 2.0, False)], [CurvePoint(1, 2.0, False), CurvePoint(2, math.nan, False)]]
)
def test_fewer_than_two_finite_points_make_no_chart(points: list[CurvePoint]) -> None:
    assert loss_chart(points) is None


def test_bars_share_the_scale_of_the_widest() -> None:
    widest = bar(40, 8, 2, widest=50)
    assert widest.kept + widest.rejected + widest.failed == 100
    assert bar(25, 0, 0, widest=50).kept == 50
    assert bar(0, 0, 0, widest=0).kept == 0
