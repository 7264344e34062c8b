"""Sums and quantiles of series."""

import math

import pytest

from telemetry.metrics import described
from telemetry.ports import Series
from telemetry.series import aggregated, quantile


def buckets(*counts: tuple[str, float], pod: str = "a-0") -> list[Series]:
    return [Series("a", pod, f"le={bound}", [(0, count)]) for bound, count in counts]


def test_each_step_is_reckoned_from_the_series_that_have_it() -> None:
    series = [Series("a", "a-0", "", [(0, 1.0), (5, 2.0)]), Series("a", "a-1", "", [(5, 4.0), (10, 8.0)])]
    assert aggregated(series, ["service"], "sum") == [Series("a", "", "", [(0, 1.0), (5, 6.0), (10, 8.0)])]
    assert aggregated(series, [], "avg") == [Series("", "", "", [(0, 1.0), (5, 3.0), (10, 8.0)])]
    assert aggregated([], ["service"], "sum") == []


def test_what_lacks_a_label_is_a_series_of_its_own() -> None:
    series = [Series("a", "a-0", "code=200,to=x", [(0, 1.0)]), Series("a", "a-0", "to=x", [(0, 2.0)])]
    assert [(each.labels, each.points) for each in aggregated(series, ["code"], "sum")] == [
        ("", [(0, 2.0)]),
        ("code=200", [(0, 1.0)]),
    ]


def test_a_comma_in_a_value_stays() -> None:
    series = [Series("a", "a-0", "flags=x,y,to=b", [(0, 1.0)])]
    assert [each.labels for each in aggregated(series, ["flags"], "sum")] == ["flags=x,y"]


@pytest.mark.parametrize(
    ("share", "expected"),
    [(0.0, 0.0), (0.25, 5.0), (0.5, 10.0), (0.75, 20.0), (0.9, 26.0), (0.99, 30.0), (1.0, 30.0)],
)
def test_quantiles_are_linear_within_a_bucket(share: float, expected: float) -> None:
    rates = buckets(("10", 5.0), ("30", 10.0 * 0.95 + 0.5), ("+Inf", 10.0))
    [series] = quantile(rates, share, ["service"])
    assert series.points[0][1] == pytest.approx(expected, abs=0.5)


def test_beyond_the_last_bound_it_is_that_bound() -> None:
    [series] = quantile(buckets(("10", 1.0), ("+Inf", 10.0)), 0.9, None)
    assert series.points == [(0, 10.0)]


def test_nothing_observed_and_no_last_bucket_have_no_quantile() -> None:
    assert quantile(buckets(("10", 0.0), ("+Inf", 0.0)), 0.5, None)[0].points == []
    assert quantile(buckets(("10", 1.0)), 0.5, None)[0].points == []
    assert quantile([Series("a", "a-0", "", [(0, 1.0)])], 0.5, None) == []


def test_pods_are_added_before_the_quantile_is_taken() -> None:
    fast, slow = (
        buckets(("10", 9.0), ("20", 9.0), ("+Inf", 9.0)),
        buckets(("10", 0.0), ("20", 1.0), ("+Inf", 1.0), pod="a-1"),
    )
    [series] = quantile([*fast, *slow], 0.95, ["service"])
    assert 10 < series.points[0][1] < 20
    assert not math.isnan(series.points[0][1])


@pytest.mark.parametrize(
    ("name", "kind", "unit"),
    [
        ("container_cpu_usage_seconds_total", "counter", "seconds"),
        ("container_memory_rss", "gauge", "bytes"),
        ("container_sockets", "gauge", ""),
        ("istio_request_bytes_sum", "counter", "bytes"),
        ("istio_request_duration_milliseconds_count", "counter", ""),
        ("istio_request_duration_milliseconds_bucket", "histogram", ""),
    ],
)
def test_a_name_tells_type_and_unit(name: str, kind: str, unit: str) -> None:
    metric = described(name)
    assert (metric.type, metric.unit) == (kind, unit)
