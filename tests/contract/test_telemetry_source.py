"""What every telemetry source answers. A new adapter is one more entry in telemetry_data.LOADERS."""

import importlib.util
import itertools
import random
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from common.errors import UserError
from telemetry.ports import AroundQuery, DurationQuery, LogQuery, MetricQuery, Page, Place, TelemetrySource, TraceQuery
from telemetry.records import SCHEMAS, TABLES, Window


def _helper(name: str):
    path = Path(__file__).with_name(f"{name}.py")
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


data = _helper("telemetry_data")
T0, SECOND, WINDOW = data.T0, data.SECOND, data.WINDOW
Load = Callable[..., TelemetrySource]


@pytest.fixture(params=sorted(data.LOADERS))
def load(request: pytest.FixtureRequest, tmp_path: Path) -> Load:
    loader = data.LOADERS[request.param]
    return lambda **tables: loader(data.Records(**tables), tmp_path)


def identity(log) -> tuple[int, str]:
    """Adapters choose their log_ids; messages in these tests are unique."""
    return log.timestamp, log.message


def pages(fetch: Callable[[Place | None], Page], *, at_most: int = 500) -> Iterator[Page]:
    cursor = None
    for _ in range(at_most):
        page = fetch(cursor)
        yield page
        cursor = page.cursor
        if cursor is None:
            return
    raise AssertionError("paging does not end")


