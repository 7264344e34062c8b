"""The recovery check: are the KPIs that a fault moved back in the band of before? Pure."""

from collections.abc import Sequence
from statistics import median
from typing import Final

from faults.effects.check import context_of, observed
from faults.effects.expected import EXPECTED
from faults.effects.kpis import Kpi, Point
from faults.effects.readings import Readings
from faults.effects.statistics import fisher, quantile, share_of
from faults.windows import ENOUGH, SECOND, length
from telemetry.records import Window

# The band reaches to the 99th percentile of before, and half the median beyond: a pod that is warming up is back.
BAND: Final = 0.99
ALLOWANCE: Final = 0.5
# A share of three seconds of calls is a coarse one; only what chance hardly explains is out of band.
CHANCE: Final = 0.05
SETTLED: Final = 3 * SECOND
LATEST: Final = 5 * SECOND


def comparable(readings: Readings, before: Sequence[Window]) -> Sequence[Window]:
    """The time before with telemetry; empty when it is too little to know a band by."""
    seen = observed(readings, before)
    return seen if length(seen) >= ENOUGH else []


def latest(ticks: Sequence[int], end: int, interval: int) -> Window | None:
    """The last seconds of telemetry after a fault's end; None while they are too few."""
    after = [tick for tick in ticks if tick >= end]
    if not after or after[-1] + interval - end < SETTLED:
        return None
    return Window(max(end, after[-1] + interval - LATEST), after[-1] + interval)


def out_of_band(
    kind: str, pod: str, readings: Readings, before: Sequence[Window], after: Window
) -> tuple[list[str], int]:
    """What is not back yet, in words, and how many KPIs there were values of."""
    expected = EXPECTED.get(kind)
    if expected is None:
        return [], 0
    context = context_of(expected, pod, readings, before)
    wrong, judged = [], 0
    for kpi in expected.kpis:
        if kpi.shape == "events":
            continue
        earlier = [point for window in before for point in (kpi.before or kpi.points)(context, window)]
        later = kpi.points(context, after)
        idle = kpi.shape == "level" and not any(point.value for point in [*earlier, *later])
        if earlier and later and not idle:
            judged += 1
            wrong += _wrong(kpi, earlier, later)
    return wrong, judged


def _wrong(kpi: Kpi, before: Sequence[Point], after: Sequence[Point]) -> list[str]:
    if kpi.shape == "level":
        return _level_wrong(kpi, [point.value for point in before], [point.value for point in after])
    shares = [point.share for point in before], [point.share for point in after]
    was, now = share_of(shares[0]), share_of(shares[1])
    if now - was <= kpi.smallest or fisher(*shares).p_value >= CHANCE:
        return []
    return [f"{kpi.name}: {now:.2f}, before {was:.2f}"]


def _level_wrong(kpi: Kpi, before: Sequence[float], after: Sequence[float]) -> list[str]:
    middle, now = median(before), median(after)
    slack = max(kpi.smallest, ALLOWANCE * abs(middle))
    edge = quantile(before, BAND if kpi.harm > 0 else 1 - BAND) + kpi.harm * slack
    if (now - edge) * kpi.harm <= 0:
        return []
    return [f"{kpi.name}: {now:.4g} {kpi.unit}, before {middle:.4g}"]
