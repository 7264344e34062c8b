"""When a change first shows: the first point outside of the band of before that is not alone."""

from collections.abc import Sequence
from statistics import median
from typing import Final

from faults.effects.kpis import Context, Kpi, Point
from faults.effects.statistics import share_of, spread
from faults.windows import SECOND
from telemetry.records import Window

# Of a normal distribution one value in 370 lies outside.
SIGMAS: Final = 3.0
AHEAD: Final = 3  # points that have to agree, by majority


def onset(kpi: Kpi, context: Context, before: Sequence[Point], during: Window, *, rising: bool) -> int:
    """UTC microseconds. A sample shows at its tick, a second of calls at the first call that tells.

    The fault's start when no single point is conclusive: a share may differ as a whole only.
    """
    points = kpi.points(context, during)
    edge = _edge(kpi, before, rising=rising)
    first = _first(kpi, points, edge, rising=rising)
    if first is None:  # the band is wider than the change: half-way is the next best
        edge = (_middle(kpi, before) + _middle(kpi, points)) / 2
        first = _first(kpi, points, edge, rising=rising)
    if first is None:
        return during.start
    if kpi.signs is None or rising != (kpi.harm > 0):
        return first.time
    signs = kpi.signs(context, Window(first.time, min(during.end, first.time + SECOND)), edge)
    return min(signs, default=first.time)


def _first(kpi: Kpi, points: Sequence[Point], edge: float, *, rising: bool) -> Point | None:
    """The first one outside that is confirmed by those after it, or else the first one outside at all."""
    outside = [(_value(kpi, point) > edge) if rising else (_value(kpi, point) < edge) for point in points]
    for index, point in enumerate(points):
        ahead = outside[index : index + AHEAD]
        if outside[index] and 2 * sum(ahead) > len(ahead):
            return point
    return next((point for point, out in zip(points, outside, strict=True) if out), None)


def _value(kpi: Kpi, point: Point) -> float:
    return point.value if kpi.shape == "level" else point.value / point.total


def _middle(kpi: Kpi, points: Sequence[Point]) -> float:
    if kpi.shape == "level":
        return median(point.value for point in points)
    return share_of([point.share for point in points])


def _edge(kpi: Kpi, before: Sequence[Point], *, rising: bool) -> float:
    middle, width = _middle(kpi, before), kpi.smallest
    if kpi.shape == "level":
        width = max(SIGMAS * spread([point.value for point in before]), kpi.least_change(middle) / 2)
    return middle + width if rising else middle - width
