"""A window of telemetry in memory, small enough to know each row of it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from dataset_builder.labels import Injection, PodLabel
from telemetry.adapters.held_tables import HeldTables
from telemetry.records import SCHEMAS, TableName, Window

START = 1_718_651_400_000_000
SECOND = 1_000_000
WINDOW = Window(START, START + 60 * SECOND)


class MemorySource:
    """The methods of TelemetrySource that an export needs, over Arrow tables; `batch_rows` is what a slice has."""

    def __init__(self, tables: dict[TableName, pa.Table], batch_rows: int = 7) -> None:
        self.tables = tables
        self.batch_rows = batch_rows

    def count(self, table: TableName, window: Window) -> int:
        return self._rows(table, window).num_rows

    def batches(self, table: TableName, window: Window) -> Iterator[pa.RecordBatch]:
        yield from self._rows(table, window).combine_chunks().to_batches(max_chunksize=self.batch_rows)

    def hold(self, window: Window, folder: Path) -> HeldTables:
        return HeldTables(window, self.tables, slice_rows=self.batch_rows)

    def _rows(self, table: TableName, window: Window) -> pa.Table:
        time = pc.field("timestamp")
        return self.tables[table].filter((time >= window.start) & (time < window.end)).sort_by("timestamp")


def log(second: float, pod: str, message: str, *, level: str = "INFO", log_id: int = 1) -> dict[str, Any]:
    service = pod.rpartition("-")[0]
    return {
        "log_id": log_id,
        "timestamp": START + round(second * SECOND),
        "service": service,
        "pod": pod,
        "level": level,
        "message": message,
        "trace_id": None,
        "span_id": None,
    }


def span(second: float, pod: str, *, kind: str, type: str = "grpc", parent: str | None = None) -> dict[str, Any]:
    return {
        "timestamp": START + round(second * SECOND),
        "duration": 1500,
        "trace_id": "602c1e0f9ccd23bf46cccfed7535c69a",
        "span_id": f"{round(second * SECOND):016x}",
        "parent_span_id": parent,
        "service": pod.rpartition("-")[0],
        "pod": pod,
        "operation_name": "/hipstershop.CartService/GetCart",
        "kind": kind,
        "type": type,
        "status_code": 0,
    }


def sample(second: float, pod: str, metric: str, value: float, labels: str = "") -> dict[str, Any]:
    return {
        "timestamp": START + round(second * SECOND),
        "service": pod.rpartition("-")[0],
        "pod": pod,
        "metric": metric,
        "labels": labels,
        "value": value,
    }


GRPC = (
    "destination_service_name=cartservice,grpc_response_status=14,reporter=source,"
    "request_protocol=grpc,response_code=200,response_flags=FI,source_workload=frontend"
)
HTTP = (
    "destination_service_name=frontend,grpc_response_status=,reporter=destination,"
    "request_protocol=http,response_code=500,source_workload=loadgenerator"
)
TCP = "destination_service_name=redis-cart,reporter=source,request_protocol=tcp,source_workload=cartservice"
MESSAGES = "destination_service_name=cartservice,reporter=destination,request_protocol=grpc,source_workload=frontend"


def logs() -> list[dict[str, Any]]:
    awkward = 'quote " comma , line\nbreak\r tab\t nul\0 ünï'
    rows = [log(0.136123 + i, f"cartservice-{i % 3}", f"request {i}", log_id=i) for i in range(20)]
    return [
        *rows,
        log(21, "frontend-0", awkward, level="ERROR", log_id=20),
        log(22, "frontend-0", "", level="DEBUG", log_id=21),
        log(-1, "frontend-0", "before the window", log_id=22),
        log(60, "frontend-0", "at the end of the window, not in it", log_id=23),
    ]


def spans() -> list[dict[str, Any]]:
    return [
        span(1, "frontend-0", kind="server", type="http"),
        span(1.001, "frontend-0", kind="client", parent="00000000000f4240"),
        span(1.002, "cartservice-0", kind="server", parent="00000000000f4628"),
        span(1.003, "cartservice-0", kind="client", type="db", parent="00000000000f4a10"),
        span(1.004, "cartservice-0", kind="internal", type="app", parent="00000000000f4a10"),
        span(61, "cartservice-0", kind="server"),
    ]


def samples() -> list[dict[str, Any]]:
    cpu = [sample(0.4 + i, f"cartservice-{i % 2}", "container_cpu_usage_seconds_total", float(i)) for i in range(30)]
    return [
        *cpu,
        sample(2, "frontend-0", "container_cpu_usage_seconds_total", 0.1 + 0.2),
        sample(2, "frontend-0", "container_network_receive_bytes_total", 1e20, "interface=eth0"),
        sample(3, "frontend-0", "istio_requests_total", 7, GRPC),
        sample(3, "frontend-0", "istio_requests_total", 8, HTTP),
        sample(3, "cartservice-0", "istio_tcp_sent_bytes_total", 9, TCP),
        sample(3, "cartservice-0", "istio_request_messages_total", 10, MESSAGES),
        sample(99, "cartservice-0", "container_memory_rss", 11),
    ]


def injections() -> list[Injection]:
    killed = PodLabel("cartservice-0", "cartservice", START + 10 * SECOND + 400_000, START + 20 * SECOND, "deadline")
    earlier = PodLabel("frontend-0", "frontend", START - 90 * SECOND, START - 30 * SECOND, "deadline")
    return [
        Injection("in-window", "pod-failure", {}, {"services": ["cartservice"]}, True, [killed]),
        Injection("before", "cpu-stress", {"workers": 2}, {"pods": ["frontend-0"]}, True, [earlier]),
    ]


def source_from(batch_rows: int = 7, **rows: list[dict[str, Any]]) -> MemorySource:
    tables = {table: pa.Table.from_pylist(rows.get(table, []), schema=schema) for table, schema in SCHEMAS.items()}
    return MemorySource(tables, batch_rows)


def small_source() -> MemorySource:
    return source_from(logs=logs(), spans=spans(), samples=samples())
