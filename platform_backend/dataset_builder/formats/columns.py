"""From the store's rows to the columns of the csv format. Vectorised: no Python per row.

The rows come as `HeldTelemetry.read` gives them, in order and with texts as dictionaries where they repeat.
"""

from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from dataset_builder.formats.kpi import SeriesName, series_name

MICROSECONDS: Final = 1_000_000
LOG_NEEDS: Final = ("log_id", "timestamp", "pod", "level", "message")
SPAN_NEEDS: Final = (
    "timestamp",
    "pod",
    "span_id",
    "trace_id",
    "duration",
    "kind",
    "type",
    "status_code",
    "operation_name",
    "parent_span_id",
)
SAMPLE_NEEDS: Final = ("timestamp", "pod", "metric", "labels", "value")

NameOf = Callable[[str, str, str], SeriesName]  # metric, pod, labels
Integers = npt.NDArray[np.int64]


def log_columns(rows: pa.Table) -> pa.Table:
    timestamp = whole(rows["timestamp"])
    return pa.table(
        {
            "log_id": rows["log_id"],
            "timestamp": decimal_seconds(timestamp),
            "date": iso_dates(timestamp),
            "cmdb_id": texts(rows["pod"]),
            "message": pc.binary_join_element_wise(_message_starts(rows["level"]), rows["message"], ""),
        }
    )


def span_columns(rows: pa.Table) -> pa.Table:
    return pa.table(
        {
            "timestamp": rows["timestamp"],
            "cmdb_id": texts(rows["pod"]),
            "span_id": rows["span_id"],
            "trace_id": texts(rows["trace_id"]),
            "duration": rows["duration"],
            "type": span_types(texts(rows["kind"]), texts(rows["type"])),
            "status_code": rows["status_code"],
            "operation_name": texts(rows["operation_name"]),
            "parent_span": rows["parent_span_id"],
        }
    )


def sample_columns(rows: pa.Table, name_of: NameOf) -> pa.Table:
    cmdb_ids, kpi_names = _series_columns(rows, name_of)
    return pa.table(
        {
            "timestamp": pc.divide(whole(rows["timestamp"]), MICROSECONDS),
            "cmdb_id": cmdb_ids,
            "kpi_name": kpi_names,
            "value": float_texts(whole(rows["value"])),
        }
    )


def runs_of(column: pa.ChunkedArray) -> Iterator[tuple[str, int, int]]:
    """Value, first row and number of rows of each run of equal values."""
    codes, values = coded(column)
    if not len(codes):
        return
    starts = np.flatnonzero(np.diff(codes, prepend=-1))
    lengths = np.diff(starts, append=len(codes))
    for start, length in zip(starts.tolist(), lengths.tolist(), strict=True):
        yield values[codes[start]].as_py(), start, length


def counts_of(column: pa.ChunkedArray) -> dict[str, int]:
    """How often each value occurs."""
    codes, values = coded(column)
    counts = np.bincount(codes, minlength=len(values)).tolist()
    return {value: count for value, count in sorted(zip(values.to_pylist(), counts, strict=True)) if count}


def span_types(kind: pa.Array, technology: pa.Array) -> pa.Array:
    """`request` for what a pod serves, `external` for what it calls, `db` for calls to a database, else `app`."""
    is_server, is_client = pc.equal(kind, "server"), pc.equal(kind, "client")
    called = pc.if_else(pc.equal(technology, "db"), "db", "external")
    return pc.if_else(is_server, "request", pc.if_else(is_client, called, "app"))


def decimal_seconds(timestamp: pa.Array) -> pa.Array:
    """Microseconds are unscaled decimals of six places already: only their width changes."""
    values = timestamp.to_numpy()
    words = np.empty((len(values), 2), np.int64)  # the low and the high half of 128 bits
    words[:, 0], words[:, 1] = values, values >> 63
    return pa.Array.from_buffers(pa.decimal128(25, 6), len(values), [None, pa.py_buffer(words)])


