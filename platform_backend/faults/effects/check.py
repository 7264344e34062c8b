"""The effect check: did a fault move what its kind must move on this pod? Pure: readings in, a finding out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Any, Final, Literal

from faults.effects.expected import EXPECTED, Expected
from faults.effects.kpis import Context, Kpi, Point, slow_limit
from faults.effects.onset import onset
from faults.effects.readings import Readings
from faults.effects.statistics import Result, Share, fisher, mann_whitney, rates, share_of
from faults.windows import COOL_DOWN, ENOUGH, SECOND, complement, length
from telemetry.records import Window

Verdict = Literal["confirmed", "absent", "unknown"]

# For all KPIs of a check together. The most typical one gets half of it, the others share the rest: a weighted
# Bonferroni correction (R. Rosenthal, D. B. Rubin, Psychol. Bull. 94 (1983) 540-541).
ALPHA: Final = 0.01
# Fewer seconds can't reach it whatever they hold, or would by a single outlier.
LEVEL_DURING: Final = 5
LEVEL_BEFORE: Final = 15
SHARE_BEFORE: Final = 15
# Levels closer to the middle of before than this share of the least change that matters are taken for equal: a slow
# drift or a millisecond must not rank.
EQUAL: Final = 0.5
# Sampling intervals without any sample: nobody watched.
GAP: Final = 2


@dataclass(frozen=True, slots=True)
class Measured:
    """One KPI. `before` and `during` are medians of levels, else shares or events per second."""

    kpi: Kpi
    result: Result
    before: float
    during: float
    onset: int | None = None  # None: not confirmed

    def record(self) -> dict[str, Any]:
        return {
            "kpi": self.kpi.name,
            "unit": self.kpi.unit,
            "test": self.result.test,
            "statistic": self.result.statistic,
            "p_value": self.result.p_value,
            "effect_size": self.result.effect_size,
            "before": self.before,
            "during": self.during,
        }


@dataclass(frozen=True, slots=True)
class Finding:
    """`onset` is UTC microseconds; `evidence` has the telling KPI on top and the rest of them below `others`."""

    effect: Verdict
    evidence: Mapping[str, Any] = field(default_factory=dict)
    onset: int | None = None


def unknown(reason: str) -> Finding:
    return Finding("unknown", {"reason": reason})


def check(kind: str, pod: str, readings: Readings, before: Sequence[Window], during: Window) -> Finding:
    """Compare the time of the fault on the pod with untouched time before it."""
    expected = EXPECTED.get(kind)
    if expected is None:
        return unknown(f"nobody has said which KPI a {kind} must move")
    if not any(readings.ticks_in(during)):
        return unknown("there is no telemetry of the time of the fault")
    before = observed(readings, before)
    if length(before) < ENOUGH:
        seconds = length(before) / SECOND
        return unknown(
            f"only {seconds:.0f} s with telemetry and without a fault before it, "
            f"{ENOUGH // SECOND} s are needed to compare"
        )
    context = context_of(expected, pod, readings, before)
    measured = _measure(expected, context, before, during)
    if not measured:
        return unknown("too few calls and samples of this pod, before or during the fault, to compare")
    return _conclude(measured, before)


def _conclude(measured: Sequence[Measured], before: Sequence[Window]) -> Finding:
    confirmed = [each for each in measured if each.onset is not None]
    telling = confirmed[0] if confirmed else min(measured, key=lambda each: each.result.p_value)
    evidence = {
        **telling.record(),
        "others": [each.record() for each in measured if each is not telling],
        "compared_with": [[window.start, window.end] for window in before],
    }
    if not confirmed:
        return Finding("absent", evidence)
    return Finding("confirmed", evidence, min(each.onset for each in confirmed if each.onset is not None))


def observed(readings: Readings, windows: Sequence[Window]) -> list[Window]:
    """The parts of the windows in which anything was sampled, without the first moments of a system that starts."""
    found: list[Window] = []
    for window in windows:
        found += _observed(readings, window)
    begins_late = bool(windows) and bool(found) and found[0].start - windows[0].start > GAP * readings.interval
    if not begins_late:
        return found
    started = Window(found[0].start, found[0].start + COOL_DOWN)
    settled = [part for window in found for part in complement(window, [started])]
    return settled if length(settled) >= ENOUGH else found


def _observed(readings: Readings, window: Window) -> list[Window]:
    found: list[Window] = []
    for tick in readings.ticks_in(window):
        end = min(window.end, tick + readings.interval)
        if found and tick - found[-1].end < GAP * readings.interval:
            found[-1] = Window(found[-1].start, end)
        else:
            found.append(Window(tick, end))
    return found


def lasts(kind: str) -> int:
    """Microseconds after a fault's end that belong to its check."""
    expected = EXPECTED.get(kind)
    return expected.lasting if expected else 0


