"""What is reckoned from the series of a metric: sums over pods or labels, and quantiles of histograms."""

import math
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from statistics import fmean
from typing import Final, Literal

from telemetry.ports import Series

Aggregate = Literal["sum", "avg", "min", "max"]
Key = tuple[str, str, str]  # service, pod, labels; empty for what was summed over
REDUCE: Final[Mapping[Aggregate, Callable[[Sequence[float]], float]]] = {
    "sum": math.fsum,
    "avg": fmean,
    "min": min,
    "max": max,
}
BOUND: Final = "le"


def aggregated(series: Sequence[Series], by: Sequence[str], how: Aggregate) -> list[Series]:
    """One series for each value of `by`, which names `service`, `pod` or keys of labels; others lose that name."""
    groups: dict[Key, dict[int, list[float]]] = defaultdict(lambda: defaultdict(list))
    for each in series:
        steps = groups[_key(each, by)]
        for start, value in each.points:
            steps[start].append(value)
    return [
        Series(*key, points=[(start, REDUCE[how](values)) for start, values in sorted(steps.items())])
        for key, steps in sorted(groups.items())
    ]


def quantile(buckets: Sequence[Series], share: float, by: Sequence[str] | None) -> list[Series]:
    """Of the rates of a histogram's cumulative buckets, as Prometheus reckons it: linear within a bucket.

    Without `by`: of each pod and its other labels. Steps in which nothing was observed have no value.
    """
    groups: dict[Key, dict[int, dict[float, float]]] = defaultdict(lambda: defaultdict(lambda: defaultdict(float)))
    for each in buckets:
        bound = _pairs(each.labels).get(BOUND)
        if bound is None:
            continue
        steps = groups[_without_bound(each) if by is None else _key(each, by)]
        for start, rate in each.points:
            steps[start][float(bound)] += rate
    return [Series(*key, points=list(_quantiles(steps, share))) for key, steps in sorted(groups.items())]


def _quantiles(steps: Mapping[int, Mapping[float, float]], share: float) -> list[tuple[int, float]]:
    found = ((start, _quantile(sorted(rates.items()), share)) for start, rates in sorted(steps.items()))
    return [(start, value) for start, value in found if not math.isnan(value)]


def _quantile(cumulative: Sequence[tuple[float, float]], share: float) -> float:
    """`cumulative` is (upper bound, how many are at most that large). In the last bucket: its lower bound."""
    if not cumulative or cumulative[-1][0] != math.inf or cumulative[-1][1] <= 0:
        return math.nan
    sought, low, below = share * cumulative[-1][1], 0.0, 0.0
    for high, count in cumulative:
        if count >= sought and count > below:
            return low if high == math.inf else low + (high - low) * (sought - below) / (count - below)
        low, below = high, max(below, count)
    return math.nan


def _key(series: Series, by: Sequence[str]) -> Key:
    pairs = _pairs(series.labels)
    kept = ",".join(f"{name}={pairs[name]}" for name in sorted(by) if name in pairs)
    return series.service if "service" in by else "", series.pod if "pod" in by else "", kept


def _without_bound(series: Series) -> Key:
    pairs = _pairs(series.labels)
    kept = ",".join(f"{name}={value}" for name, value in pairs.items() if name != BOUND)
    return series.service, series.pod, kept


def _pairs(labels: str) -> dict[str, str]:
    """ "a=1,b=2". What has no = belongs to the value before it."""
    found: dict[str, str] = {}
    name = ""
    for part in labels.split(",") if labels else ():
        if "=" in part:
            name, _, value = part.partition("=")
            found[name] = value
        elif name:
            found[name] += f",{part}"
    return found
