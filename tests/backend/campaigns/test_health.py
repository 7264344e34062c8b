"""What the front of the shop looks like from telemetry."""

import pytest

from campaigns.health import Health, growth, health, violations
from campaigns.schema import Conditions, Steady
from systems.adapters.fake import FakeSystemDriver
from telemetry import services as telemetry
from telemetry.adapters.fake import FakeTelemetry
from telemetry.ports import Series
from telemetry.records import Sample, Span, Window

SECOND = 1_000_000
T0 = 1_760_000_000 * SECOND
NOW = T0 + 60 * SECOND


def counter(code: str, values: list[float], *, source: str = "loadgenerator", reporter: str = "source") -> list[Sample]:
    """One sample a second, the last one now."""
    labels = (
        f"destination_workload=frontend,reporter={reporter},request_protocol=http,"
        f"response_code={code},source_workload={source}"
    )
    start = NOW - (len(values) - 1) * SECOND
    return [
        Sample(start + index * SECOND, source, f"{source}-0", "istio_requests_total", labels, value)
        for index, value in enumerate(values)
    ]


def front(seconds_ago: float, milliseconds: int, *, parent: str | None = None) -> Span:
    moment = NOW - round(seconds_ago * SECOND)
    span_id = f"{moment:016x}"
    return Span(
        moment, milliseconds * 1000, span_id * 2, span_id, parent, "frontend", "frontend-0", "/", "server", "http", 200
    )


def measure(monkeypatch: pytest.MonkeyPatch, samples: list[Sample], spans: list[Span], window_s: float = 10) -> Health:
    monkeypatch.setattr(telemetry, "telemetry_source", lambda: FakeTelemetry(spans=spans, samples=samples))
    return health(window_s=window_s, now=NOW)


def test_errors_are_those_that_visitors_saw(monkeypatch: pytest.MonkeyPatch, system: FakeSystemDriver) -> None:
    steady, failing = [100.0 + 9 * second for second in range(30)], [float(second) for second in range(30)]
    samples = [
        *counter("200", steady),
        *counter("503", failing),
        *counter("500", failing, source="frontend"),  # between services
        *counter("500", failing, reporter="destination"),  # the same once more, from the other end
    ]
    seen = measure(monkeypatch, samples, [])
    assert seen.requests == pytest.approx(100, abs=10)
    assert seen.error_ratio == pytest.approx(0.1, abs=0.01)


def test_an_answer_that_never_came_is_an_error(monkeypatch: pytest.MonkeyPatch, system: FakeSystemDriver) -> None:
    seen = measure(monkeypatch, counter("0", [float(second) for second in range(30)]), [])
    assert seen.error_ratio == 1


def test_errors_long_ago_are_forgotten(monkeypatch: pytest.MonkeyPatch, system: FakeSystemDriver) -> None:
    samples = [*counter("200", [float(second) for second in range(30)]), *counter("500", [0.0] + [500.0] * 29)]
    assert measure(monkeypatch, samples, []).error_ratio == 0


def test_latency_is_that_of_requests_at_the_front(monkeypatch: pytest.MonkeyPatch, system: FakeSystemDriver) -> None:
    slow_inside = [front(5 + index / 100, 9000, parent="f" * 16) for index in range(50)]
    at_the_front = [front(3 + index / 20, 10 + index) for index in range(100)]
    seen = measure(monkeypatch, [], [*at_the_front, *slow_inside, front(40, 5000)])
    assert seen.latency_p95_ms == pytest.approx(104, abs=1)


def test_without_requests_nothing_is_known(monkeypatch: pytest.MonkeyPatch, system: FakeSystemDriver) -> None:
    system.down = {"cartservice-1"}
    seen = measure(monkeypatch, [], [])
    assert (seen.requests, seen.error_ratio, seen.latency_p95_ms, list(seen.not_ready)) == (
        0,
        None,
        None,
        ["cartservice-1"],
    )


@pytest.mark.parametrize(
    ("points", "grown"),
    [
        ([(-2, 5.0), (0, 7.0), (1, 9.0)], 4.0),
        ([(0, 3.0), (1, 5.0)], 5.0),  # new in the window
        ([(-1, 50.0), (0, 2.0), (1, 3.0)], 3.0),  # began anew
        ([(-2, 5.0)], 0.0),
        ([], 0.0),
    ],
)
def test_growth_of_a_counter(points: list[tuple[int, float]], grown: float) -> None:
    series = Series("s", "p", "", [(T0 + second * SECOND, value) for second, value in points])
    assert growth(series, Window(T0, T0 + 10 * SECOND)) == grown


def test_only_what_is_named_is_looked_at() -> None:
    sick = Health(10, 0.9, 9000, ("a-0", "b-0"))
    assert violations(Conditions(), sick) == []
    assert len(violations(Conditions(error_ratio=0.5, latency_p95_ms=100, pods_not_ready=1), sick)) == 3
    assert violations(Conditions(pods_not_ready=1), sick, but=["b-0"]) == []
    assert violations(Steady(), sick) == ["not ready: a-0, b-0; at most 0"]


def test_no_request_at_all_is_never_within_conditions() -> None:
    silent = Health(0, None, None)
    assert violations(Conditions(error_ratio=1), silent) == ["no request was answered in 10 s"]
    assert violations(Conditions(pods_not_ready=3), silent) == []
