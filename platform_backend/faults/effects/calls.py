"""Points of calls, second by second, and the single calls that show that something is wrong."""

from collections import defaultdict
from collections.abc import Callable, Collection, Sequence
from statistics import median

from faults.effects.kpis import MILLISECOND, Context, Point, Points, Signs
from faults.effects.readings import Call, Readings, Way
from faults.effects.statistics import quantile
from faults.windows import SECOND
from telemetry.records import Window

Predicate = Callable[[Context, Window, Call], bool]


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


def slow_share(ways: Sequence[Way]) -> Points:
    """Slow calls of the calls that began in each second: sees what hits only some of them."""
    return _share(ways, lambda context, _, call: call.duration > context.slow)


def status_share(ways: Sequence[Way], codes: Collection[int]) -> Points:
    """Calls that were answered with one of these."""
    return _share(ways, lambda _, __, call: call.status in codes)


def through_share(ways: Sequence[Way]) -> Points:
    """Calls that had succeeded by the end of the window: what a cut held up may come through after it."""
    return _share(ways, lambda _, window, call: not call.failed and call.end <= window.end)


def error_share(ways: Sequence[Way]) -> Points:
    """Failed calls of the calls that began in each second."""

    def points(context: Context, window: Window) -> Sequence[Point]:
        seconds = _by_second(context.readings.calls_in(window, ways), window)
        return [
            Point(second, min(len(calls), _failed(calls) + context.failing * len(calls)), len(calls))
            for second, calls in seconds
            if calls
        ]

    return points


def fast_share(ways: Sequence[Way], floor: float, tail: int = 0) -> Points:
    """Calls that succeeded in less than `floor` microseconds: a fault that holds up each call leaves none of them.

    Those that failed sooner say nothing, nor do those that began so late that its end freed them (`tail`: and so much
    earlier, as the end of a label is when the end was known).
    """

    def points(context: Context, window: Window) -> Sequence[Point]:
        end = window.end - round(floor) - tail
        if end <= window.start:
            return []
        whole = Window(window.start, end)
        calls = context.readings.calls_in(whole, ways)
        telling = [call for call in calls if not (call.failed and call.duration < floor)]
        return [
            Point(second, sum(call.duration < floor for call in of_second), len(of_second))
            for second, of_second in _by_second(telling, whole, keep_rest=True)
            if of_second
        ]

    return points


def call_rate(ways: Sequence[Way], *, succeeded: bool = False) -> Points:
    """Calls that began in each second, 0 where there was none: sees a series vanish. Known when the second is over."""

    def points(context: Context, window: Window) -> Sequence[Point]:
        seconds = _by_second(context.readings.calls_in(window, ways), window)
        return [
            Point(second + SECOND, float(len(calls) - (_failed(calls) if succeeded else 0)))
            for second, calls in seconds
        ]

    return points


def late(ways: Sequence[Way]) -> Signs:
    """A late call shows when it is overdue, not when it is over at last."""

    def signs(context: Context, window: Window, edge: float) -> Sequence[int]:
        return _overdue(context.readings.calls_in(window, ways), edge * MILLISECOND)

    return signs


def late_by(ways: Sequence[Way], limit: float) -> Signs:
    def signs(context: Context, window: Window, edge: float) -> Sequence[int]:
        return _overdue(context.readings.calls_in(window, ways), limit)

    return signs


def slow(ways: Sequence[Way]) -> Signs:
    def signs(context: Context, window: Window, edge: float) -> Sequence[int]:
        return _overdue(context.readings.calls_in(window, ways), context.slow)

    return signs


def failures(ways: Sequence[Way]) -> Signs:
    def signs(context: Context, window: Window, edge: float) -> Sequence[int]:
        return [call.end for call in context.readings.calls_in(window, ways) if call.failed]

    return signs


def answers(ways: Sequence[Way], codes: Collection[int]) -> Signs:
    def signs(context: Context, window: Window, edge: float) -> Sequence[int]:
        return [call.end for call in context.readings.calls_in(window, ways) if call.status in codes]

    return signs


def _overdue(calls: Sequence[Call], limit: float) -> list[int]:
    return [call.start + round(limit) for call in calls if call.duration > limit]


def _failed(calls: Sequence[Call]) -> int:
    return sum(call.failed for call in calls)


def _share(ways: Sequence[Way], is_hit: Predicate) -> Points:
    def points(context: Context, window: Window) -> Sequence[Point]:
        seconds = _by_second(context.readings.calls_in(window, ways), window)
        return [
            Point(second, sum(is_hit(context, window, call) for call in calls), len(calls))
            for second, calls in seconds
            if calls
        ]

    return points


def _by_second(calls: Sequence[Call], window: Window, *, keep_rest: bool = False) -> list[tuple[int, list[Call]]]:
    """Whole seconds from the start of the window on; what is left over at its end is dropped."""
    groups: dict[int, list[Call]] = defaultdict(list)
    for call in calls:
        groups[(call.start - window.start) // SECOND].append(call)
    whole = (window.end - window.start) // SECOND + keep_rest
    return [(window.start + index * SECOND, groups[index]) for index in range(whole)]
