"""When a change first shows: the first point outside of the band of before that is not alone."""

from collections.abc import Sequence
from statistics import median
from typing import Final

from faults.effects.kpis import Context, Kpi, Point
from faults.effects.statistics import share_of, spread
from faults.effects.windows import SECOND
from telemetry.records import Window

# Of a normal distribution one value in 370 lies outside.
SIGMAS: Final = 3.0
AHEAD: Final = 3  # points that have to agree, by majority


def onset(kpi: Kpi, context: Context, before: Sequence[Point], during: Window, *, rising: bool) -> int:
    """UTC microseconds. A sample shows at its tick, a second of calls at the first call that tells.

    The fault's start when no single point is conclusive: a share may differ as a whole only.
    """
    # One interval earlier, as a rate needs the sample before its own.
    points = kpi.points(context, Window(during.start - context.readings.interval, during.end))
    points = [point for point in points if point.time >= during.start]
    edge = _edge(kpi, before, rising=rising)
    outside = [(_value(kpi, point) > edge) if rising else (_value(kpi, point) < edge) for point in points]
    first = _first(points, outside)
    if first is None:
        return during.start
    if kpi.signs is None or not rising:
        return first.time
    signs = kpi.signs(context, Window(first.time, min(during.end, first.time + SECOND)), edge)
    return min(signs, default=first.time)


def _first(points: Sequence[Point], outside: Sequence[bool]) -> Point | None:
    """The first one outside that is confirmed by those after it, or else the first one outside at all."""
    for index, point in enumerate(points):
        ahead = outside[index : index + AHEAD]
        if outside[index] and 2 * sum(ahead) > len(ahead):
            return point
    return next((point for point, out in zip(points, outside, strict=True) if out), None)


def _value(kpi: Kpi, point: Point) -> float:
    return point.value if kpi.shape == "level" else point.value / point.total


def _edge(kpi: Kpi, before: Sequence[Point], *, rising: bool) -> float:
    if kpi.shape == "level":
        values = [point.value for point in before]
        middle = median(values)
        width = max(SIGMAS * spread(values), kpi.least_change(middle) / 2)
    else:
        middle, width = share_of([point.share for point in before]), kpi.smallest
    return middle + width if rising else middle - width
