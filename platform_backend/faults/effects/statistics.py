"""Two-sided tests of `during` against `before`, in plain Python: series are short, and SciPy would weigh 100 MB.

Each test allows for what per-second telemetry is: serially correlated, tied, clustered. Sources stand at each test.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import fmean, median
from typing import Final

# Beyond this the estimate is a trend rather than a correlation, and no sample would be large enough.
HIGHEST_CORRELATION: Final = 0.95
# Seconds of a busy machine resemble their neighbours: as clusters also stretches of so many are tried.
STRETCH: Final = 5
STRETCHES: Final = 10
MAD_TO_SIGMA: Final = 1.4826  # of a normal distribution


@dataclass(frozen=True, slots=True)
class Result:
    """`effect_size` is above 0 when values rose: Cliff's delta, a difference of shares, or of rates per second."""

    test: str
    statistic: float
    p_value: float
    effect_size: float


@dataclass(frozen=True, slots=True)
class Share:
    """`hits` of `total` in one second: errors of calls, unready ticks of ticks."""

    hits: float
    total: float


def mann_whitney(before: Sequence[float], during: Sequence[float]) -> Result:
    """Mann-Whitney U: normal approximation with ties and continuity corrected, and serial correlation.

    H. B. Mann, D. R. Whitney, Ann. Math. Stat. 18 (1947) 50-60. Ties: E. L. Lehmann, Nonparametrics (1975), 1.4.
    Correlation: the variance of U grows by that of a mean under AR(1), S. Yue, C. Wang, Adv. Water Resour. 25 (2002)
    325-333; it is estimated from `before`, the longer one, in which no fault makes a step or a trend. Effect size:
    N. Cliff, Psychol. Bull. 114 (1993) 494-509, delta = P(during > before) - P(during < before).
    """
    n, m = len(during), len(before)
    ranks, ties = midranks([*during, *before])
    u = sum(ranks[:n]) - n * (n + 1) / 2
    delta = 2 * u / (n * m) - 1
    total = n + m
    variance = n * m / 12 * (total + 1 - ties / (total * (total - 1)))
    variance *= _inflation(n, ranks[n:])
    if variance <= 0:  # all values are equal
        return Result("mann-whitney", u, 1.0, 0.0)
    z = max(0.0, abs(u - n * m / 2) - 0.5) / math.sqrt(variance)
    return Result("mann-whitney", u, math.erfc(z / math.sqrt(2)), delta)


def fisher(before: Sequence[Share], during: Sequence[Share]) -> Result:
    """Fisher's exact test on shares, with counts divided by the design effect of seconds as clusters.

    R. A. Fisher, J. R. Stat. Soc. 85 (1922) 87-94; two-sided: all tables as unlikely as this one or less. Clusters:
    J. N. K. Rao, A. J. Scott, Biometrics 48 (1992) 577-585. The statistic is the odds ratio, with 1/2 added to each
    cell (J. B. S. Haldane 1956), the effect size the difference of the shares.
    """
    design = max(_design_effect(before), _design_effect(during))
    hits, total = _reduced(during, design)
    hits_before, total_before = _reduced(before, design)
    odds = (hits + 0.5) * (total_before - hits_before + 0.5) / ((total - hits + 0.5) * (hits_before + 0.5))
    p_value = _two_sided(
        range(max(0, hits + hits_before - total_before), min(total, hits + hits_before) + 1),
        hits,
        lambda x: _log_choose(total, x) + _log_choose(total_before, hits + hits_before - x),
    )
    return Result("fisher", odds, p_value, share_of(during) - share_of(before))


def at_least(group: Sequence[Share], share: float) -> float:
    """Probability of as many hits or more, had each call this chance. Counts are divided by the design effect."""
    hits, total = _reduced(group, _design_effect(group))
    return _tail(total, range(hits, total + 1), share)


def at_most(group: Sequence[Share], share: float) -> float:
    hits, total = _reduced(group, _design_effect(group))
    return _tail(total, range(hits + 1), share)


def binomial(hits: int, total: int, share: float) -> float:
    """Two-sided p-value of a share that is known: twice the smaller tail."""
    tails = _tail(total, range(hits, total + 1), share), _tail(total, range(hits + 1), share)
    return min(1.0, 2 * min(tails))


def rates(before: Sequence[Share], during: Sequence[Share]) -> Result:
    """Exact conditional test of two Poisson rates; a Share's total is its exposure in seconds.

    J. Przyborowski, H. Wilenski, Biometrika 31 (1940) 313-323: given all events, those of `during` are binomial.
    """
    events = round(sum(share.hits for share in during))
    events_before = round(sum(share.hits for share in before))
    exposure, exposure_before = (sum(share.total for share in group) for group in (during, before))
    chance = exposure / (exposure + exposure_before)
    both = events + events_before
    p_value = _two_sided(
        range(both + 1),
        events,
        lambda x: _log_choose(both, x) + x * math.log(chance) + (both - x) * math.log1p(-chance),
    )
    return Result("poisson-rates", float(events), p_value, share_of(during) - share_of(before))


