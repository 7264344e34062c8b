"""The collector's pure parts: log lines, Envoy's page, OTLP spans."""

from pathlib import Path

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue

from local_cluster.collector.envoy_page import HTTP_METRICS, LABELS, EnvoyPage
from local_cluster.collector.loglines import Line, parse_lines
from local_cluster.collector.otlp import add_spans, empty_columns
from local_cluster.collector.samples import SampleColumns
from telemetry_store.left_out import LEFT_OUT

NOW = 1_760_000_000_000_000
PAGE = Path(__file__).with_name("collector_data") / "envoy_stats.txt"


class TestLogLines:
    def test_a_line_of_our_services(self) -> None:
        line = (
            b'{"timestamp": "2026-11-22T11:48:40.123456Z", "severity": "WARNING", "message": "slow \\u4f60", '
            b'"trace_id": "' + b"a" * 32 + b'", "span_id": "' + b"b" * 16 + b'"}\n'
        )
        rows, waiting = parse_lines([line], NOW)
        assert rows == [Line(1_795_348_120_123_456, "WARNING", "slow 你", "a" * 32, "b" * 16)]
        assert waiting == 0

    @pytest.mark.parametrize(
        ("line", "expected"),
        [
            (b"1:M 22 Nov 2026 # ready\n", Line(NOW, "INFO", "1:M 22 Nov 2026 # ready")),
            (b'{"message": "half\n', Line(NOW, "INFO", '{"message": "half')),
            (b'{"no": "message"}\n', Line(NOW, "INFO", '{"no": "message"}')),
            (b'{"message": "x", "severity": "warn", "timestamp": "soon"}\n', Line(NOW, "WARNING", "x")),
            (b'{"message": "x", "timestamp": "2026-11-22T12:48:40+01:00"}\n', Line(1_795_348_120_000_000, "INFO", "x")),
            (b'{"message": "x", "timestamp": "2026-11-22T11:48:40"}\n', Line(1_795_348_120_000_000, "INFO", "x")),
            (b'{"message": "x", "trace_id": ""}\n', Line(NOW, "INFO", "x")),
            (b'{"message": "half a pair \\ud800"}\n', Line(NOW, "INFO", "half a pair ?")),
            (b"\xff\xfe\n", Line(NOW, "INFO", "\ufffd\ufffd")),
            (b"\0\0\0after a hole\n", Line(NOW, "INFO", "after a hole")),
            (b"[" * 10 + b"\n", Line(NOW, "INFO", "[" * 10)),
        ],
    )
    def test_whatever_else_comes(self, line: bytes, expected: Line) -> None:
        assert parse_lines([line], NOW) == ([expected], 0)

    def test_nested_without_end(self) -> None:
        line = b'{"message": ' + b"[" * 100_000 + b"\n"
        (row,), _ = parse_lines([line], NOW)
        assert row.level == "INFO"

    def test_a_traceback_is_one_row(self) -> None:
        lines = [
            b"before\n",
            b"Traceback (most recent call last):\n",
            b'  File "x"\n',
            b"\n",
            b"    y\n",
            b"ValueError: z\n",
        ]
        rows, waiting = parse_lines([*lines, b"after\n"], NOW)
        assert [row.level for row in rows] == ["INFO", "ERROR", "INFO"]
        assert rows[1].message.splitlines()[-1] == "ValueError: z"
        assert waiting == 0

    def test_an_unfinished_traceback_waits(self) -> None:
        rows, waiting = parse_lines([b"before\n", b"Traceback (most recent call last):\n", b"  File\n"], NOW)
        assert [row.message for row in rows] == ["before"]
        assert waiting == 2

    def test_empty_lines_are_no_rows(self) -> None:
        assert parse_lines([b"\n", b"  \n", b"\0\0\n"], NOW) == ([], 0)


