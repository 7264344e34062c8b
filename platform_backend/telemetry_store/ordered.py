"""Rows of many segments in order of time, without loading them all."""

from collections.abc import Iterator, Sequence
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from telemetry_store.layout import Segment
from telemetry_store.schemas import SCHEMAS, TableName

BATCH_ROWS: Final = 65_536
ORDER: Final[dict[TableName, tuple[str, ...]]] = {
    "logs": ("timestamp", "log_id"),
    "spans": ("timestamp",),
    "samples": ("timestamp",),
}


def batches_in_order(
    table: TableName, start: int, end: int, segments: Sequence[Segment], hot: pa.Table
) -> Iterator[pa.RecordBatch]:
    """Rows of [start, end), sorted. Segments overlap where rows came late: what the next segments may still
    precede waits until they are read. Raises FileNotFoundError if a segment expires meanwhile."""
    waiting = _within(hot, start, end)
    in_order = sorted(segments, key=lambda segment: segment.first)
    for index, segment in enumerate(in_order):
        rows = _within(pq.read_table(segment.path, schema=SCHEMAS[table], partitioning=None), start, end)
        waiting = pa.concat_tables([waiting, rows])
        if index + 1 < len(in_order):
            ready, waiting = _split(waiting, in_order[index + 1].first)
            yield from _sorted_batches(table, ready)
    yield from _sorted_batches(table, waiting)


def _within(rows: pa.Table, start: int, end: int) -> pa.Table:
    times = rows["timestamp"]
    return rows.filter(pc.and_(pc.greater_equal(times, start), pc.less(times, end)))


def _split(rows: pa.Table, limit: int) -> tuple[pa.Table, pa.Table]:
    before = pc.less(rows["timestamp"], limit)
    return rows.filter(before), rows.filter(pc.invert(before))


def _sorted_batches(table: TableName, rows: pa.Table) -> Iterator[pa.RecordBatch]:
    if rows.num_rows:
        ordered = rows.sort_by([(column, "ascending") for column in ORDER[table]]).combine_chunks()
        yield from ordered.to_batches(max_chunksize=BATCH_ROWS)
