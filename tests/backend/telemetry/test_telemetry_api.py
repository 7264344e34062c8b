"""Telemetry over the API, on the in-memory source."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from common.errors import Unavailable
from telemetry import services
from telemetry.adapters.fake import FakeTelemetry
from telemetry.records import LogRecord, Sample, Span

URL = "/api/v1/telemetry"
T0 = 1_760_000_000_000_000
SECOND = 1_000_000
TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
WINDOW = {"from": T0, "to": T0 + 100 * SECOND}


def log(index: int, *, level: str = "INFO", pod: str = "cartservice-0") -> LogRecord:
    return LogRecord(index, T0 + index * SECOND, pod.rsplit("-", 1)[0], pod, level, f"message {index}", TRACE, None)


def span(span_id: str, parent: str | None, service: str, kind: str, status: int = 200) -> Span:
    times = (T0 + 5 * SECOND, 2_000)
    return Span(*times, TRACE, span_id, parent, service, f"{service}-0", "GET /", kind, "http", status)


@pytest.fixture
def source(monkeypatch: pytest.MonkeyPatch) -> FakeTelemetry:
    logs = [log(index, level="ERROR" if index % 10 == 0 else "INFO") for index in range(50)]
    spans = [
        span("a" * 16, None, "frontend", "server"),
        span("b" * 16, "a" * 16, "frontend", "client", 503),
        span("c" * 16, "b" * 16, "cartservice", "server", 503),
    ]
    samples = [
        Sample(
            T0 + index * SECOND, "cartservice", "cartservice-0", "container_cpu_usage_seconds_total", "", 0.5 * index
        )
        for index in range(50)
    ]
    fake = FakeTelemetry(logs, spans, [*samples, Sample(T0, "x", "x-0", "odd_name", "a=b", float("nan"))])
    monkeypatch.setattr(services, "telemetry_source", lambda: fake)
    return fake


def get(api: APIClient, path: str, **query: Any) -> Any:
    answer = api.get(f"{URL}/{path}", WINDOW | query)
    assert answer.status_code == 200, answer.content
    return answer.json()


def test_logs_page_to_the_end(api: APIClient, source: FakeTelemetry) -> None:
    seen, cursor = [], None
    while len(seen) < 100:
        page = get(api, "logs", limit=20, **({"cursor": cursor} if cursor else {}))
        seen += [row["log_id"] for row in page["results"]]
        cursor = page["cursor"]
        if cursor is None:
            break
    assert seen == list(range(49, -1, -1))


def test_logs_by_filters(api: APIClient, source: FakeTelemetry) -> None:
    def ids(**query: Any) -> list[int]:
        return [row["log_id"] for row in get(api, "logs", **query)["results"]]

    assert ids(levels="ERROR") == [40, 30, 20, 10, 0]
    assert ids(contains="message 4", limit=2) == [49, 48]
    assert len(ids(levels=["ERROR", "INFO"], services=["cartservice", "frontend"])) == 50
    assert ids(pods="frontend-0") == []
    assert ids(search="MESSAGE 4", limit=2) == [49, 48]
    assert ids(regex="[13]7$") == [37, 17]
    assert len(ids(trace_id=TRACE)) == 50
    assert ids(trace_id="0" * 32) == ids(span_id="0" * 16) == []
    assert ids(to=T0 + SECOND) == [0]


def test_following_begins_now_and_goes_on(api: APIClient, source: FakeTelemetry) -> None:
    def follow(**query: Any) -> Any:
        return api.get(f"{URL}/logs/arrivals", query)

    begun = follow().json()
    assert (begun["results"], begun["more"]) == ([], False)
    source._logs.append(LogRecord(50, 1, "cartservice", "cartservice-0", "INFO", "very late", None, None))
    later = follow(cursor=begun["cursor"]).json()
    assert [row["message"] for row in later["results"]] == ["very late"]
    assert follow(cursor=later["cursor"]).json()["results"] == []
    assert list(follow(cursor=later["cursor"], levels="ERROR").json()["errors"]) == ["cursor"], "of other filters"
    assert list(follow(**{"from": T0}).json()["errors"]) == ["from"]


def test_durations_over_time(api: APIClient, source: FakeTelemetry) -> None:
    body = get(api, "traces/durations", step=10)
    [bucket] = body["buckets"]
    assert (bucket["start"], bucket["count"], bucket["error_count"]) == (T0, 1, 0)
    assert bucket["shortest"] <= 2_000 < bucket["longest"] < bucket["shortest"] * 1.5
    assert [each["error_count"] for each in get(api, "traces/durations", services="cartservice")["buckets"]] == [1]


def test_lines_around_one(api: APIClient, source: FakeTelemetry) -> None:
    def around(**query: Any) -> Any:
        return api.get(f"{URL}/logs/around", {"timestamp": T0 + 10 * SECOND, "log_id": 10} | query)

    assert [row["log_id"] for row in around(before=2, after=1).json()["results"]] == [8, 9, 10, 11]
    assert len(around().json()["results"]) == 31
    assert around(log_id=11).json()["code"] == "log.unknown"
    assert list(around(before=501).json()["errors"]) == ["before"]
    assert list(api.get(f"{URL}/logs/around").json()["errors"]) == ["timestamp", "log_id"]


def test_histogram_counts_all(api: APIClient, source: FakeTelemetry) -> None:
    body = get(api, "logs/histogram", step=10)
    assert body["step"] == 10.0
    assert sum(bucket["count"] for bucket in body["buckets"]) == 50
    assert body["buckets"][0] == {"start": T0, "level": "ERROR", "count": 1}
    assert get(api, "logs/histogram")["step"] == 1.0


def test_traces_and_their_spans(api: APIClient, source: FakeTelemetry) -> None:
    [trace] = get(api, "traces", services="cartservice", status="error")["results"]
    assert (trace["trace_id"], trace["service"], trace["span_count"], trace["error_count"]) == (TRACE, "frontend", 3, 2)
    assert get(api, "traces", min_duration=10**9)["results"] == []
    assert get(api, "traces", max_duration=1)["results"] == get(api, "traces", status="ok")["results"] == []
    assert len(get(api, "traces", operations="GET /", pods="frontend-0", max_duration=2_000)["results"]) == 1
    spans = get(api, f"traces/{TRACE}")
    assert (spans[0]["parent_span_id"], spans[0]["is_error"]) == (None, False)
    assert api.get(f"{URL}/traces/{TRACE}").json() == spans, "without a window all is searched"


def test_trace_that_does_not_exist_is_404(api: APIClient, source: FakeTelemetry) -> None:
    assert api.get(f"{URL}/traces/{'0' * 32}").status_code == 404
    assert api.get(f"{URL}/traces/xyz").status_code == 404


def test_topology_has_the_edge(api: APIClient, source: FakeTelemetry) -> None:
    edges = {(edge["source"], edge["destination"]): edge for edge in get(api, "topology")}
    assert edges[("frontend", "cartservice")]["error_ratio"] == 1.0


def test_metrics_and_their_ranges(api: APIClient, source: FakeTelemetry) -> None:
    cpu = "container_cpu_usage_seconds_total"
    assert get(api, "metrics") == [
        {"name": cpu, "type": "counter", "unit": "seconds", "help": "CPU time used"},
        {"name": "odd_name", "type": "gauge", "unit": "", "help": ""},
    ]
    body = get(api, "metrics/range", metrics=[cpu, "odd_name", "unknown"], step=10, rate="true")
    assert (body["step"], [each["metric"] for each in body["results"]]) == (10.0, [cpu, "odd_name", "unknown"])
    [series] = body["results"][0]["series"]
    assert series["pod"] == "cartservice-0"
    assert {round(value, 3) for _, value in series["points"][1:5]} == {0.5}
    [result] = get(api, "metrics/range", metrics=cpu, pods="frontend-0")["results"]
    assert (result["series"], result["truncated"]) == ([], False)


def test_series_are_summed_cut_and_filtered(api: APIClient, monkeypatch: pytest.MonkeyPatch) -> None:
    samples = [
        Sample(T0, service, f"{service}-{pod}", "m", f"code={code}", float(code))
        for service in ("cart", "shop")
        for pod in range(2)
        for code in (200, 500)
    ]
    monkeypatch.setattr(services, "telemetry_source", lambda: FakeTelemetry(samples=samples))

    def values(**query: Any) -> dict[str, float]:
        [result] = get(api, "metrics/range", metrics="m", **query)["results"]
        return {row["service"] + row["pod"] + row["labels"]: row["points"][0][1] for row in result["series"]}

    assert values(by="service") == {"cart": 1400, "shop": 1400}
    assert values(by=["service", "code"], aggregate="avg") == {
        "cartcode=200": 200,
        "cartcode=500": 500,
        "shopcode=200": 200,
        "shopcode=500": 500,
    }
    assert values(aggregate="max") == {"": 500}
    assert values(by="pod", labels="code=200", services="shop") == {"shop-0": 200, "shop-1": 200}
    [cut] = get(api, "metrics/range", metrics="m", limit=7)["results"]
    assert (len(cut["series"]), cut["truncated"]) == (7, True)
    [whole] = get(api, "metrics/range", metrics="m", limit=8)["results"]
    assert (len(whole["series"]), whole["truncated"]) == (8, False)


def test_quantiles_of_a_histogram(api: APIClient, monkeypatch: pytest.MonkeyPatch) -> None:
    counts = {"10": 50.0, "20": 100.0, "+Inf": 100.0}
    samples = [
        Sample(T0 + second * SECOND, "cart", f"cart-{pod}", "d_bucket", f"code=200,le={bound}", count * second)
        for second in range(11)
        for pod in range(2)
        for bound, count in counts.items()
    ]
    monkeypatch.setattr(services, "telemetry_source", lambda: FakeTelemetry(samples=samples))
    [result] = get(api, "metrics/range", metrics="d", quantile=0.75, step=100)["results"]
    assert [(row["pod"], row["labels"]) for row in result["series"]] == [("cart-0", "code=200"), ("cart-1", "code=200")]
    assert result["series"][0]["points"] == [[T0, 15.0]]
    [result] = get(api, "metrics/range", metrics="d", quantile=0.5, step=100, by="service")["results"]
    assert [(row["service"], row["pod"], row["points"]) for row in result["series"]] == [("cart", "", [[T0, 10.0]])]


def test_numbers_that_json_does_not_have_are_null(api: APIClient, source: FakeTelemetry) -> None:
    [result] = get(api, "metrics/range", metrics="odd_name")["results"]
    assert result["series"][0]["points"] == [[T0, None]]


@pytest.mark.parametrize(
    ("path", "query", "field"),
    [
        ("logs", {"limit": 0}, "limit"),
        ("logs", {"limit": 1001}, "limit"),
        ("logs", {"cursor": "!"}, "cursor"),
        ("logs", {"from": "yesterday"}, "from"),
        ("logs", {"regex": "a(?=b)"}, "regex"),
        ("logs", {"regex": "x" * 201}, "regex"),
        ("logs", {"trace_id": "A" * 32}, "trace_id"),
        ("logs", {"span_id": "1"}, "span_id"),
        ("logs/histogram", {"regex": "("}, "regex"),
        ("logs/histogram", {"step": 0}, "step"),
        ("logs/histogram", {"step": 0.001}, "step"),
        ("traces", {"min_duration": -1}, "min_duration"),
        ("traces", {"status": "perhaps"}, "status"),
        ("traces", {"max_duration": "1 s"}, "max_duration"),
        ("topology", {"to": "1"}, "to"),
        ("traces/durations", {"step": 0}, "step"),
        ("metrics/range", {}, "metrics"),
        ("metrics/range", {"metrics": "x", "step": "nan"}, "step"),
        ("metrics/range", {"metrics": "x", "labels": "code"}, "labels.0"),
        ("metrics/range", {"metrics": "x", "quantile": 2}, "quantile"),
        ("metrics/range", {"metrics": "x", "quantile": 0.5, "rate": "true"}, "rate"),
        ("metrics/range", {"metrics": [f"m{n}" for n in range(21)]}, "metrics"),
    ],
)
def test_errors_name_their_field(api: APIClient, source: Any, path: str, query: dict[str, Any], field: str) -> None:
    answer = api.get(f"{URL}/{path}", WINDOW | query)
    assert answer.status_code == 400, answer.content
    assert list(answer.json()["errors"]) == [field]


def test_store_out_of_reach_is_503(api: APIClient, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> None:
        raise Unavailable("The store does not answer.")

    monkeypatch.setattr(services, "telemetry_source", fail)
    assert api.get(f"{URL}/logs").status_code == 503


def test_points_say_when_they_are_a_choice(api: APIClient, source: FakeTelemetry) -> None:
    found = get(api, "traces/points", services=["frontend", "cartservice"], limit=2)
    assert (len(found["points"]), found["total"], found["sampled"]) == (2, 3, True)
    whole = get(api, "traces/points")
    assert (whole["total"], whole["sampled"]) == (1, False)
    assert whole["points"] == [
        {"timestamp": T0 + 5 * SECOND, "duration": 2_000, "trace_id": TRACE, "span_id": "a" * 16}
        | {"service": "frontend", "operation_name": "GET /", "is_error": False}
    ]