class TestEnvoyPage:
    """On a page recorded from a real mesh, shortened."""

    def rows(self, text: str) -> list[tuple]:
        samples = SampleColumns(NOW)
        EnvoyPage().add_samples(text, samples)
        columns = samples.columns()
        return list(zip(*(columns[name] for name in ("service", "pod", "metric", "labels", "value")), strict=True))

    def test_a_recorded_page(self) -> None:
        rows = self.rows(PAGE.read_text())
        metrics = {metric for _, _, metric, _, _ in rows}
        assert metrics == {
            *HTTP_METRICS,
            "istio_tcp_connections_opened_total",
            "istio_tcp_received_bytes_total",
            "istio_tcp_sent_bytes_total",
        }
        assert len({row[:4] for row in rows}) == len(rows)
        for service, pod, _, labels, value in rows:
            names = [item.split("=")[0] for item in labels.split(",")]
            assert names == sorted(names)
            assert set(names) <= set(LABELS)
            assert pod.startswith(f"{service}-")
            assert value >= 0

    def test_values_of_known_series(self) -> None:
        found = {row[1:4]: row[4] for row in self.rows(PAGE.read_text())}
        labels = (
            "destination_workload=adservice,grpc_response_status=0,reporter=destination,"
            "request_protocol=grpc,response_code=200,source_workload=frontend"
        )
        line = next(
            line for line in PAGE.read_text().splitlines() if "requests_total{" in line and '"adservice-0"' in line
        )
        assert found["adservice-0", "istio_requests_total", labels] == float(line.split()[-1])
        tcp = "destination_workload=redis-cart,reporter=source,request_protocol=tcp,source_workload=cartservice"
        assert found["cartservice-0", "istio_tcp_connections_opened_total", tcp] == 1

    def test_what_tells_of_a_fault_is_not_stored(self) -> None:
        line = (
            'envoy_istio_requests_total{{reporter="source",pod="a-0",source_workload="a",destination_workload="b",'
            'request_protocol="grpc",response_code="200",response_flags="{}"}} {}'
        )
        text = "\n".join(
            [line.format("-", 5), line.format("FI", 2), 'envoy_http_fault_aborts_injected{pod="a-0"} 2', "runtime 1"]
        )
        ((_, _, metric, labels, value),) = self.rows(text)
        assert (metric, value) == ("istio_requests_total", 7)
        assert "FI" not in labels
        assert "flags" not in labels

    @pytest.mark.parametrize(
        "page", ["", "garbage", 'envoy_istio_requests_total{reporter="source"} 1', "# TYPE x counter"]
    )
    def test_what_is_not_understood_is_left(self, page: str) -> None:
        assert self.rows(page) == []


def request(attributes: dict[str, str | int], *, failed: bool = False, **fields: object) -> ExportTraceServiceRequest:
    message = ExportTraceServiceRequest()
    resource_spans = message.resource_spans.add()
    resource_spans.resource.attributes.extend(
        _pairs({"service.name": "cartservice", "service.instance.id": "cartservice-1"})
    )
    values = {"trace_id": b"t" * 16, "span_id": b"s" * 8, "name": "name", "kind": 2, **fields}
    span = resource_spans.scope_spans.add().spans.add(start_time_unix_nano=5_000, end_time_unix_nano=12_500, **values)
    span.attributes.extend(_pairs(attributes))
    span.status.code = 2 if failed else 0
    return message


def _pairs(values: dict[str, str | int]) -> list[KeyValue]:
    return [
        KeyValue(key=key, value=AnyValue(int_value=value) if isinstance(value, int) else AnyValue(string_value=value))
        for key, value in values.items()
    ]


class TestSpans:
    def row(self, *args: object, **kwargs: object) -> dict:
        columns = empty_columns()
        assert add_spans(request(*args, **kwargs), columns) == 0
        return {name: values[0] for name, values in columns.items()}

    def test_a_span(self) -> None:
        row = self.row({"rpc.system": "grpc", "rpc.service": "hipstershop.CartService", "rpc.method": "GetCart"})
        assert row == {
            "timestamp": 5,
            "duration": 7,
            "trace_id": "74" * 16,
            "span_id": "73" * 8,
            "parent_span_id": None,
            "service": "cartservice",
            "pod": "cartservice-1",
            "operation_name": "/hipstershop.CartService/GetCart",
            "kind": "server",
            "type": "grpc",
            "status_code": 0,
        }

    @pytest.mark.parametrize(
        ("attributes", "failed", "expected"),
        [
            ({"rpc.system": "grpc", "rpc.grpc.status_code": 14}, True, ("grpc", 14)),
            ({"rpc.system": "grpc"}, True, ("grpc", 2)),
            ({"http.request.method": "GET", "http.response.status_code": 404}, False, ("http", 404)),
            ({"http.method": "GET", "http.status_code": 503}, True, ("http", 503)),
            ({"http.request.method": "GET"}, True, ("http", 500)),
            ({"db.system": "redis"}, False, ("db", 0)),
            ({"db.system": "redis"}, True, ("db", 2)),
            ({}, True, ("app", 2)),
            ({"rpc.system": "grpc", "rpc.grpc.status_code": "nonsense"}, False, ("grpc", 0)),
        ],
    )
    def test_type_and_status(self, attributes: dict, failed: bool, expected: tuple[str, int]) -> None:
        row = self.row(attributes, failed=failed)
        assert (row["type"], row["status_code"]) == expected

    def test_the_route_names_an_http_request(self) -> None:
        row = self.row({"http.request.method": "GET", "http.route": "/product/{id}"}, name="GET /product/7")
        assert row["operation_name"] == "/product/{id}"

    def test_malformed_ids_are_rejected(self) -> None:
        columns = empty_columns()
        assert add_spans(request({}, trace_id=b"short"), columns) == 1
        assert columns["trace_id"] == []

    def test_a_clock_set_back_gives_no_negative_duration(self) -> None:
        message = request({})
        message.resource_spans[0].scope_spans[0].spans[0].end_time_unix_nano = 1
        columns = empty_columns()
        add_spans(message, columns)
        assert columns["duration"] == [0]


def test_what_is_left_out_has_a_reason_and_is_not_sampled() -> None:
    assert all(len(reason) > 10 for reason in LEFT_OUT.values())
    assert not set(LEFT_OUT) & {*HTTP_METRICS, "istio_tcp_sent_bytes_total"}
