"""One KPI before and during a fault: whether it moved, and what that is worth on a busy machine."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from statistics import median
from typing import Any, Final

from faults.effects.beside import BESIDE, Second, fit, paired
from faults.effects.calls import slow_limit
from faults.effects.host import Host, as_slow
from faults.effects.kpis import Context, Kpi, Point
from faults.effects.onset import onset
from faults.effects.readings import Readings, Way
from faults.effects.statistics import Result, Share, at_least, at_most, fisher, mann_whitney, rates, share_of
from faults.windows import SECOND
from telemetry.records import Window

# For all KPIs of a check together. The most typical one gets half of it, the others share the rest: a weighted
# Bonferroni correction (R. Rosenthal, D. B. Rubin, Psychol. Bull. 94 (1983) 540-541).
ALPHA: Final = 0.01
# On a strained machine seconds scatter by more than any correction knows; what is unmistakable is far below this, too.
STRAINED: Final = 0.02
# Fewer seconds can't reach it whatever they hold, or would by a single outlier.
LEVEL_DURING: Final = 5
LEVEL_BEFORE: Final = 15
SHARE_BEFORE: Final = 15
# Levels closer to the middle of before than this share of the least change that matters are taken for equal: a slow
# drift or a millisecond must not rank.
EQUAL: Final = 0.5
# A share that should be nothing, or all, may miss it by so much: edges of labels, a timer that fired early.
STRAYS: Final = 0.02
# And one that misses it by so much says that not each call was hit.
REFUTING: Final = 0.1
# Between the last sample and the end of a window that was watched to its end.
UNWATCHED_S: Final = 2.0


@dataclass(frozen=True, slots=True)
class Setting:
    """What is compared: the pod's readings before and during, and how much the machine changed between."""

    readings: Readings
    before: Sequence[Window]
    during: Window
    pod: str
    ways: Sequence[Way]
    host: Host

    @property
    def seconds(self) -> float:
        return (self.during.end - self.during.start) / SECOND

    def usual(self) -> Context:
        """Before, as slow as the machine made the calls of others during the fault."""
        readings = as_slow(self.readings, self.before, self.host)
        return Context(readings, slow_limit(readings, self.before, self.ways), self.pod, self.host.failing)

    def plain(self) -> Context:
        return self.seen(slow_limit(self.readings, self.before, self.ways))

    def seen(self, slow: float) -> Context:
        return Context(self.readings, slow, self.pod)


@dataclass(frozen=True, slots=True)
class Measured:
    """One KPI. `before` and `during` are medians of levels, else shares or events per second; `usual` is before as the
    machine would have made it.
    """

    kpi: Kpi
    result: Result
    before: float
    usual: float
    during: float
    as_expected: bool = False  # the fault, doing all that it should, leaves just this
    refutes: bool = False  # had the fault done what it should, it would show here whatever the machine did
    onset: int | None = None  # None: it did not move

    @property
    def is_certain(self) -> bool:
        """Whether its move is the fault's work whatever the machine did: calls have to stand beside those of others."""
        if not self.kpi.by_host:
            return True
        is_beside = self.result.test == BESIDE or not self.kpi.of_calls
        return self.kpi.sure and is_beside and (self.kpi.expected is None or self.as_expected)

    def record(self) -> dict[str, Any]:
        found = {
            "kpi": self.kpi.name,
            "unit": self.kpi.unit,
            "test": self.result.test,
            "statistic": self.result.statistic,
            "p_value": self.result.p_value,
            "effect_size": self.result.effect_size,
            "before": self.before,
            "during": self.during,
        }
        return found if self.usual == self.before else found | {"before_on_this_host": self.usual}


def measure(kpis: Sequence[Kpi], setting: Setting) -> list[Measured]:
    """Those that can be judged."""
    usual = setting.usual()
    measured = (_measure(kpi, level, setting, usual) for kpi, level in _levels(kpis, strained=setting.host.is_strained))
    return [each for each in measured if each is not None]


def _levels(kpis: Sequence[Kpi], *, strained: bool) -> Iterator[tuple[Kpi, float]]:
    for index, kpi in enumerate(kpis):
        share = 1.0 if len(kpis) == 1 else 0.5 if index == 0 else 0.5 / (len(kpis) - 1)
        yield kpi, ALPHA * share * (STRAINED if strained and kpi.by_host else 1.0)


def _measure(kpi: Kpi, level: float, setting: Setting, usual: Context) -> Measured | None:
    seen = setting.seen(usual.slow)
    expecting = _before(kpi, usual, setting.before)
    pairs = _pairs(kpi, setting)
    if pairs:
        measured = _beside_others(kpi, level, *pairs)
    else:
        measured = _compare(kpi, expecting, kpi.points(seen, setting.during), level, setting.seconds)
    if measured is None:
        return None
    earlier = _before(kpi, seen, setting.before) if kpi.of_calls else expecting
    measured = replace(measured, before=_middle(kpi, earlier))
    if not _matters(measured, level):
        return measured
    rising = measured.during >= measured.usual
    return replace(measured, onset=onset(kpi, seen, expecting, setting.during, rising=rising), refutes=False)


