"""Sealed segments: sorted, compressed Parquet files that appear whole or not at all."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from telemetry_store.layout import CHECKPOINT, Segment, segment_path, temporary_path
from telemetry_store.schemas import SCHEMAS, TableName

ROW_GROUP: Final = 20_000
SORTED_BY: Final[dict[TableName, tuple[str, ...]]] = {
    "logs": ("timestamp", "log_id"),
    "spans": ("timestamp",),
    "samples": ("metric", "pod", "timestamp"),
}
# Columns with few distinct values; a dictionary makes them small and quick to filter.
DICTIONARY: Final[dict[TableName, list[str]]] = {
    "logs": ["service", "pod", "level"],
    "spans": ["service", "pod", "operation_name", "kind", "type", "trace_id", "status_code"],
    "samples": ["timestamp", "service", "pod", "metric", "labels"],
}
# Times grow by little from row to row; texts differ, but their lengths are read in one go. Both are quicker to read.
ENCODING: Final[dict[TableName, dict[str, str]]] = {
    "logs": {
        "log_id": "DELTA_BINARY_PACKED",
        "timestamp": "DELTA_BINARY_PACKED",
        "message": "DELTA_LENGTH_BYTE_ARRAY",
    },
    "spans": {"timestamp": "DELTA_BINARY_PACKED", "duration": "DELTA_BINARY_PACKED"},
    "samples": {},
}


def write_segment(
    folder: Path, table: TableName, seq: int, batches: Sequence[pa.RecordBatch], checkpoint: bytes | None
) -> Segment:
    """Write the rows (at least one) under a temporary name, and rename when they are on disk."""
    rows = pa.Table.from_batches(batches, schema=SCHEMAS[table])
    rows = rows.sort_by([(column, "ascending") for column in SORTED_BY[table]])
    if checkpoint is not None:
        rows = rows.replace_schema_metadata({CHECKPOINT: checkpoint})
    first, last = _time_range(rows)
    temporary = temporary_path(folder, seq)
    try:
        write_parquet(rows, temporary, table)
        _to_disk(temporary)
    except OSError:
        temporary.unlink(missing_ok=True)  # a full disk needs the room
        raise
    path = segment_path(folder, seq, first, last, rows.num_rows)
    temporary.rename(path)
    _to_disk(folder)
    return Segment(seq, first, last, rows.num_rows, path)


def _time_range(rows: pa.Table) -> tuple[int, int]:
    times = pc.min_max(rows["timestamp"])
    return times["min"].as_py(), times["max"].as_py()


def write_parquet(rows: pa.Table, target: Path | pa.NativeFile, table: TableName) -> None:
    """With the settings of a segment."""
    bloom = {"trace_id": {"ndv": ROW_GROUP, "fpp": 0.01}} if table == "spans" else None
    pq.write_table(
        rows,
        target,
        row_group_size=ROW_GROUP,
        compression="zstd",
        compression_level=1,
        use_dictionary=DICTIONARY[table],
        column_encoding=ENCODING[table],
        bloom_filter_options=bloom,
    )


def _to_disk(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def read_checkpoint(path: Path) -> bytes | None:
    return (pq.read_schema(path).metadata or {}).get(CHECKPOINT)


def read_last_log_id(path: Path) -> int:
    """The largest log_id, from the file's statistics."""
    metadata = pq.read_metadata(path)
    column = metadata.schema.names.index("log_id")
    groups = range(metadata.num_row_groups)
    return max(metadata.row_group(group).column(column).statistics.max for group in groups)
