"""The geometry of the report's charts, in SVG user units. Pure; the template draws them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from agent.report.evidence import CurvePoint

WIDTH = 1000.0
HEIGHT = 320.0
LEFT, RIGHT, TOP, BOTTOM = 48.0, 12.0, 12.0, 32.0
_TICKS = 5
_STEP_FACTORS = (1.0, 2.0, 2.5, 5.0, 10.0)
"""Distances between ticks that people read at a glance, times a power of ten."""


@dataclass(frozen=True)
class Tick:
    """A mark on an axis: its place and what stands beside it."""

    at: float
    label: str


@dataclass(frozen=True)
class Dot:
    """A point that is drawn and named."""

    x: float
    y: float
    label: str


@dataclass(frozen=True)
class LossChart:
    """Two lines over the steps of training."""

    training: str
    """Points of the polyline, ``x,y x,y``; '' without any."""
    validation: tuple[Dot, ...]
    x_ticks: tuple[Tick, ...]
    y_ticks: tuple[Tick, ...]

    @property
    def validation_line(self) -> str:
        """Points of the polyline through the validation losses."""
        return " ".join(f"{dot.x:.1f},{dot.y:.1f}" for dot in self.validation)


def loss_chart(points: Sequence[CurvePoint]) -> LossChart | None:
    """The chart; None with fewer than two finite points, which make no line."""
    finite = [point for point in points if math.isfinite(point.loss)]
    if len(finite) < 2:
        return None
    steps = ticks(0, max(point.step for point in finite), whole=True)
    losses = ticks(min(point.loss for point in finite), max(point.loss for point in finite))

    def x(step: float) -> float:
        return LEFT + (WIDTH - LEFT - RIGHT) * (step - steps[0]) / (steps[-1] - steps[0])

    def y(loss: float) -> float:
        return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * (loss - losses[0]) / (losses[-1] - losses[0])

    return LossChart(
        training=" ".join(f"{x(p.step):.1f},{y(p.loss):.1f}" for p in finite if not p.validation),
        validation=tuple(
            Dot(x(p.step), y(p.loss), f"step {p.step}: validation loss {p.loss:.3f}") for p in finite if p.validation
        ),
        x_ticks=tuple(Tick(x(step), f"{step:g}") for step in steps),
        y_ticks=tuple(Tick(y(loss), f"{loss:g}") for loss in losses),
    )


def ticks(low: float, high: float, *, whole: bool = False) -> list[float]:
    """Round values that enclose ``low`` to ``high``, at least two and about five; integers when ``whole``."""
    span = max(high - low, 1.0 if whole else 1e-6 + abs(low) * 1e-3)
    power = 10.0 ** math.floor(math.log10(span / _TICKS))
    step = next(factor * power for factor in _STEP_FACTORS if factor * power * _TICKS >= span)
    if whole:
        step = max(1.0, math.ceil(step))
    first, last = math.floor(low / step), math.ceil(high / step)
    if last == first:
        last += 1
    digits = max(0, 2 - math.floor(math.log10(step)))
    return [round(number * step, digits) for number in range(first, last + 1)]


@dataclass(frozen=True)
class Bar:
    """One line of the funnel: shares of the widest line of its noun, in per cent."""

    kept: float
    rejected: float
    failed: float


def bar(kept: int, rejected: int, failed: int, widest: int) -> Bar:
    """The bar of one tally, when the longest bar of its noun stands for ``widest`` items."""
    scale = 100.0 / widest if widest else 0.0
    return Bar(kept * scale, rejected * scale, failed * scale)


HISTOGRAM_HEIGHT = 120.0
_MIN_COLUMN = 2.0
"""Height of a column that stands for few documents: seen, where nothing would be."""


@dataclass(frozen=True)
class Column:
    """One bin of a histogram."""

    x: float
    y: float
    width: float
    height: float
    label: str
    kept: bool


@dataclass(frozen=True)
class Histogram:
    """Columns over an axis from 0 to 1, with a threshold."""

    columns: tuple[Column, ...]
    x_ticks: tuple[Tick, ...]
    threshold: float
    """Its place on the axis."""


def histogram(kept: Sequence[int], rejected: Sequence[int], threshold: float) -> Histogram | None:
    """Both counts in one row of bins from 0 to 1, the rejected on the kept; None without any document."""
    most = max((one + other for one, other in zip(kept, rejected, strict=False)), default=0)
    if not most:
        return None
    step = (WIDTH - LEFT - RIGHT) / len(kept)
    floor = HISTOGRAM_HEIGHT - BOTTOM
    columns = []
    for place, (one, other) in enumerate(zip(kept, rejected, strict=False)):
        top = floor
        for number, is_kept in ((one, True), (other, False)):
            if number:
                height = max(_MIN_COLUMN, (floor - TOP) * number / most)
                top -= height
                span = f"{place / len(kept):.2f} to {(place + 1) / len(kept):.2f}"
                label = f"{number} {'went on' if is_kept else 'rejected'}, {span}"
                columns.append(Column(LEFT + place * step + 1, top, step - 2, height, label, is_kept))
    return Histogram(
        columns=tuple(columns),
        x_ticks=tuple(Tick(LEFT + (WIDTH - LEFT - RIGHT) * tenth / 10, f"{tenth / 10:g}") for tenth in range(0, 11, 2)),
        threshold=LEFT + (WIDTH - LEFT - RIGHT) * threshold,
    )