def share_of(group: Sequence[Share]) -> float:
    total = sum(share.total for share in group)
    return sum(share.hits for share in group) / total if total else 0.0


def midranks(values: Sequence[float]) -> tuple[list[float], float]:
    """Ranks from 1, equal values sharing their mean rank, and the sum of t^3 - t over groups of t equal values."""
    order = sorted(range(len(values)), key=values.__getitem__)
    ranks, ties, first = [0.0] * len(values), 0.0, 0
    while first < len(order):
        last = first
        while last + 1 < len(order) and values[order[last + 1]] == values[order[first]]:
            last += 1
        for position in order[first : last + 1]:
            ranks[position] = (first + last) / 2 + 1
        count = last - first + 1
        ties += count**3 - count
        first = last + 1
    return ranks, ties


def quantile(values: Sequence[float], share: float) -> float:
    """Linear interpolation between the two nearest ranks."""
    ordered = sorted(values)
    position = share * (len(ordered) - 1)
    low = int(position)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (position - low)


def spread(values: Sequence[float]) -> float:
    """The standard deviation as the median absolute deviation estimates it; outliers do not count."""
    middle = median(values)
    return MAD_TO_SIGMA * median(abs(value - middle) for value in values)


def _inflation(n: int, before: Sequence[float]) -> float:
    """How much wider than for independent values the difference of the groups' mean ranks scatters."""
    m, correlation = len(before), _lag_one(before)
    return (_of_mean(n, correlation) / n + _of_mean(m, correlation) / m) / (1 / n + 1 / m)


def _of_mean(n: int, correlation: float) -> float:
    """Variance of the mean of n values of an AR(1) process, relative to independent ones."""
    return 1 + 2 * sum((1 - lag / n) * correlation**lag for lag in range(1, n))


def _lag_one(values: Sequence[float]) -> float:
    """Correlation of neighbours, with its small-sample bias taken out (M. G. Kendall, Biometrika 41 (1954) 403-404)."""
    mean, count = fmean(values), len(values)
    squares = sum((value - mean) ** 2 for value in values)
    if squares == 0:
        return 0.0
    correlation = sum((a - mean) * (b - mean) for a, b in pairwise(values)) / squares
    unbiased = (correlation + 1 / count) / (1 - 3 / count) if count > 3 else correlation
    return min(max(0.0, unbiased), HIGHEST_CORRELATION)


def _tail(total: int, counts: range, share: float) -> float:
    """Binomial probability of these counts."""
    if not 0 < share < 1:
        return float((0 if share <= 0 else total) in counts)
    odds = (math.log(share), math.log1p(-share))
    return min(1.0, sum(math.exp(_log_choose(total, x) + x * odds[0] + (total - x) * odds[1]) for x in counts))


def _design_effect(group: Sequence[Share]) -> float:
    """Of seconds as clusters, or of stretches of seconds if those differ more and there are enough to know."""
    longer = [_merged(group[start : start + STRETCH]) for start in range(0, len(group), STRETCH)]
    seconds = _variance_ratio(group)
    return max(seconds, _variance_ratio(longer)) if len(longer) >= STRETCHES else seconds


def _merged(group: Sequence[Share]) -> Share:
    return Share(sum(each.hits for each in group), sum(each.total for each in group))


def _variance_ratio(group: Sequence[Share]) -> float:
    """Variance of the share between clusters relative to binomial; at least 1, and 1 where nothing varies."""
    total, share, clusters = sum(each.total for each in group), share_of(group), len(group)
    if clusters < 2 or not 0 < share < 1:
        return 1.0
    residuals = sum((each.hits - share * each.total) ** 2 for each in group)
    return max(1.0, clusters / (clusters - 1) * residuals / (total * share * (1 - share)))


def _reduced(group: Sequence[Share], design: float) -> tuple[int, int]:
    total = sum(each.total for each in group) / design
    return round(share_of(group) * total), max(1, round(total))


def _two_sided(support: range, observed: int, log_weight: Callable[[int], float]) -> float:
    """Probability of all outcomes that are as unlikely as the observed one, or less likely."""
    weights = {x: log_weight(x) for x in support}
    top = max(weights.values())
    limit = weights[observed] + 1e-7  # equal outcomes differ in the last digits
    tail = sum(math.exp(weight - top) for weight in weights.values() if weight <= limit)
    return min(1.0, tail / sum(math.exp(weight - top) for weight in weights.values()))


def _log_choose(n: int, k: int) -> float:
    return math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)
