"""From rows of the store to the columns of RCAEval's files. Vectorised: no Python per row."""

from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from dataset_builder.formats.columns import MICROSECONDS, Integers, coded, float_texts, texts, whole
from dataset_builder.formats.wide import Columns

METRICS: Final = ("cpu", "mem", "diskio", "socket", "workload", "error", "latency-50", "latency-90")
LOG_NEEDS: Final = ("timestamp", "service", "pod", "level", "message", "trace_id")
LOG_COLUMNS: Final = ("time", "timestamp", "container_name", "message", "level", "req_path", "error", "pod", "trace_id")
SPAN_NEEDS: Final = (
    "timestamp",
    "duration",
    "trace_id",
    "span_id",
    "parent_span_id",
    "service",
    "pod",
    "operation_name",
    "kind",
    "status_code",
)
TRACE_COLUMNS: Final = (
    "time",
    "traceID",
    "spanID",
    "serviceName",
    "methodName",
    "operationName",
    "startTimeMillis",
    "startTime",
    "duration",
    "statusCode",
    "parentSpanID",
    "kind",
    "pod",
)
# /package.Service/Method, the name of a gRPC operation
_METHOD: Final = r"^/[^/]+/(?P<method>[^/]+)$"


def metric_columns(times: Integers, columns: Columns) -> pa.Table:
    """`time`, then by service the metrics in RCAEval's order; NaN becomes an empty field."""
    services = sorted({name.rpartition("_")[0] for name in columns})
    names = [f"{service}_{metric}" for service in services for metric in METRICS]
    chosen = {name: float_texts(pa.array(columns[name], from_pandas=True)) for name in names if name in columns}
    return pa.table({"time": pa.array(times), **chosen})


def log_columns(rows: pa.Table) -> pa.Table:
    nothing = pa.nulls(rows.num_rows, pa.string())
    values = (
        clock(rows["timestamp"]),
        pc.multiply(rows["timestamp"], 1000),
        texts(rows["service"]),
        texts(rows["message"]),
        texts(rows["level"]),
        nothing,
        nothing,
        texts(rows["pod"]),
        texts(rows["trace_id"]),
    )
    return pa.table(dict(zip(LOG_COLUMNS, values, strict=True)))


def span_columns(rows: pa.Table) -> pa.Table:
    values = (
        clock(rows["timestamp"]),
        texts(rows["trace_id"]),
        texts(rows["span_id"]),
        texts(rows["service"]),
        methods(rows["operation_name"]),
        texts(rows["operation_name"]),
        pc.divide(rows["timestamp"], 1000),
        rows["timestamp"],
        rows["duration"],
        rows["status_code"],
        texts(rows["parent_span_id"]),
        texts(rows["kind"]),
        texts(rows["pod"]),
    )
    return pa.table(dict(zip(TRACE_COLUMNS, values, strict=True)))


def clock(timestamps: pa.ChunkedArray) -> pa.Array:
    """HH:MM in UTC; each distinct minute is formatted once."""
    minutes = pc.divide(whole(timestamps), 60 * MICROSECONDS).dictionary_encode()
    moments = pc.multiply(minutes.dictionary, 60).cast(pa.timestamp("s"))
    return pc.strftime(moments, format="%H:%M").take(minutes.indices)


def methods(operations: pa.ChunkedArray) -> pa.Array:
    """The last part of a gRPC operation's name; null for others, for which readers take the operation."""
    codes, names = coded(operations)
    return pc.struct_field(pc.extract_regex(names, _METHOD), "method").take(pa.array(codes))