def context_of(expected: Expected, pod: str, readings: Readings, before: Sequence[Window]) -> Context:
    return Context(readings, slow_limit(readings, before, expected.ways), pod)


def _measure(expected: Expected, context: Context, before: Sequence[Window], during: Window) -> list[Measured]:
    found = []
    for kpi, level in zip(expected.kpis, _levels(len(expected.kpis)), strict=True):
        usual = kpi.before or kpi.points
        earlier = [point for window in before for point in usual(context, window)]
        measured = _compare(kpi, earlier, kpi.points(context, during), level)
        if measured is not None:
            found.append(_with_onset(measured, level, context, earlier, during))
    return found


def _levels(kpis: int) -> list[float]:
    others = kpis - 1
    return [ALPHA / 2] + [ALPHA / 2 / others] * others if others else [ALPHA]


def _compare(kpi: Kpi, before: Sequence[Point], during: Sequence[Point], level: float) -> Measured | None:
    """None when there is too little to compare."""
    if kpi.shape == "level":
        if len(before) < LEVEL_BEFORE or len(during) < LEVEL_DURING:
            return None
        levels = [point.value for point in before], [point.value for point in during]
        if not any(levels[0]) and not any(levels[1]):
            return None  # nothing went on
        middle = median(levels[0])
        margin = EQUAL * kpi.least_change(middle)
        result = mann_whitney(*([_beyond(value - middle, margin) for value in values] for values in levels))
        return Measured(kpi, result, middle, median(levels[1]))
    if len(before) < SHARE_BEFORE or not during:
        return None
    shares = [point.share for point in before], [point.share for point in during]
    test = fisher if kpi.shape == "share" else rates
    result = test(*shares)
    if result.p_value >= level and test(shares[0], _clearest(kpi, shares[1])).p_value >= level:
        return None  # nor would the clearest of effects be significant
    return Measured(kpi, result, share_of(shares[0]), share_of(shares[1]))


def _clearest(kpi: Kpi, during: Sequence[Share]) -> list[Share]:
    """As if each call, or each tick, had been hit; of events, as if there had been one."""
    if kpi.shape == "events":
        return [Share(float(index == 0), each.total) for index, each in enumerate(during)]
    return [Share(each.total, each.total) for each in during]


def _beyond(difference: float, margin: float) -> float:
    """Soft threshold: 0 within the margin, else what exceeds it."""
    return difference - max(-margin, min(margin, difference))


def _with_onset(
    measured: Measured, level: float, context: Context, before: Sequence[Point], during: Window
) -> Measured:
    if not _matters(measured, level):
        return measured
    kpi, rising = measured.kpi, measured.during >= measured.before
    seen = onset(kpi, context, before, during, rising=rising)
    return Measured(kpi, measured.result, measured.before, measured.during, seen)


def _matters(measured: Measured, level: float) -> bool:
    """Significant, and large enough to be one."""
    kpi, result = measured.kpi, measured.result
    change = abs(measured.during - measured.before)
    if result.p_value >= level or change < kpi.least_change(measured.before):
        return False
    return kpi.shape != "level" or abs(result.effect_size) >= kpi.distinct