def iso_dates(timestamp: pa.Array) -> pa.Array:
    """ISO 8601 in UTC with milliseconds. Formatting each distinct second once is 60 times faster than each row."""
    seconds = pc.divide(timestamp, MICROSECONDS)
    milliseconds = pc.divide(pc.subtract(timestamp, pc.multiply(seconds, MICROSECONDS)), 1000)
    distinct = seconds.dictionary_encode()
    texts = pc.strftime(distinct.dictionary.cast(pa.timestamp("s")), format="%Y-%m-%dT%H:%M:%S")
    return pc.binary_join_element_wise(texts.take(distinct.indices), _fractions().take(milliseconds), ".")


def float_texts(values: pa.Array) -> pa.Array:
    """Shortest exact decimals; whole numbers keep ".0", so that readers see a column of floats."""
    digits = values.cast(pa.string())
    numbers = values.to_numpy(zero_copy_only=False)
    integral = pa.array(np.isfinite(numbers) & (np.floor(numbers) == numbers))
    is_whole = pc.and_(integral, pc.invert(pc.match_substring(digits, "e")))  # 1e+10 needs no ending
    endings = pa.array(["", ".0"]).take(is_whole.cast(pa.int8()))
    return pc.binary_join_element_wise(digits, endings, "")


def namer(nodes: Mapping[str, str], default_node: str) -> NameOf:
    """Names of series, remembered: a window has few series and many samples."""

    @lru_cache(maxsize=65_536)
    def name_of(metric: str, pod: str, labels: str) -> SeriesName:
        return series_name(metric=metric, pod=pod, labels=labels, node=nodes.get(pod, default_node))

    return name_of


def whole(column: pa.ChunkedArray) -> pa.Array:
    """In one piece."""
    return pa.concat_arrays(column.chunks) if column.num_chunks else pa.array([], column.type)


def texts(column: pa.ChunkedArray) -> pa.ChunkedArray:
    return column.cast(pa.string()) if pa.types.is_dictionary(column.type) else column


def coded(column: pa.ChunkedArray) -> tuple[Integers, pa.Array]:
    """A number per row, and the value that each stands for."""
    encoded = column if pa.types.is_dictionary(column.type) else column.dictionary_encode()
    unified = whole(encoded.unify_dictionaries())
    if not len(unified):
        return np.empty(0, np.int64), pa.array([], pa.string())
    return unified.indices.to_numpy(zero_copy_only=False).astype(np.int64), unified.dictionary


def _message_starts(level: pa.ChunkedArray) -> pa.Array:
    codes, levels = coded(level)
    starts = pc.binary_join_element_wise("severity:", pc.utf8_lower(levels), ",message:", "")
    return starts.take(pa.array(codes))


def _series_columns(rows: pa.Table, name_of: NameOf) -> tuple[pa.Array, pa.Array]:
    """cmdb_id and kpi_name of each row; a name is made once per distinct (metric, pod, labels)."""
    columns: list[Any] = [coded(rows[name]) for name in ("metric", "pod", "labels")]
    (metric, metrics), (pod, pods), (label, labels) = columns
    triples = (metric * len(pods) + pod) * len(labels) + label
    series = pa.array(triples).dictionary_encode()
    names = []
    for triple in series.dictionary.to_pylist():
        pair, third = divmod(triple, len(labels))
        first, second = divmod(pair, len(pods))
        names.append(name_of(metrics[first].as_py(), pods[second].as_py(), labels[third].as_py()))
    cmdb_ids = pa.array([name.cmdb_id for name in names], pa.string())
    kpi_names = pa.array([name.kpi_name for name in names], pa.string())
    return cmdb_ids.take(series.indices), kpi_names.take(series.indices)


@lru_cache(maxsize=1)
def _fractions() -> pa.Array:
    return pa.array([f"{millisecond:03d}Z" for millisecond in range(1000)])
