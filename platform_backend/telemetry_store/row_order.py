"""The one order of a table's rows: by time, and rows of one moment by what tells them apart. Vectorised."""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from telemetry_store.schemas import TableName

ORDER: Final[dict[TableName, tuple[str, ...]]] = {
    "logs": ("timestamp", "log_id"),
    "spans": ("timestamp", "span_id", "trace_id"),
    "samples": ("metric", "timestamp", "pod", "labels"),
}
LARGEST_KEY: Final = 1 << 62

Integers = npt.NDArray[np.int64]


def in_order(table: TableName, rows: pa.Table) -> pa.Table:
    """The rows sorted by ORDER; without a copy when they are sorted already, as those of a segment mostly are."""
    if rows.num_rows < 2:
        return rows
    indices = _sample_order(rows) if table == "samples" else _time_order(rows, ORDER[table])
    return rows if indices is None else rows.take(pa.array(indices))


def _time_order(rows: pa.Table, keys: Sequence[str]) -> Integers | None:
    """Only rows that share their moment with others are compared by the further keys."""
    times = rows[keys[0]].to_numpy()
    indices = None
    if np.any(times[1:] < times[:-1]):
        indices = np.argsort(times, kind="stable")
        times = times[indices]
    same = times[1:] == times[:-1]
    if not same.any():
        return indices
    tied = np.flatnonzero(np.append(same, False) | np.append(False, same))
    at = tied if indices is None else indices[tied]
    ties = rows.select(list(keys)).take(pa.array(at))
    order = pc.sort_indices(ties, [(key, "ascending") for key in keys]).to_numpy()
    if np.all(order == np.arange(len(order))):
        return indices
    indices = np.arange(len(times)) if indices is None else indices
    indices[tied] = at[order]
    return indices


def _sample_order(rows: pa.Table) -> Integers | None:
    """One number per row that sorts as its keys do: texts count by their rank among the few different ones."""
    times = rows["timestamp"].to_numpy()
    metric, pod, labels = (_ranks(rows[name]) for name in ("metric", "pod", "labels"))
    key, size = metric, int(metric.max()) + 1
    for digit in (times - times.min(), pod, labels):
        base = int(digit.max()) + 1
        size *= base
        key = key * base + digit
    if size > LARGEST_KEY:
        return np.lexsort((labels, pod, times, metric))
    return np.argsort(key, kind="stable") if np.any(key[1:] < key[:-1]) else None


def _ranks(column: pa.ChunkedArray) -> Integers:
    encoded: Any = single_dictionary(column)
    texts = encoded.dictionary.cast(pa.string())
    order = pc.sort_indices(texts).to_numpy()
    ranks = np.empty(len(order), np.int64)
    ranks[order] = np.arange(len(order))
    return ranks[encoded.indices.to_numpy(zero_copy_only=False)]


def single_dictionary(column: pa.ChunkedArray) -> pa.DictionaryArray:
    """The column dictionary-encoded, in one piece."""
    encoded = column if pa.types.is_dictionary(column.type) else column.dictionary_encode()
    whole: pa.DictionaryArray = encoded.unify_dictionaries().combine_chunks()
    if isinstance(whole, pa.ChunkedArray):
        whole = whole.chunk(0) if whole.num_chunks else pa.array([], pa.string()).dictionary_encode()
    return whole