def _pairs(kpi: Kpi, setting: Setting) -> tuple[list[Second], list[Second]] | None:
    """On a strained machine: the calls of others in the same seconds, before and during, if there are enough."""
    if kpi.others is None or not setting.host.is_strained:
        return None
    context, windows = setting.plain(), setting.before
    own = [point for window in windows for point in kpi.points(context, window)]
    before = paired(own, [point for window in windows for point in kpi.others(context, window)])
    during = paired(kpi.points(context, setting.during), kpi.others(context, setting.during))
    return (before, during) if len(before) >= SHARE_BEFORE and during else None


def _beside_others(kpi: Kpi, level: float, before: Sequence[Second], during: Sequence[Second]) -> Measured | None:
    beside = fit(before)
    usual = beside.usual(during, kpi.towards)
    return _compare_shares(kpi, lambda own: beside.test(own, usual), usual, [second.own for second in during], level)


def _before(kpi: Kpi, context: Context, windows: Sequence[Window]) -> list[Point]:
    points = kpi.before or kpi.points
    return [point for window in windows for point in points(context, window)]


def _middle(kpi: Kpi, points: Sequence[Point]) -> float:
    if kpi.shape == "level":
        return median(point.value for point in points) if points else 0.0
    return share_of([point.share for point in points])


def _compare(
    kpi: Kpi, before: Sequence[Point], during: Sequence[Point], level: float, seconds: float
) -> Measured | None:
    """None when there is too little to compare."""
    if kpi.shape == "level":
        return _compare_levels(kpi, [point.value for point in before], [point.value for point in during])
    if len(before) < SHARE_BEFORE or not during:
        return None
    shares = [point.share for point in before], [point.share for point in during]
    if kpi.shape == "events":
        return _compare_events(kpi, *shares, level, seconds)
    before_shares, during_shares = shares
    return _compare_shares(kpi, lambda own: fisher(before_shares, own), share_of(before_shares), during_shares, level)


def _compare_events(
    kpi: Kpi, before: Sequence[Share], during: Sequence[Share], level: float, seconds: float
) -> Measured | None:
    """None of them in a time that was watched to its end says that what must cause one has not been."""
    watched = sum(each.total for each in during)
    none = not any(each.hits for each in during) and watched >= seconds - UNWATCHED_S
    one = [Share(float(index == 0), each.total) for index, each in enumerate(during)]
    result, usual = rates(before, during), share_of(before)
    if min(result.p_value, rates(before, one).p_value) >= level and not (none and kpi.must_move):
        return None  # nor would one be significant
    return Measured(kpi, result, usual, usual, share_of(during), refutes=none and kpi.must_move)


def _compare_levels(kpi: Kpi, before: Sequence[float], during: Sequence[float]) -> Measured | None:
    if len(before) < LEVEL_BEFORE or len(during) < LEVEL_DURING:
        return None
    if not any(before) and not any(during):
        return None  # nothing went on
    usual, least = median(before), kpi.least_change(median(before))
    return Measured(kpi, _test_levels(before, during, least), usual, usual, median(during), refutes=not kpi.by_host)


def _test_levels(before: Sequence[float], during: Sequence[float], least: float) -> Result:
    middle = median(before)
    return mann_whitney(*([_beyond(value - middle, EQUAL * least) for value in group] for group in (before, during)))


def _compare_shares(
    kpi: Kpi, test: Callable[[Sequence[Share]], Result], usual: float, during: Sequence[Share], level: float
) -> Measured | None:
    """`test` compares a share with the `usual` one."""
    now, result = share_of(during), test(during)
    wanted = kpi.expected(usual) if kpi.expected else None
    clearest = float(kpi.towards > 0)
    if wanted is not None and abs(wanted - usual) >= kpi.smallest:
        clearest = wanted
    would_be = [Share(each.total * clearest, each.total) for each in during]
    falls_short = wanted is not None and _falls_short(kpi, during, wanted, usual)
    if min(result.p_value, test(would_be).p_value) >= level and not falls_short:
        return None  # nor would it be significant if the fault had done what it should
    return Measured(
        kpi,
        result,
        usual,
        usual,
        now,
        as_expected=wanted is not None and _is(during, wanted),
        refutes=falls_short or not kpi.by_host,
    )


def _is(during: Sequence[Share], wanted: float) -> bool:
    """Whether it is this share but for strays, or what chance makes of it."""
    now = share_of(during)
    low, high = wanted - STRAYS, wanted + STRAYS
    if abs(now - wanted) > REFUTING:
        return False
    return (now >= low or at_most(during, low) >= ALPHA) and (now <= high or at_least(during, high) >= ALPHA)


def _falls_short(kpi: Kpi, during: Sequence[Share], wanted: float, usual: float) -> bool:
    """So far from it that the fault can't have done what it should, whatever the machine did besides."""
    distance = abs(wanted - usual)
    if distance < REFUTING:
        return False
    slack = REFUTING if kpi.sure else distance / 2
    if wanted < usual:
        return at_least(during, wanted + slack) < ALPHA
    return at_most(during, wanted - slack) < ALPHA


def _beyond(difference: float, margin: float) -> float:
    """Soft threshold: 0 within the margin, else what exceeds it."""
    return difference - max(-margin, min(margin, difference))


def _matters(measured: Measured, level: float) -> bool:
    """Significant, to the side that the fault moves it to, and large enough to be one."""
    kpi, result = measured.kpi, measured.result
    change = measured.during - measured.usual
    if result.p_value >= level or not kpi.is_towards(change) or abs(change) < kpi.least_change(measured.usual):
        return False
    return kpi.shape != "level" or abs(result.effect_size) >= kpi.distinct
