"""From rows of the store to the columns of RCAEval's files. Vectorised: no Python per row."""

from collections.abc import Sequence
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

from datasets.formats.wide import MICROSECONDS, Columns, Integers

METRICS: Final = ("cpu", "mem", "diskio", "socket", "workload", "error", "latency-50", "latency-90")
LOG_COLUMNS: Final = ("time", "timestamp", "container_name", "message", "level", "req_path", "error", "pod", "trace_id")
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
_WHOLE: Final = r"^-?[0-9]+$"


def metric_columns(times: Integers, columns: Columns) -> pa.Table:
    """`time`, then by service the metrics in RCAEval's order; NaN becomes an empty field."""
    services = sorted({name.rpartition("_")[0] for name in columns})
    names = [f"{service}_{metric}" for service in services for metric in METRICS]
    chosen = {name: decimals(pa.array(columns[name], from_pandas=True)) for name in names if name in columns}
    return pa.table({"time": pa.array(times), **chosen})


def log_columns(rows: pa.Table) -> pa.Table:
    nothing = pa.nulls(rows.num_rows, pa.string())
    values = (
        clock(rows["timestamp"]),
        pc.multiply(rows["timestamp"], 1000),
        text(rows["service"]),
        text(rows["message"]),
        text(rows["level"]),
        nothing,
        nothing,
        text(rows["pod"]),
        text(rows["trace_id"]),
    )
    return pa.table(dict(zip(LOG_COLUMNS, values, strict=True)))


def span_columns(rows: pa.Table) -> pa.Table:
    values = (
        clock(rows["timestamp"]),
        text(rows["trace_id"]),
        text(rows["span_id"]),
        text(rows["service"]),
        methods(rows["operation_name"]),
        text(rows["operation_name"]),
        pc.divide(rows["timestamp"], 1000),
        rows["timestamp"],
        rows["duration"],
        rows["status_code"],
        text(rows["parent_span_id"]),
        text(rows["kind"]),
        text(rows["pod"]),
    )
    return pa.table(dict(zip(TRACE_COLUMNS, values, strict=True)))


def clock(timestamps: pa.ChunkedArray) -> pa.ChunkedArray:
    """HH:MM in UTC; each distinct minute is formatted once."""
    minutes = pc.divide(timestamps, 60 * MICROSECONDS).combine_chunks().dictionary_encode()
    moments = pc.multiply(minutes.dictionary, 60).cast(pa.timestamp("s"))
    return pc.strftime(moments, format="%H:%M").take(minutes.indices)


def methods(operations: pa.ChunkedArray) -> pa.ChunkedArray:
    """The last part of a gRPC operation's name; null for others, for which readers take the operation."""
    encoded = operations.dictionary_encode().unify_dictionaries().combine_chunks()
    found = pc.struct_field(pc.extract_regex(encoded.dictionary, _METHOD), "method")
    return found.take(encoded.indices)


def text(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Plain, also when it comes as a dictionary."""
    return column.cast(pa.string())


def csv_bytes(rows: pa.Table, quoting: str = "needed") -> pa.Buffer:
    """Lines without a header; with `needed` all text is quoted, as it may hold anything. What is null is left empty."""
    whole = rows.combine_chunks()  # pyarrow 26 writes garbage when the first of several chunks is empty
    sink = pa.BufferOutputStream()
    pyarrow.csv.write_csv(whole, sink, pyarrow.csv.WriteOptions(include_header=False, quoting_style=quoting))
    return sink.getvalue()


def csv_header(columns: Sequence[str]) -> bytes:
    return (",".join(columns) + "\n").encode()


def decimals(values: pa.Array) -> pa.Array:
    """Shortest exact decimals, whole numbers with ".0": a column of floats must not look like one of integers."""
    texts = values.cast(pa.string())
    whole = pc.match_substring_regex(texts, _WHOLE)
    return pc.if_else(whole, pc.binary_join_element_wise(texts, "0", "."), texts)
