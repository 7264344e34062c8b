"""The recovery check: are the KPIs that a fault moved back in the band of before? Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from statistics import median
from typing import Final

from faults.effects.calls import slow_limit
from faults.effects.check import observed
from faults.effects.expected import Parameters, Past, expected_of
from faults.effects.host import as_slow, compare
from faults.effects.kpis import Context, Kpi, Point
from faults.effects.readings import Readings
from faults.effects.statistics import fisher, quantile, share_of
from faults.windows import ENOUGH, SECOND, length
from telemetry.records import Window

# The band reaches to the 99th percentile of before, and half the median beyond: a pod that is warming up is back.
BAND: Final = 0.99
ALLOWANCE: Final = 0.5
# A share of three seconds of calls is a coarse one; only what chance hardly explains is out of band.
CHANCE: Final = 0.05
WHICH_CALLS: Final = ("direction",)
SETTLED: Final = 3 * SECOND
LATEST: Final = 5 * SECOND


@dataclass(frozen=True, slots=True)
class Band:
    """`wrong`: what is not back yet, in words. `excused`: what is not either, though by the machine, as `host` says.
    `judged`: how many KPIs there were values of.
    """

    wrong: Sequence[str] = ()
    excused: Sequence[str] = ()
    host: str = ""
    judged: int = 0


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


def band(
    kind: str, pod: str, parameters: Parameters, readings: Readings, before: Sequence[Window], after: Window
) -> Band:
    """Compare what came after a fault with what was before it. How strong it was makes no difference to the band."""
    kept = {name: parameters[name] for name in WHICH_CALLS if name in parameters}
    expected = expected_of(kind, kept, Past(readings, before))
    if expected is None:
        return Band()
    host = compare(readings, before, after)
    plain = Context(readings, slow_limit(readings, before, expected.ways), pod)
    slowed = as_slow(readings, before, host)
    usual = Context(slowed, slow_limit(slowed, before, expected.ways), pod, host.failing)
    wrong: list[str] = []
    excused: list[str] = []
    judged = 0
    for kpi in expected.kpis:
        said = _judge(kpi, _earlier(kpi, plain, before), kpi.points(plain, after))
        judged += said is not None
        if said:
            later = kpi.points(replace(plain, slow=usual.slow), after)
            is_hosts = not _judge(kpi, _earlier(kpi, usual, before), later) if kpi.of_calls else kpi.by_host
            (excused if host.is_strained and is_hosts else wrong).append(said)
    return Band(wrong, excused, str(host), judged)


def _earlier(kpi: Kpi, context: Context, before: Sequence[Window]) -> list[Point]:
    return [point for window in before for point in (kpi.before or kpi.points)(context, window)]


def _judge(kpi: Kpi, earlier: Sequence[Point], later: Sequence[Point]) -> str | None:
    """What is wrong, in words; empty when nothing is, None when there is nothing to judge by."""
    idle = kpi.shape == "level" and not any(point.value for point in [*earlier, *later])
    if kpi.shape == "events" or not earlier or not later or idle:
        return None
    if kpi.shape == "level":
        return _level_wrong(kpi, [point.value for point in earlier], [point.value for point in later])
    shares = [point.share for point in earlier], [point.share for point in later]
    was, now = share_of(shares[0]), share_of(shares[1])
    if (now - was) * kpi.harm <= kpi.smallest or fisher(*shares).p_value >= CHANCE:
        return ""
    return f"{kpi.name}: {now:.2f}, before {was:.2f}"


def _level_wrong(kpi: Kpi, before: Sequence[float], after: Sequence[float]) -> str:
    middle, now = median(before), median(after)
    slack = max(kpi.smallest, ALLOWANCE * abs(middle))
    edge = quantile(before, BAND if kpi.harm > 0 else 1 - BAND) + kpi.harm * slack
    if (now - edge) * kpi.harm <= 0:
        return ""
    return f"{kpi.name}: {now:.4g} {kpi.unit}, before {middle:.4g}"
