"""Half an hour of a small shop whose every row is known: frontend calls cartservice, which has two pods."""

import random
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa

from dataset_builder.formats.base import Export, Format
from dataset_builder.knobs import Knobs
from dataset_builder.labels import Injection, PodLabel
from telemetry.adapters.embedded import EmbeddedTelemetry
from telemetry.adapters.held_tables import HeldTables
from telemetry.records import SCHEMAS, TABLES, TableName, Window
from telemetry_store.reader import StoreReader
from telemetry_store.table_writer import SealPolicy
from telemetry_store.writer import StoreWriter

SECOND = 1_000_000
NEUTRAL = Knobs()
START = 1_718_754_000_400_000  # 2024-06-18T23:40:00.4Z: midnight lies in the window, and it begins between seconds
WINDOW = Window(START, START + 1800 * SECOND)
PODS = ("frontend-0", "cartservice-0", "cartservice-1", "redis-cart-0")
NODES = dict.fromkeys(PODS, "local")
CPU = "container_cpu_usage_seconds_total"
MODES = ("idle", "user")
ISTIO = (
    "destination_workload=cartservice,grpc_response_status=0,reporter=source,"
    "request_protocol=grpc,response_code=200,source_workload=frontend"
)


def at(second: float) -> int:
    """`second` of whole Unix seconds after the window's first."""
    return START - 400_000 + round(second * SECOND)


def service_of(pod: str) -> str:
    return pod.rpartition("-")[0]


def label(pod: str, start: float, end: float) -> PodLabel:
    return PodLabel(pod, service_of(pod), at(start), at(end), "deadline", "confirmed")


def injection(name: str, kind: str, *labels: PodLabel) -> Injection:
    return Injection(name, kind, {}, {"pods": [each.pod for each in labels]}, True, labels)


def table_rows(seed: int = 1, seconds: int = 1800) -> dict[TableName, list[dict[str, Any]]]:
    source = random.Random(seed)
    return {
        "logs": [row for second in range(seconds) for row in _logs(source, second)],
        "spans": [row for second in range(seconds) for row in _spans(source, second)],
        "samples": [row for second in range(seconds) for row in _samples(source, second)],
    }


def tables(rows: Mapping[TableName, list[dict[str, Any]]]) -> dict[TableName, pa.Table]:
    return {table: pa.Table.from_pylist(rows[table], schema=SCHEMAS[table]) for table in TABLES}


def held_tables(rows: Mapping[TableName, list[dict[str, Any]]], slice_rows: int = 1000) -> HeldTables:
    return HeldTables(WINDOW, tables(rows), slice_rows=slice_rows)


