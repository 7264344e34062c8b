"""What the machine did to everybody: how busy it was, and by how much calls that the fault can't reach got slower."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from statistics import median
from typing import Any, Final

from common.strain import BUSY, MISSED, STOLEN, WAITING
from faults.effects.kpis import MILLISECOND
from faults.effects.readings import Call, Readings, Way, increases
from faults.windows import length
from telemetry.records import Window

# Uninvolved calls that slowed by so much tell of a strained machine as well.
SLOWDOWN: Final = 1.5
SLOWER_US: Final = 5 * MILLISECOND
PODS_OWN: Final[Sequence[Way]] = ("in", "out", "served")
QUANTILES: Final = 50  # at which their durations are compared
CALLS_BEFORE: Final = 10
CALLS_DURING: Final = 5


@dataclass(frozen=True, slots=True)
class Service:
    """Median milliseconds of uninvolved calls to it."""

    before: float
    during: float


@dataclass(frozen=True, slots=True)
class Host:
    """How uninvolved calls changed, if to the worse: `slowdown` and `delay` (microseconds) of their medians, `shift`
    both at each of QUANTILES, `failing` the rise of that share. Without `others` nobody knows.
    """

    cpu_busy: float | None = None
    cpu_waiting: float | None = None
    cpu_stolen: float | None = None
    missed: float = 0.0
    slowdown: float = 1.0
    delay: float = 0.0
    shift: Sequence[tuple[float, float]] = ()
    failing: float = 0.0
    others: Mapping[str, Service] = field(default_factory=dict)

    @property
    def is_saturated(self) -> bool:
        shares = ((self.cpu_busy, BUSY), (self.cpu_waiting, WAITING), (self.cpu_stolen, STOLEN), (self.missed, MISSED))
        return any(value is not None and value >= limit for value, limit in shares)

    @property
    def is_slower(self) -> bool:
        return self.slowdown >= SLOWDOWN and self.delay >= SLOWER_US

    @property
    def is_strained(self) -> bool:
        return self.is_saturated or self.is_slower

    def record(self) -> dict[str, Any]:
        """What of it is known."""
        known = {
            "strained": self.is_strained,
            "cpu_busy": self.cpu_busy,
            "cpu_waiting": self.cpu_waiting,
            "cpu_stolen": self.cpu_stolen,
            "ticks_missed": self.missed,
            "slowdown_of_others": self.slowdown if self.others else None,
        }
        return {name: _rounded(value) for name, value in known.items() if value is not None}

    def __str__(self) -> str:
        parts = [f"{100 * value:.0f} % {what}" for value, what in self._shares() if value is not None]
        if self.is_slower:
            parts.append(f"uninvolved services slowed just as much: {self.slowest()}")
        return ", ".join(parts)

    def slowest(self) -> str:
        """The services that slowed most, with their medians."""
        ordered = sorted(self.others.items(), key=lambda each: each[1].before - each[1].during)
        return ", ".join(f"{name} {one.before:.0f} -> {one.during:.0f} ms" for name, one in ordered[:3])

    def _shares(self) -> Sequence[tuple[float | None, str]]:
        return (
            (self.cpu_busy, "of its CPU time used"),
            (self.cpu_waiting, "of the time some process waited for a CPU"),
            (self.cpu_stolen or None, "of its CPU time stolen"),
            (self.missed or None, "of the samples missed"),
        )


def compare(readings: Readings, before: Sequence[Window], during: Window) -> Host:
    """The worse of before and during for how busy it was, since either hides an effect."""
    others = _services(readings, before, during)
    ratios = [one.during / one.before for one in others.values() if one.before > 0]
    delays = [one.during - one.before for one in others.values()]
    return Host(
        cpu_busy=_worst([_cpu_share(readings, windows, "idle") for windows in (before, [during])]),
        cpu_waiting=_worst([_waiting(readings, windows) for windows in (before, [during])]),
        cpu_stolen=_worst([_cpu_share(readings, windows, "steal") for windows in (before, [during])]),
        missed=max(_missed(readings, windows) for windows in (before, [during])),
        slowdown=max(1.0, median(ratios)) if ratios else 1.0,
        delay=max(0.0, median(delays) * MILLISECOND) if delays else 0.0,
        shift=_shift(readings, before, during, others),
        failing=max(0.0, _failing(readings, [during]) - _failing(readings, before)),
        others=others,
    )


def as_slow(readings: Readings, before: Sequence[Window], host: Host) -> Readings:
    """Before, with the calls as slow as the machine would have made them later: each by what the calls of others with
    the same rank among theirs were slower by, or slower times, whichever is more.
    """
    if not host.is_strained or not host.shift:
        return readings
    slowed: list[Call] = []
    for way in PODS_OWN:
        calls = [call for window in before for call in readings.calls_in(window, (way,))]
        ordered = sorted(calls, key=lambda call: call.duration)
        slowed += [
            replace(call, duration=_slowed(call.duration, (index + 0.5) / len(ordered), host.shift))
            for index, call in enumerate(ordered)
        ]
    return replace(readings, calls=sorted(slowed, key=lambda call: call.start))


def _slowed(duration: int, rank: float, shift: Sequence[tuple[float, float]]) -> int:
    more, times = shift[min(len(shift) - 1, int(rank * len(shift)))]
    return round(max(duration + more, duration * times))


def _shift(
    readings: Readings, before: Sequence[Window], during: Window, others: Mapping[str, Service]
) -> list[tuple[float, float]]:
    """By how much more, and how many times, at each quantile; of all services together, each relative to its median."""
    if not others:
        return []
    groups = [_elsewhere(readings, windows) for windows in (before, [during])]
    usual = {callee: one.before * MILLISECOND for callee, one in others.items() if one.before > 0}
    calls = [[call for call in group if call.callee in usual] for group in groups]
    if not all(calls):
        return []
    more = [_quantiles([call.duration - usual[call.callee] for call in group]) for group in calls]
    times = [_quantiles([call.duration / usual[call.callee] for call in group]) for group in calls]
    return [
        (max(0.0, later - earlier), max(1.0, later_times / earlier_times) if earlier_times > 0 else 1.0)
        for earlier, later, earlier_times, later_times in zip(*more, *times, strict=True)
    ]


def _quantiles(values: Sequence[float]) -> list[float]:
    ordered = sorted(values)
    return [ordered[int((index + 0.5) / QUANTILES * len(ordered))] for index in range(QUANTILES)]


def _services(readings: Readings, before: Sequence[Window], during: Window) -> dict[str, Service]:
    earlier, later = _by_callee(readings, before), _by_callee(readings, [during])
    return {
        callee: Service(median(earlier[callee]) / MILLISECOND, median(later[callee]) / MILLISECOND)
        for callee in sorted(earlier.keys() & later.keys())
        if len(earlier[callee]) >= CALLS_BEFORE and len(later[callee]) >= CALLS_DURING
    }


def _by_callee(readings: Readings, windows: Sequence[Window]) -> Mapping[str, list[int]]:
    found: dict[str, list[int]] = defaultdict(list)
    for call in _elsewhere(readings, windows):
        found[call.callee].append(call.duration)
    return found


def _elsewhere(readings: Readings, windows: Sequence[Window]) -> list[Call]:
    return [call for window in windows for call in readings.calls_in(window, ("elsewhere",))]


def _failing(readings: Readings, windows: Sequence[Window]) -> float:
    calls = _elsewhere(readings, windows)
    return sum(call.failed for call in calls) / len(calls) if len(calls) >= CALLS_DURING else 0.0


def _worst(values: Sequence[float | None]) -> float | None:
    return max((value for value in values if value is not None), default=None)


def _cpu_share(readings: Readings, windows: Sequence[Window], mode: str) -> float | None:
    """The median tick's share of CPU time in this mode; of `idle`, what was not."""
    shares = []
    for window in windows:
        ticks = readings.ticks_in(window)
        part = {tick: grown for tick, grown, _ in increases(readings.node.get(mode, {}), ticks, readings.interval)}
        whole = increases(readings.node.get("cpu", {}), ticks, readings.interval)
        shares += [part[tick] / grown for tick, grown, _ in whole if grown and tick in part]
    if not shares:
        return None
    return 1 - median(shares) if mode == "idle" else median(shares)


def _waiting(readings: Readings, windows: Sequence[Window]) -> float | None:
    shares = [
        grown / seconds
        for window in windows
        for _, grown, seconds in increases(
            readings.node.get("waiting", {}), readings.ticks_in(window), readings.interval
        )
    ]
    return min(1.0, median(shares)) if shares else None


def _missed(readings: Readings, windows: Sequence[Window]) -> float:
    """Gaps between ticks only: nobody promised a tick at a window's edge."""
    missed = expected = 0
    for window in windows:
        for tick, following in pairwise(readings.ticks_in(window)):
            expected += round((following - tick) / readings.interval)
            missed += round((following - tick) / readings.interval) - 1
    return missed / expected if length(windows) and expected else 0.0


def _rounded(value: Any) -> Any:
    return round(value, 3) if isinstance(value, float) else value