def shuffled_logs(count: int) -> list:
    """Late rows: arrival differs from the order of time by up to 40 s; some times are equal."""
    noise = random.Random(7)
    times = [T0 + (index // 3) * SECOND + noise.randrange(-40, 1) * SECOND for index in range(count)]
    levels = itertools.cycle(["INFO", "INFO", "ERROR", "WARNING"])
    pods = itertools.cycle(["cartservice-0", "cartservice-1", "frontend-0"])
    return [data.log(i, at=at, level=next(levels), pod=next(pods)) for i, at in enumerate(times)]


class TestLogs:
    def test_pages_hold_each_row_once_newest_first(self, load: Load) -> None:
        logs = shuffled_logs(300)
        source = load(logs=logs)
        window = Window(T0 - 60 * SECOND, T0 + 600 * SECOND)
        found = [p.rows for p in pages(lambda cursor: source.logs(LogQuery(window, limit=17, cursor=cursor)))]
        assert {len(rows) for rows in found[:-1]} == {17}
        rows = [row for page in found for row in page]
        expected = sorted(logs, key=lambda log: (log.timestamp, log.log_id), reverse=True)
        assert [identity(row) for row in rows] == [identity(log) for log in expected]

    def test_the_window_is_half_open(self, load: Load) -> None:
        source = load(logs=[data.log(i, at=T0 + i * SECOND) for i in range(5)])
        rows = source.logs(LogQuery(Window(T0 + SECOND, T0 + 3 * SECOND))).rows
        assert [row.timestamp for row in rows] == [T0 + 2 * SECOND, T0 + SECOND]

    def test_a_row_comes_back_as_it_was(self, load: Load) -> None:
        log = replace(data.log(1, at=T0, message='quote " comma , 100 % 你好'), trace_id="a" * 32, span_id="b" * 16)
        row = load(logs=[log]).logs(LogQuery(WINDOW)).rows[0]
        assert replace(row, log_id=1) == log

    @pytest.mark.parametrize(
        ("filters", "expected"),
        [
            ({"services": ["frontend"]}, lambda log: log.service == "frontend"),
            ({"pods": ["cartservice-1", "frontend-0"]}, lambda log: log.pod in ("cartservice-1", "frontend-0")),
            ({"levels": ["ERROR"]}, lambda log: log.level == "ERROR"),
            ({"contains": "ge 12"}, lambda log: "ge 12" in log.message),
            ({"contains": "MESSAGE"}, lambda log: False),
            ({"contains": "%"}, lambda log: False),
            ({"search": "MESSAGE 12"}, lambda log: "message 12" in log.message),
            ({"search": "."}, lambda log: False),
            ({"regex": "^message 1[0-4]$"}, lambda log: log.message[8:] in ("10", "11", "12", "13", "14")),
            ({"regex": "(?i)AGE 7"}, lambda log: "age 7" in log.message),
            ({"regex": "MESSAGE"}, lambda log: False),
            ({"regex": "(x+x+)+y"}, lambda log: False),
            ({"contains": "'; drop table hot; --"}, lambda log: False),
            (
                {"services": ["cartservice"], "levels": ["INFO"], "contains": "0"},
                lambda log: log.service == "cartservice" and log.level == "INFO" and "0" in log.message,
            ),
        ],
    )
    def test_filters(self, load: Load, filters: dict, expected: Callable) -> None:
        logs = shuffled_logs(150)
        window = Window(T0 - 60 * SECOND, T0 + 600 * SECOND)
        rows = load(logs=logs).logs(LogQuery(window, limit=500, **filters)).rows
        assert {identity(row) for row in rows} == {identity(log) for log in logs if expected(log)}
        assert len({identity(row) for row in rows}) == len(rows)

    def test_case_is_ignored_beyond_ascii(self, load: Load) -> None:
        source = load(logs=[data.log(1, at=T0, message="Käufer ÄRGERT sich"), data.log(2, at=T0, message="Ärger?")])
        assert len(source.logs(LogQuery(WINDOW, search="äRGER")).rows) == 2
        assert [row.message for row in source.logs(LogQuery(WINDOW, search="KÄUFER")).rows] == ["Käufer ÄRGERT sich"]

    def test_of_a_trace_and_of_a_span(self, load: Load) -> None:
        owners = [("a" * 32, "1" * 16), ("a" * 32, "2" * 16), ("b" * 32, "3" * 16), (None, None)]
        logs = [
            replace(data.log(index, at=T0 + index), trace_id=trace, span_id=span)
            for index, (trace, span) in enumerate(owners)
        ]
        source = load(logs=logs)
        of_trace = source.logs(LogQuery(WINDOW, trace_id="a" * 32)).rows
        assert [row.message for row in of_trace] == ["message 1", "message 0"]
        of_span = source.logs(LogQuery(WINDOW, trace_id="a" * 32, span_id="2" * 16)).rows
        assert [row.message for row in of_span] == ["message 1"]
        assert source.logs(LogQuery(WINDOW, span_id="9" * 16)).rows == []
        counts = source.log_histogram(LogQuery(WINDOW, trace_id="b" * 32), step=SECOND)
        assert [bucket.count for bucket in counts] == [1]

    @pytest.mark.parametrize("pattern", ["(", "a(?=b)", r"(a)\1", "*", "[", "x" * 201, "(a{900}){900}"])
    def test_a_bad_pattern_is_refused(self, load: Load, pattern: str) -> None:
        source = load(logs=[data.log(1, at=T0)])
        for ask in (source.logs, lambda query: source.log_histogram(query, step=SECOND)):
            with pytest.raises(UserError, match="regular expression") as error:
                ask(LogQuery(WINDOW, regex=pattern))
            assert "regex" in error.value.fields

    def test_filters_hold_on_every_page(self, load: Load) -> None:
        source = load(logs=shuffled_logs(150))
        window = Window(T0 - 60 * SECOND, T0 + 600 * SECOND)
        query = LogQuery(window, levels=["ERROR"], limit=10)
        rows = [row for p in pages(lambda c: source.logs(replace(query, cursor=c))) for row in p.rows]
        assert len(rows) == len([log for log in shuffled_logs(150) if log.level == "ERROR"])
        assert {row.level for row in rows} == {"ERROR"}

    def test_nothing_there(self, load: Load) -> None:
        assert load().logs(LogQuery(WINDOW)) == Page([], None) or not load().logs(LogQuery(WINDOW)).rows

    @pytest.mark.parametrize("limit", [0, -1, 1_000_000])
    def test_a_bad_limit_is_named(self, load: Load, limit: int) -> None:
        with pytest.raises(UserError, match="limit"):
            load().logs(LogQuery(WINDOW, limit=limit))

    def test_histogram_counts_by_step_and_level(self, load: Load) -> None:
        logs = [data.log(i, at=T0 + i * SECOND, level="ERROR" if i % 5 == 0 else "INFO") for i in range(30)]
        buckets = load(logs=logs).log_histogram(LogQuery(WINDOW), step=10 * SECOND)
        found = [(bucket.start - T0, bucket.level, bucket.count) for bucket in buckets]
        assert found == [
            (start, level, count)
            for start in (0, 10 * SECOND, 20 * SECOND)
            for level, count in (("ERROR", 2), ("INFO", 8))
        ]

    def test_histogram_obeys_the_filters(self, load: Load) -> None:
        logs = shuffled_logs(90)
        window = Window(T0 - 60 * SECOND, T0 + 600 * SECOND)
        buckets = load(logs=logs).log_histogram(LogQuery(window, services=["frontend"]), step=7 * SECOND)
        assert sum(bucket.count for bucket in buckets) == 30

    @pytest.mark.parametrize("step", [0, -5, 1000])
    def test_histogram_refuses_a_bad_step(self, load: Load, step: int) -> None:
        with pytest.raises(UserError, match="step"):
            load().log_histogram(LogQuery(WINDOW), step=step)


class TestArrivals:
    ALWAYS = Window(0, T0 * 2)

    def follow(self, source: TelemetrySource, **query) -> list[str]:
        after, seen = -1, []
        for _ in range(500):
            found = source.arrivals(LogQuery(self.ALWAYS, **query), after)
            seen += [row.message for row in found.rows]
            assert found.last > after or not found.more
            after = found.last
            if not found.more:
                assert after == source.arrivals(LogQuery(self.ALWAYS), None).last
                return seen
        raise AssertionError("following does not end")

    @pytest.mark.parametrize("limit", [1, 7, 300, 1000])
    def test_each_row_once_as_they_came(self, load: Load, limit: int) -> None:
        logs = shuffled_logs(300)
        assert self.follow(load(logs=logs), limit=limit) == [log.message for log in logs]

    def test_filters_hold_and_the_cursor_passes_what_they_leave_out(self, load: Load) -> None:
        logs = shuffled_logs(300)
        source = load(logs=logs)
        assert self.follow(source, limit=7, levels=["ERROR"], regex="[02468]$") == [
            log.message for log in logs if log.level == "ERROR" and log.message[-1] in "02468"
        ]
        nothing = source.arrivals(LogQuery(self.ALWAYS, contains="absent"), -1)
        assert (list(nothing.rows), nothing.more) == ([], False)
        assert nothing.last == source.arrivals(LogQuery(self.ALWAYS), None).last

    def test_from_now_on(self, load: Load) -> None:
        source = load(logs=shuffled_logs(30))
        begun = source.arrivals(LogQuery(self.ALWAYS), None)
        assert not begun.rows
        later = source.arrivals(LogQuery(self.ALWAYS), begun.last)
        assert (list(later.rows), later.last, later.more) == ([], begun.last, False)

    def test_nothing_there(self, load: Load) -> None:
        found = load().arrivals(LogQuery(self.ALWAYS), None)
        assert (list(found.rows), found.last, found.more) == ([], 0, False)


class TestLogsAround:
    def lines(self) -> tuple[list, list]:
        """As they arrive, and in order of time."""
        logs = shuffled_logs(300)
        return logs, [identity(log) for log in sorted(logs, key=lambda log: (log.timestamp, log.log_id))]

    @pytest.mark.parametrize("place", [0, 1, 150, 297, 299])
    @pytest.mark.parametrize(("before", "after"), [(0, 0), (3, 5), (500, 500), (0, 2), (2, 0)])
    def test_neighbours_in_order_of_time(self, load: Load, place: int, before: int, after: int) -> None:
        logs, ordered = self.lines()
        source = load(logs=logs)
        line = self.line(source, ordered[place])
        rows = source.logs_around(AroundQuery(line.timestamp, line.log_id, before, after))
        assert [identity(row) for row in rows] == ordered[max(0, place - before) : place + after + 1]

    def line(self, source: TelemetrySource, sought: tuple[int, str]):
        moment = Window(sought[0], sought[0] + 1)
        return next(row for row in source.logs(LogQuery(moment)).rows if identity(row) == sought)

    def test_neighbours_of_a_pod(self, load: Load) -> None:
        logs, ordered = self.lines()
        source = load(logs=logs)
        line = self.line(source, ordered[150])
        rows = source.logs_around(AroundQuery(line.timestamp, line.log_id, 4, 4, pods=["frontend-0"]))
        others = [row for row in rows if row != line]
        assert len(others) == 8
        assert {row.pod for row in others} == {"frontend-0"}
        assert line in rows, "also when it is of another pod"

    def test_not_further_than_the_reach(self, load: Load) -> None:
        source = load(logs=[data.log(i, at=T0 + i * 3601 * SECOND) for i in range(3)])
        line = source.logs(LogQuery(Window(T0 + SECOND, T0 + 3602 * SECOND))).rows[0]
        assert source.logs_around(AroundQuery(line.timestamp, line.log_id)) == [line]

    def test_no_such_line(self, load: Load) -> None:
        source = load(logs=[data.log(1, at=T0)])
        line = source.logs(LogQuery(WINDOW)).rows[0]
        assert source.logs_around(AroundQuery(T0 + 1, line.log_id)) == []
        assert source.logs_around(AroundQuery(T0, line.log_id + 1)) == []

    @pytest.mark.parametrize("query", [{"before": -1}, {"after": 501}])
    def test_too_many_are_refused(self, load: Load, query: dict) -> None:
        with pytest.raises(UserError, match="choose 0 to 500"):
            load().logs_around(AroundQuery(T0, 1, **query))


def shop_trace(trace: str, *, at: int, duration: int = 10_000, status: int = 0) -> list:
    """frontend (http server) -> client -> cartservice (grpc server)."""
    page, call, served = f"{trace}a", f"{trace}b", f"{trace}c"
    inner = {"trace": trace, "status": status}
    return [
        data.span(page, None, at=at, duration=duration, trace=trace, type="http", status=200, operation="/cart"),
        data.span(call, page, at=at + 100, duration=duration - 200, kind="client", **inner),
        data.span(served, call, at=at + 200, duration=duration - 400, service="cartservice", **inner),
    ]


def many_traces(count: int) -> list:
    spans = []
    for i in range(count):
        status = 14 if i % 10 == 0 else 0
        spans += shop_trace(f"t{i:03}", at=T0 + i // 2 * SECOND, duration=1000 * (i + 1), status=status)
    random.Random(3).shuffle(spans)
    return spans


class TestTraces:
    def test_pages_hold_each_trace_once_newest_first(self, load: Load) -> None:
        source = load(spans=many_traces(60))
        found = [p.rows for p in pages(lambda c: source.traces(TraceQuery(WINDOW, limit=7, cursor=c)))]
        ids = [row.trace_id for page in found for row in page]
        keys = [(T0 + i // 2 * SECOND, f"t{i:03}") for i in range(60)]
        assert ids == [trace_id for _, trace_id in sorted(keys, reverse=True)]

    def test_a_summary(self, load: Load) -> None:
        summary = load(spans=shop_trace("t1", at=T0, status=14)).traces(TraceQuery(WINDOW)).rows[0]
        assert (summary.trace_id, summary.timestamp, summary.duration) == ("t1", T0, 10_000)
        assert (summary.service, summary.operation_name) == ("frontend", "/cart")
        assert (summary.span_count, summary.error_count) == (3, 2)

    def test_without_its_root_a_trace_is_named_by_its_earliest_span(self, load: Load) -> None:
        spans = shop_trace("t1", at=T0, duration=10_000)
        window = Window(T0 + 150, T0 + SECOND)
        summary = load(spans=spans).traces(TraceQuery(window)).rows[0]
        assert (summary.service, summary.span_count) == ("cartservice", 1)

    def test_filters(self, load: Load) -> None:
        source = load(spans=many_traces(60))
        slow = source.traces(TraceQuery(WINDOW, min_duration=50_000, limit=100)).rows
        assert {row.trace_id for row in slow} == {f"t{i:03}" for i in range(49, 60)}
        failed = source.traces(TraceQuery(WINDOW, status="error", limit=100)).rows
        assert {row.trace_id for row in failed} == {f"t{i:03}" for i in range(0, 60, 10)}
        sound = source.traces(TraceQuery(WINDOW, status="ok", limit=100)).rows
        assert {row.trace_id for row in sound} == {f"t{i:03}" for i in range(60) if i % 10}
        middle = source.traces(TraceQuery(WINDOW, min_duration=20_000, max_duration=22_000)).rows
        assert {row.trace_id for row in middle} == {"t019", "t020", "t021"}
        assert len(source.traces(TraceQuery(WINDOW, services=["cartservice"], limit=100)).rows) == 60
        assert not source.traces(TraceQuery(WINDOW, services=["adservice"], limit=100)).rows

    def test_a_service_filter_keeps_the_whole_trace(self, load: Load) -> None:
        rows = load(spans=shop_trace("t1", at=T0)).traces(TraceQuery(WINDOW, services=["cartservice"])).rows
        assert [row.span_count for row in rows] == [3]

    def test_by_operation_and_pod_of_one_span(self, load: Load) -> None:
        spans = shop_trace("t1", at=T0)
        spans += [replace(span, trace_id="t2", operation_name="/other", pod=f"{span.service}-1") for span in spans]
        source = load(spans=spans)

        def found(**filters) -> set[str]:
            return {row.trace_id for row in source.traces(TraceQuery(WINDOW, **filters)).rows}

        assert found(operations=["/cart"]) == {"t1"}
        assert found(operations=["/cart", "/other"]) == {"t1", "t2"}
        assert found(pods=["cartservice-1"]) == {"t2"}
        assert found(services=["cartservice"], operations=["/cart"]) == set(), "no one span is both"
        assert found(services=["frontend"], pods=["frontend-0"], operations=["/cart"]) == {"t1"}
        assert found(operations=["%"]) == set()

    def test_http_errors_are_5xx_only(self, load: Load) -> None:
        spans = [
            data.span(f"s{status}", None, at=T0, trace=f"t{status}", type="http", status=status)
            for status in (200, 404, 499, 500, 503)
        ]
        rows = load(spans=spans).traces(TraceQuery(WINDOW, status="error")).rows
        assert {row.trace_id for row in rows} == {"t500", "t503"}

    def test_spans_of_a_trace(self, load: Load) -> None:
        spans = shop_trace("t1", at=T0) + shop_trace("t2", at=T0)
        source = load(spans=spans)
        assert source.spans("t1") == spans[:3]
        assert source.spans("t1", Window(T0 + 150, T0 + SECOND)) == [spans[2]]
        assert source.spans("unknown") == []


class TestDurations:
    def found(self, source: TelemetrySource, **filters) -> list[tuple[int, int, int, int]]:
        buckets = source.durations(DurationQuery(WINDOW, **filters), step=10 * SECOND)
        return [((each.start - T0) // SECOND, each.level, each.count, each.errors) for each in buckets]

    def test_root_spans_by_step_and_half_powers_of_two(self, load: Load) -> None:
        durations = [0, 1, 2, 3, 4, 5, 6, 1023, 1024, 1448, 1449]
        spans = [data.span(f"s{i}", None, at=T0, duration=each, trace=f"t{i}") for i, each in enumerate(durations)]
        spans.append(data.span("late", None, at=T0 + 25 * SECOND, duration=1024, trace="late", status=14))
        spans.append(data.span("inner", "late", at=T0, duration=7))
        assert self.found(load(spans=spans)) == [
            (0, 0, 2, 0),
            (0, 2, 1, 0),
            (0, 3, 1, 0),
            (0, 4, 2, 0),
            (0, 5, 1, 0),
            (0, 19, 1, 0),
            (0, 20, 2, 0),
            (0, 21, 1, 0),
            (20, 20, 1, 1),
        ]

    def test_spans_of_the_filters(self, load: Load) -> None:
        source = load(spans=shop_trace("t1", at=T0, duration=4600, status=14))
        assert self.found(source) == [(0, 24, 1, 0)]
        assert self.found(source, services=["cartservice"]) == [(0, 24, 1, 1)]
        assert self.found(source, services=["frontend"]) == [(0, 24, 2, 1)]
        assert self.found(source, operations=["/cart"], pods=["frontend-0"]) == [(0, 24, 1, 0)]
        assert self.found(source, operations=["/cart"], services=["cartservice"]) == []

    @pytest.mark.parametrize("step", [0, 1000])
    def test_a_bad_step_is_refused(self, load: Load, step: int) -> None:
        with pytest.raises(UserError, match="step"):
            load().durations(DurationQuery(WINDOW), step=step)


class TestDurationPoints:
    def test_all_of_few_in_the_order_of_time(self, load: Load) -> None:
        spans = [*shop_trace("t2", at=T0 + SECOND, duration=4600, status=14), *shop_trace("t1", at=T0)]
        source = load(spans=spans)
        found = source.duration_points(DurationQuery(WINDOW), limit=10)
        assert [(each.timestamp, each.trace_id) for each in found.points] == [(T0, "t1"), (T0 + SECOND, "t2")]
        assert found.total == 2
        inner = source.duration_points(DurationQuery(WINDOW, services=["cartservice"]), limit=10)
        assert [(each.service, each.is_error) for each in inner.points] == [
            ("cartservice", False),
            ("cartservice", True),
        ]

    def test_of_many_the_longest_and_the_same_others_each_time(self, load: Load) -> None:
        spans = [data.span(f"s{i}", None, at=T0 + i, duration=i, trace=f"t{i}") for i in range(400)]
        source = load(spans=spans)
        found = source.duration_points(DurationQuery(WINDOW), limit=40)
        assert (found.total, len(found.points), len({each.span_id for each in found.points})) == (400, 40, 40)
        durations = [each.duration for each in found.points]
        assert durations == sorted(durations)
        assert durations[-10:] == list(range(390, 400))
        assert sum(duration < 195 for duration in durations[:30]) in range(5, 26)
        assert source.duration_points(DurationQuery(WINDOW), limit=40) == found
        later = Window(WINDOW.start + 200, WINDOW.end)
        kept = {each.span_id for each in source.duration_points(DurationQuery(later), limit=40).points}
        assert {each.span_id for each in found.points if each.timestamp >= later.start} <= kept

    def test_none_and_a_bad_limit(self, load: Load) -> None:
        source = load()
        found = source.duration_points(DurationQuery(WINDOW), limit=1)
        assert (list(found.points), found.total) == ([], 0)
        with pytest.raises(UserError, match="limit"):
            source.duration_points(DurationQuery(WINDOW), limit=1001)


class TestTopology:
    def test_edges_as_the_caller_saw_them(self, load: Load) -> None:
        spans = []
        for i in range(100):
            spans += shop_trace(f"t{i}", at=T0 + i * SECOND, duration=1200 + i * 1000, status=14 if i < 25 else 0)
        (edge,) = load(spans=spans).topology(WINDOW)
        assert (edge.source, edge.destination) == ("frontend", "cartservice")
        assert edge.rate == pytest.approx(100 / 600)
        assert edge.error_ratio == pytest.approx(0.25)
        assert edge.p50 == pytest.approx(1000 + 49_500)
        assert edge.p95 == pytest.approx(1000 + 94_050)

    def test_calls_that_never_arrived_count_for_who_serves_the_operation(self, load: Load) -> None:
        spans = shop_trace("t1", at=T0)
        spans += shop_trace("t2", at=T0 + SECOND, status=14)[:2]
        (edge,) = load(spans=spans).topology(WINDOW)
        assert (edge.destination, edge.error_ratio) == ("cartservice", 0.5)

    def test_an_attempt_repeated_by_the_mesh_is_one_call(self, load: Load) -> None:
        spans = shop_trace("t1", at=T0)
        spans.append(replace(spans[2], span_id="again"))
        (edge,) = load(spans=spans).topology(WINDOW)
        assert edge.rate == pytest.approx(1 / 600)

    def test_what_each_service_served(self, load: Load) -> None:
        spans = []
        for i in range(100):
            spans += shop_trace(f"t{i}", at=T0 + i * SECOND, duration=1400 + i * 1000, status=14 if i < 25 else 0)
        source = load(spans=spans)
        cart, frontend = source.served(WINDOW)
        assert (cart.service, frontend.service) == ("cartservice", "frontend")
        assert cart.rate == frontend.rate == pytest.approx(100 / 600)
        assert (cart.error_ratio, frontend.error_ratio) == (pytest.approx(0.25), 0)
        assert cart.p95 == pytest.approx(1000 + 94_050)
        assert source.served(Window(T0 - SECOND, T0)) == []

    def test_calls_of_other_windows_are_out(self, load: Load) -> None:
        source = load(spans=shop_trace("t1", at=T0))
        assert source.topology(Window(T0 + SECOND, T0 + 2 * SECOND)) == []


class TestMetrics:
    def test_names(self, load: Load) -> None:
        source = load(samples=[data.sample(name, at=T0 + i * SECOND, value=1) for i, name in enumerate("bacb")])
        assert source.metric_names(WINDOW) == ["a", "b", "c"]
        assert source.metric_names(Window(T0 + 2 * SECOND, T0 + 3 * SECOND)) == ["c"]

    def test_the_last_value_of_each_step(self, load: Load) -> None:
        samples = [data.sample("m", at=T0 + i * SECOND, value=i) for i in range(10)]
        (series,) = load(samples=samples).metric_range(MetricQuery("m", WINDOW, step=4 * SECOND))
        assert list(series.points) == [(T0, 3), (T0 + 4 * SECOND, 7), (T0 + 8 * SECOND, 9)]

    def test_one_series_per_pod_and_labels(self, load: Load) -> None:
        pods, labels = ["cartservice-0", "cartservice-1", "frontend-0"], ["code=200", "code=500"]
        samples = [data.sample("m", at=T0, value=1, pod=pod, labels=label) for pod in pods for label in labels]
        source = load(samples=samples)
        found = source.metric_range(MetricQuery("m", WINDOW, step=SECOND))
        assert {(s.pod, s.labels) for s in found} == set(itertools.product(pods, labels))
        chosen = source.metric_range(MetricQuery("m", WINDOW, step=SECOND, services=["cartservice"], pods=[pods[1]]))
        assert {s.pod for s in chosen} == {pods[1]}
        assert source.metric_range(MetricQuery("other", WINDOW, step=SECOND)) == []

    @pytest.mark.parametrize(
        ("labels", "expected"),
        [
            (["code=200"], {"code=200,to=a", "code=200,to=b"}),
            (["code=200", "to=b"], {"code=200,to=b"}),
            (["code=200", "code=500", "to=a"], {"code=200,to=a", "code=500,to=a"}),
            (["code=20"], set()),
            (["ode=200"], set()),
            (["to=a"], {"code=200,to=a", "code=500,to=a"}),
            (["to=%"], set()),
        ],
    )
    def test_by_label(self, load: Load, labels: list[str], expected: set[str]) -> None:
        names = [f"code={code},to={to}" for code in (200, 500) for to in "ab"]
        source = load(samples=[data.sample("m", at=T0, value=1, labels=name) for name in [*names, ""]])
        found = source.metric_range(MetricQuery("m", WINDOW, step=SECOND, labels=labels))
        assert {series.labels for series in found} == expected

    def test_rate_of_a_steady_counter(self, load: Load) -> None:
        samples = [data.sample("m", at=T0 + i * SECOND, value=5.0 * i) for i in range(-10, 60)]
        query = MetricQuery("m", Window(T0, T0 + 60 * SECOND), step=10 * SECOND, rate=True)
        (series,) = load(samples=samples).metric_range(query)
        assert [point[0] for point in series.points] == [T0 + i * 10 * SECOND for i in range(6)]
        assert [point[1] for point in series.points] == pytest.approx([5.0] * 6)

    def test_rate_survives_a_reset(self, load: Load) -> None:
        values = [100, 110, 120, 10, 20, 30]
        samples = [data.sample("m", at=T0 + i * 10 * SECOND, value=value) for i, value in enumerate(values)]
        query = MetricQuery("m", Window(T0, T0 + 60 * SECOND), step=60 * SECOND, rate=True)
        (series,) = load(samples=samples).metric_range(query)
        assert [point[1] for point in series.points] == pytest.approx([1.0])

    @pytest.mark.parametrize(("step", "words"), [(0, "positive"), (10_000, "11000")])
    def test_a_bad_step_is_refused(self, load: Load, step: int, words: str) -> None:
        with pytest.raises(UserError, match=words) as error:
            load().metric_range(MetricQuery("m", WINDOW, step=step))
        assert "step" in error.value.fields


class TestBulk:
    def tables(self) -> dict[str, list]:
        samples = [data.sample(f"m{i % 7}", at=T0 + (i * 13 % 50) * SECOND, value=i) for i in range(100)]
        return {"logs": shuffled_logs(200), "spans": many_traces(50), "samples": samples}

    @pytest.mark.parametrize("table", TABLES)
    def test_counts_equal_batches_to_the_row(self, load: Load, table) -> None:
        tables = self.tables()
        source = load(**tables)
        for window in (Window(T0 - 60 * SECOND, T0 + 600 * SECOND), Window(T0 + 3 * SECOND, T0 + 9 * SECOND)):
            expected = [row for row in tables[table] if window.start <= row.timestamp < window.end]
            batches = list(source.batches(table, window))
            assert source.count(table, window) == len(expected) == sum(batch.num_rows for batch in batches)

    @pytest.mark.parametrize("table", TABLES)
    def test_batches_are_the_rows_in_order_of_time(self, load: Load, table) -> None:
        tables = self.tables()
        window = Window(T0 - 60 * SECOND, T0 + 600 * SECOND)
        rows = pa.Table.from_batches(load(**tables).batches(table, window), schema=SCHEMAS[table])
        times = rows["timestamp"].to_pylist()
        assert times == sorted(times)
        names = [name for name in SCHEMAS[table].names if name != "log_id"]
        found = sorted(map(repr, zip(*(rows[name].to_pylist() for name in names), strict=True)))
        assert found == sorted(repr(tuple(getattr(row, name) for name in names)) for row in tables[table])

    @pytest.mark.parametrize("table", TABLES)
    def test_nothing_there(self, load: Load, table) -> None:
        source = load()
        assert source.count(table, WINDOW) == 0
        assert list(source.batches(table, WINDOW)) == []


ORDER = {
    "logs": ("timestamp", "log_id"),
    "spans": ("timestamp", "span_id", "trace_id"),
    "samples": ("metric", "timestamp", "pod", "labels"),
}


def within(rows: list, window: Window) -> list:
    return [row for row in rows if window.start <= row.timestamp < window.end]


def records(table, rows: pa.Table) -> list[tuple]:
    """As they come, without the log_id, which adapters choose."""
    names = [name for name in SCHEMAS[table].names if name != "log_id"]
    return list(zip(*(rows[name].to_pylist() for name in names), strict=True))


class TestHold:
    WINDOWS = (Window(T0 - 60 * SECOND, T0 + 600 * SECOND), Window(T0 + 3 * SECOND, T0 + 9 * SECOND), Window(1, 2))

    def tables(self) -> dict[str, list]:
        noise = random.Random(3)
        samples = [
            data.sample(f"m{noise.randrange(5)}", at=T0 + noise.randrange(50) * SECOND, value=i, pod=f"p-{i % 3}")
            for i in range(300)
        ]
        return {"logs": shuffled_logs(200), "spans": many_traces(50), "samples": samples}

    @pytest.mark.parametrize("table", TABLES)
    @pytest.mark.parametrize("align", [0, 1, 7 * SECOND])
    def test_slices_are_the_window_and_its_rows(self, load: Load, tmp_path: Path, table, align: int) -> None:
        tables = self.tables()
        source = load(**tables)
        for number, window in enumerate(self.WINDOWS):
            held = source.hold(window, tmp_path / f"held-{number}")
            slices = held.slices(table, align_us=align)
            assert slices == held.slices(table, align_us=align)
            assert [(part.start - window.start) % max(align, 1) for part in slices] == [0] * len(slices)
            bounds = [bound for part in slices for bound in (part.start, part.end)]
            assert (bounds[0], bounds[-1], bounds[1:-1:2]) == (window.start, window.end, bounds[2::2])
            found = [row for part in slices for row in records(table, held.read(part))]
            names = [name for name in SCHEMAS[table].names if name != "log_id"]
            expected = [tuple(getattr(row, name) for name in names) for row in within(tables[table], window)]
            assert sorted(map(repr, found)) == sorted(map(repr, expected))
            assert held.count(table) == len(expected)

    @pytest.mark.parametrize("table", TABLES)
    def test_a_slice_is_in_order(self, load: Load, tmp_path: Path, table) -> None:
        held = load(**self.tables()).hold(self.WINDOWS[0], tmp_path / "held")
        for part in held.slices(table):
            keys = held.read(part, ORDER[table])
            assert keys.column_names == list(ORDER[table])
            rows = list(zip(*(keys[name].to_pylist() for name in keys.column_names), strict=True))
            assert rows == sorted(rows)

    @pytest.mark.parametrize("table", TABLES)
    def test_columns_have_their_names_and_types(self, load: Load, tmp_path: Path, table) -> None:
        held = load(**self.tables()).hold(self.WINDOWS[0], tmp_path / "held")
        rows = held.read(held.slices(table)[0])
        assert rows.cast(SCHEMAS[table]).schema == SCHEMAS[table]
        assert held.read(held.slices(table)[0], ["timestamp"]).column_names == ["timestamp"]

    @pytest.mark.parametrize("table", TABLES)
    def test_a_slice_may_be_narrowed(self, load: Load, tmp_path: Path, table) -> None:
        tables = self.tables()
        held = load(**tables).hold(self.WINDOWS[0], tmp_path / "held")
        narrow = Window(T0 + 5 * SECOND, T0 + 11 * SECOND)
        touching = [part for part in held.slices(table) if part.start < narrow.end and part.end > narrow.start]
        rows = sum(
            held.read(replace(p, start=max(p.start, narrow.start), end=min(p.end, narrow.end))).num_rows
            for p in touching
        )
        assert rows == len(within(tables[table], narrow))

    @pytest.mark.parametrize("table", TABLES)
    def test_files_and_edges_are_the_rows_of_the_window(self, load: Load, tmp_path: Path, table) -> None:
        tables = self.tables()
        source = load(**tables)
        for number, window in enumerate(self.WINDOWS):
            held = source.hold(window, tmp_path / f"held-{number}")
            whole = [pq.read_table(path, partitioning=None) for path in held.files(table)]
            cut = [held.read(part) for part in held.edges(table)]
            found = [row for rows in (*whole, *cut) for row in records(table, rows)]
            assert len(found) == len(set(found)) == held.count(table)
            assert all(
                window.start <= row[SCHEMAS[table].names.index("timestamp") - (table == "logs")] < window.end
                for row in found
            )

    @pytest.mark.parametrize("table", TABLES)
    def test_held_again_is_the_same(self, load: Load, tmp_path: Path, table) -> None:
        source, window = load(**self.tables()), self.WINDOWS[0]
        first, again = (source.hold(window, tmp_path / "held") for _ in range(2))
        assert [path.name for path in first.files(table)] == [path.name for path in again.files(table)]
        for one, two in zip(first.slices(table), again.slices(table), strict=True):
            assert first.read(one).equals(again.read(two))

    @pytest.mark.parametrize("table", TABLES)
    def test_nothing_there(self, load: Load, tmp_path: Path, table) -> None:
        held = load().hold(WINDOW, tmp_path / "held")
        (part,) = held.slices(table)
        assert held.count(table) == held.read(part).num_rows == 0
        assert (list(held.files(table)), list(held.edges(table))) == ([], [])


@pytest.mark.parametrize("adapter", sorted(data.LOADERS))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    offsets=st.lists(st.integers(0, 12), max_size=40),
    limit=st.integers(1, 9),
    edges=st.tuples(st.integers(0, 12), st.integers(1, 12)),
)
def test_paging_gives_each_row_exactly_once_in_order(
    adapter: str, offsets: list[int], limit: int, edges: tuple[int, int]
) -> None:
    logs = [data.log(i, at=T0 + offset) for i, offset in enumerate(offsets)]
    window = Window(T0 + edges[0], T0 + edges[0] + edges[1])
    with tempfile.TemporaryDirectory() as folder:
        source = data.LOADERS[adapter](data.Records(logs=logs), Path(folder))
        rows = [
            row for page in pages(lambda c: source.logs(LogQuery(window, limit=limit, cursor=c))) for row in page.rows
        ]
    chosen = [log for log in logs if window.start <= log.timestamp < window.end]
    chosen.sort(key=lambda log: (log.timestamp, log.log_id), reverse=True)
    assert [identity(row) for row in rows] == [identity(log) for log in chosen]


class TestNewest:
    def test_an_empty_table_has_none(self, load: Load) -> None:
        source = load()
        assert [source.newest(table) for table in TABLES] == [None] * len(TABLES)

    def test_it_is_the_latest_time_whatever_the_order_of_arrival(self, load: Load) -> None:
        logs = shuffled_logs(30)
        source = load(logs=logs)
        assert source.newest("logs") == max(log.timestamp for log in logs)
        assert source.newest("spans") is None
