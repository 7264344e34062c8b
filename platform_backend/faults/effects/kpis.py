"""Key performance indicators of one pod as series of points: per second of calls, per tick of samples."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Final, Literal

from faults.effects.readings import Call, Readings, Series, Way, increases
from faults.effects.statistics import Share, quantile
from faults.windows import SECOND
from telemetry.records import Window

Shape = Literal["level", "share", "events"]
MILLISECOND: Final = 1000


@dataclass(frozen=True, slots=True)
class Point:
    """A level is `value`; a share is `value` of `total`; events are `value` in `total` seconds."""

    time: int
    value: float
    total: float = 1.0

    @property
    def share(self) -> Share:
        return Share(self.value, self.total)


@dataclass(frozen=True, slots=True)
class Context:
    """`slow`: calls that take longer, in microseconds, are slow; learnt from the time before."""

    readings: Readings
    slow: float
    pod: str


Points = Callable[[Context, Window], Sequence[Point]]
# Times at which single calls show that something is wrong; the third argument is the level beyond which it is.
Signs = Callable[[Context, Window, float], Sequence[int]]


@dataclass(frozen=True, slots=True)
class Kpi:
    """`smallest` and `relative` are what a change of a level has to exceed, whichever is more, to matter at all;
    of shares and events, `smallest` alone. `distinct` is the least Cliff's delta. `harm` is the side on which a pod
    has not recovered: 1 above the band of before, -1 below.
    """

    name: str
    unit: str
    shape: Shape
    points: Points
    smallest: float
    relative: float = 0.0
    distinct: float = 0.5
    harm: Literal[1, -1] = 1
    signs: Signs | None = None
    before: Points | None = None  # where it is not `points` that says what is usual

    def least_change(self, before: float) -> float:
        return max(self.smallest, self.relative * abs(before))


def slow_limit(readings: Readings, before: Sequence[Window], ways: Sequence[Way]) -> float:
    """One call in twenty was slower than this before, with a margin that a weak fault does not bridge."""
    durations = [call.duration for window in before for call in readings.calls_in(window, ways)]
    return max(1.5 * quantile(durations, 0.95), quantile(durations, 0.95) + 5 * MILLISECOND) if durations else 0.0


def latency(ways: Sequence[Way]) -> Points:
    """Median milliseconds of the calls that began in each second."""

    def points(context: Context, window: Window) -> Sequence[Point]:
        seconds = _by_second(context.readings.calls_in(window, ways), window)
        return [
            Point(second, median(call.duration for call in calls) / MILLISECOND) for second, calls in seconds if calls
        ]

    return points


def late(ways: Sequence[Way]) -> Signs:
    """A late call shows when it is overdue, not when it is over at last."""

    def signs(context: Context, window: Window, edge: float) -> Sequence[int]:
        limit = edge * MILLISECOND
        calls = context.readings.calls_in(window, ways)
        return [call.start + round(limit) for call in calls if call.duration > limit]

    return signs


def slow(ways: Sequence[Way]) -> Signs:
    def signs(context: Context, window: Window, edge: float) -> Sequence[int]:
        calls = context.readings.calls_in(window, ways)
        return [call.start + round(context.slow) for call in calls if call.duration > context.slow]

    return signs


def failures(ways: Sequence[Way]) -> Signs:
    def signs(context: Context, window: Window, edge: float) -> Sequence[int]:
        return [call.end for call in context.readings.calls_in(window, ways) if call.failed]

    return signs


def slow_share(ways: Sequence[Way]) -> Points:
    """Slow calls of the calls that began in each second: sees what hits only some of them."""

    def points(context: Context, window: Window) -> Sequence[Point]:
        seconds = _by_second(context.readings.calls_in(window, ways), window)
        return [
            Point(second, sum(call.duration > context.slow for call in calls), len(calls))
            for second, calls in seconds
            if calls
        ]

    return points


def error_share(ways: Sequence[Way]) -> Points:
    """Failed calls of the calls that began in each second."""

    def points(context: Context, window: Window) -> Sequence[Point]:
        seconds = _by_second(context.readings.calls_in(window, ways), window)
        return [Point(second, sum(call.failed for call in calls), len(calls)) for second, calls in seconds if calls]

    return points


def call_rate(ways: Sequence[Way], *, succeeded: bool = False) -> Points:
    """Calls that began in each second, 0 where there was none: sees a series vanish. Known when the second is over."""

    def points(context: Context, window: Window) -> Sequence[Point]:
        seconds = _by_second(context.readings.calls_in(window, ways), window)
        return [
            Point(second + SECOND, float(sum(not (succeeded and call.failed) for call in calls)))
            for second, calls in seconds
        ]

    return points


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
        return [
            Point(tick, share.hits / share.total if share.total else fill or 0.0)
            for tick, share in _shares(context, window, part, whole)
            if share.total or fill is not None
        ]

    return points


def counter_share(part: str, whole: str) -> Points:
    def points(context: Context, window: Window) -> Sequence[Point]:
        found = _shares(context, window, part, whole)
        return [Point(tick, share.hits, share.total) for tick, share in found if share.total]

    return points


def unready(context: Context, window: Window) -> Sequence[Point]:
    """Ticks at which the pod was not ready, or not there to be asked."""
    ready = _series(context, "ready")
    return [Point(tick, float(ready.get(tick, 0.0) < 1)) for tick in context.readings.ticks_in(window)] if ready else []


def missing(context: Context, window: Window) -> Sequence[Point]:
    """Ticks at which other pods were sampled and this one had no process."""
    cpu = _series(context, "cpu")
    return [Point(tick, float(tick not in cpu)) for tick in context.readings.ticks_in(window)] if cpu else []


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
    found = increases(series, _ticks_for_increases(readings, window), readings.interval)
    return [Point(tick, grown, seconds) for tick, grown, seconds in found]


def _by_second(calls: Sequence[Call], window: Window) -> list[tuple[int, list[Call]]]:
    """Whole seconds from the start of the window on; what is left over at its end is dropped."""
    groups: dict[int, list[Call]] = defaultdict(list)
    for call in calls:
        groups[(call.start - window.start) // SECOND].append(call)
    whole = (window.end - window.start) // SECOND
    return [(window.start + index * SECOND, groups[index]) for index in range(whole)]


def _series(context: Context, name: str) -> Series:
    return context.readings.series.get(name, {})


def _shares(context: Context, window: Window, part: str, whole: str) -> list[tuple[int, Share]]:
    readings = context.readings
    ticks = _ticks_for_increases(readings, window)
    parts = {tick: grown for tick, grown, _ in increases(_series(context, part), ticks, readings.interval)}
    wholes = increases(_series(context, whole), ticks, readings.interval)
    return [(tick, Share(min(parts.get(tick, 0.0), grown), grown)) for tick, grown, _ in wholes]


def _ticks_for_increases(readings: Readings, window: Window) -> list[int]:
    """One tick more at the front: the increase up to the first tick of the window belongs to it."""
    return readings.ticks_in(Window(window.start - readings.interval, window.end))