def stored(rows: Mapping[TableName, list[dict[str, Any]]], folder: Path, *, segments: int = 3) -> EmbeddedTelemetry:
    """The rows in a real store, sealed in some segments; it numbers the log lines itself, in their order."""
    writer = StoreWriter(folder, SealPolicy(rows=1 << 40, seconds=1 << 40, longest_s=1 << 40))
    for number in range(segments):
        for table in TABLES:
            share = rows[table][number * len(rows[table]) // segments : (number + 1) * len(rows[table]) // segments]
            names = [name for name in SCHEMAS[table].names if name != "log_id"]
            writer.append(table, {name: [row[name] for row in share] for name in names})
        writer.seal()
    writer.close()
    return EmbeddedTelemetry(StoreReader(folder))


def export_of(
    held: Any, injections: Sequence[Injection], knobs: Knobs = NEUTRAL, normal: Sequence[Window] = ()
) -> Export:
    return Export(
        held=held,
        window=WINDOW,
        injections=injections,
        nodes=NODES,
        default_node="local",
        normal=normal,
        knobs=knobs,
        stores={"cartservice": "redis-cart"},
    )


def write(form: Format, export: Export, folder: Path) -> dict[TableName | None, int]:
    """What the engine does with parts, one after the other; the rows written by table."""
    rows: dict[TableName | None, int] = {}
    keys = []
    for part in form.parts(export):
        keys.append(part.key)
        for chunk in part.make():
            path = folder / chunk.path
            path.parent.mkdir(parents=True, exist_ok=True)
            begin = chunk.header if not path.exists() else b""
            with path.open("ab") as file:
                file.write(begin + bytes(chunk.data))  # type: ignore[arg-type]
            rows[chunk.table] = rows.get(chunk.table, 0) + (chunk.rows or 0)
    assert len(keys) == len(set(keys))
    return rows


def bytes_of(form: Format, export: Export, folder: Path) -> dict[str, bytes]:
    write(form, export, folder)
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def frame(rows: Iterable[Mapping[str, Any]]) -> pd.DataFrame:
    return pd.DataFrame(list(rows))


def _logs(source: random.Random, second: int) -> list[dict[str, Any]]:
    message = 'said "hi", then\na new line and ünï' if second % 50 == 0 else f"request {second}"
    return [
        {
            "log_id": second + 1,
            "timestamp": at(second + 0.5 + source.random() / 3),
            "service": "cartservice",
            "pod": "cartservice-1",
            "level": "ERROR" if second % 7 == 0 else "INFO",
            "message": message,
            "trace_id": f"{second:032x}",
            "span_id": f"{second:016x}",
        }
    ]


def _spans(source: random.Random, second: int) -> list[dict[str, Any]]:
    """One to four requests; every ninth second the call of the cart fails without ever reaching it."""
    rows = []
    for number in range(source.randint(1, 4)):
        begin, took = second + 0.41 + source.random() / 2, source.randint(2_000, 90_000)
        trace, key, fails = f"{second * 8 + number:032x}", (second * 8 + number) * 4, second % 9 == 0
        pod = f"cartservice-{number % 2}"
        rows.append(_span(begin, took + 900, trace, key, None, "frontend-0", "server", "http", "GET /cart", 200))
        cart = "/hipstershop.CartService/GetCart"
        rows.append(
            _span(begin + 1e-4, took + 500, trace, key + 1, key, "frontend-0", "client", "grpc", cart, 14 * fails)
        )
        if not fails:
            rows.append(_span(begin + 2e-4, took, trace, key + 2, key + 1, pod, "server", "grpc", cart, 0))
            rows.append(_span(begin + 3e-4, took // 2, trace, key + 3, key + 2, pod, "client", "db", "HGETALL", 0))
    return rows


def _span(
    begin: float,
    duration: int,
    trace: str,
    key: int,
    parent: int | None,
    pod: str,
    kind: str,
    technology: str,
    operation: str,
    status: int,
) -> dict[str, Any]:
    return {
        "timestamp": at(begin),
        "duration": duration,
        "trace_id": trace,
        "span_id": f"{key:016x}",
        "parent_span_id": None if parent is None else f"{parent:016x}",
        "service": service_of(pod),
        "pod": pod,
        "operation_name": operation,
        "kind": kind,
        "type": technology,
        "status_code": status,
    }


def _samples(source: random.Random, second: int) -> list[dict[str, Any]]:
    """cartservice-1 is down for a minute, and its counters begin anew."""
    rows = []
    moment = at(second + 0.45)
    for number, pod in enumerate(PODS):
        if pod == "cartservice-1" and 900 <= second < 960:
            continue
        run = second - 960 if pod == "cartservice-1" and second >= 960 else second
        values = {
            CPU: run * (number + 1) / 16,
            "container_fs_reads_bytes_total": 4096.0 * run,
            "container_fs_writes_bytes_total": 512.0 * run,
            "container_memory_working_set_bytes": 1e7 + source.randint(0, 1000) * 4096,
            "container_sockets": float(source.randint(3, 9)),
            "container_threads": 4.0,
        }
        rows += [_sample(moment, pod, metric, value, "node=local") for metric, value in values.items()]
    rows += [_sample(moment, "", "node_cpu_seconds_total", 0.5 * second, f"mode={mode},node=local") for mode in MODES]
    return [*rows, _sample(moment, "frontend-0", "istio_requests_total", 2.0 * second, ISTIO)]


def _sample(moment: int, pod: str, metric: str, value: float, labels: str) -> dict[str, Any]:
    return {
        "timestamp": moment,
        "service": service_of(pod),
        "pod": pod,
        "metric": metric,
        "labels": labels,
        "value": value,
    }
