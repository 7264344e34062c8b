"""Points of samples, tick by tick."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from faults.effects.kpis import Context, Point, Points
from faults.effects.readings import Readings, Series, increases
from faults.effects.statistics import Share
from telemetry.records import Window

# Intervals that a sampler on a busy machine may be late by.
LATEST_SAMPLE: Final = 15.0


def gauge(name: str) -> Points:
    def points(context: Context, window: Window) -> Sequence[Point]:
        series = _series(context, name)
        return [Point(tick, series[tick]) for tick in context.readings.ticks_in(window) if tick in series]

    return points


def rate(name: str) -> Points:
    """Increase of a counter per second."""

    def points(context: Context, window: Window) -> Sequence[Point]:
        readings = context.readings
        found = increases(_series(context, name), _ticks_for_increases(readings, window), readings.interval)
        return [Point(tick, grown / seconds) for tick, grown, seconds in found]

    return points


def ratio(part: str, whole: str, *, fill: float | None = None) -> Points:
    """Increase of one counter over that of another. Without an increase of `whole`: `fill`, or no point."""

    def points(context: Context, window: Window) -> Sequence[Point]:
        readings = context.readings
        ticks = _ticks_for_increases(readings, window)
        parts = {tick: grown for tick, grown, _ in increases(_series(context, part), ticks, readings.interval)}
        wholes = increases(_series(context, whole), ticks, readings.interval)
        return [
            Point(tick, parts.get(tick, 0.0) / grown if grown else fill or 0.0)
            for tick, grown, _ in wholes
            if grown or fill is not None
        ]

    return points


def counter_share(part: str, whole: str) -> Points:
    """Of what `whole` counts, what `part` counts. No `part` yet is none of them, not unknown."""

    def points(context: Context, window: Window) -> Sequence[Point]:
        readings = context.readings
        ticks, of_whole = _ticks_for_increases(readings, window), _series(context, whole)
        of_part = dict.fromkeys(of_whole, 0.0) | dict(_series(context, part))
        parts = {tick: grown for tick, grown, _ in increases(of_part, ticks, readings.interval)}
        shares = [
            (tick, Share(min(parts.get(tick, 0.0), grown), grown))
            for tick, grown, _ in increases(of_whole, ticks, readings.interval)
        ]
        return [Point(tick, share.hits, share.total) for tick, share in shares if share.total]

    return points


def unready(context: Context, window: Window) -> Sequence[Point]:
    """Ticks at which the pod was not ready, or not there to be asked."""
    ready = _series(context, "ready")
    watched = context.readings.watched_in(window)
    return [Point(tick, float(ready.get(tick, 0.0) < 1)) for tick in watched] if ready else []


def missing(context: Context, window: Window) -> Sequence[Point]:
    """Ticks at which other pods were sampled and this one had no process."""
    cpu = _series(context, "cpu")
    return [Point(tick, float(tick not in cpu)) for tick in context.readings.watched_in(window)] if cpu else []


def worked(context: Context, window: Window) -> Sequence[Point]:
    """Ticks since the one before which the pod's processes have run at all. Only between ticks of the window."""
    cpu, readings = _series(context, "cpu"), context.readings
    pairs = pairwise(readings.watched_in(window))
    return [
        Point(tick, float(cpu[tick] != cpu[before]))
        for before, tick in pairs
        if before in cpu and tick in cpu and tick - before <= 2.5 * readings.interval
    ]


def restarts(context: Context, window: Window) -> Sequence[Point]:
    """Restarts of the pod, with the seconds it was watched."""
    return _restarts_of(context.readings, context.readings.restarts.get(context.pod, {}), window)


def interrupted(context: Context, window: Window) -> Sequence[Point]:
    """Ticks at which the pod was not ready, or had been restarted since the one before."""
    return _interrupted_of(context.readings, context.pod, window)


def anywhere(points: Points) -> Points:
    """The same over all pods: by one pod alone it would take an hour to know how rare restarts are."""

    def everywhere(context: Context, window: Window) -> Sequence[Point]:
        pods = context.readings.restarts
        return [point for pod in pods for point in points(Context(context.readings, context.slow, pod), window)]

    return everywhere


def _interrupted_of(readings: Readings, pod: str, window: Window) -> list[Point]:
    ready = readings.ready.get(pod, {})
    restarted = {point.time for point in _restarts_of(readings, readings.restarts.get(pod, {}), window) if point.value}
    ticks = [tick for tick in readings.ticks_in(window) if tick in ready or tick in restarted]
    return [Point(tick, float(tick in restarted or ready.get(tick, 1.0) < 1)) for tick in ticks]


def _restarts_of(readings: Readings, series: Series, window: Window) -> list[Point]:
    """A late sampler has missed none: they stay counted."""
    ticks = [tick for tick in _ticks_for_increases(readings, window) if tick in series]
    found = increases(series, ticks, readings.interval, bridged=LATEST_SAMPLE)
    return [Point(tick, grown, seconds) for tick, grown, seconds in found]


def _series(context: Context, name: str) -> Series:
    return context.readings.series.get(name, {})


def _ticks_for_increases(readings: Readings, window: Window) -> list[int]:
    """One tick more at the front: the increase up to the first tick of the window belongs to it."""
    return readings.ticks_in(Window(window.start - readings.interval, window.end))
