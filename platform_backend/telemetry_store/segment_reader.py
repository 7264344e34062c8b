"""Rows of one segment in a range of time, by its row groups' statistics. Safe for threads."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from telemetry_store.layout import Segment
from telemetry_store.schemas import TableName

# Text columns of few distinct values: read as dictionaries they cost a third.
DICTIONARIES: Final[dict[TableName, tuple[str, ...]]] = {
    "logs": ("service", "pod", "level"),
    "spans": ("service", "pod", "operation_name", "kind", "type"),
    "samples": ("service", "pod", "metric", "labels"),
}


@dataclass(frozen=True, slots=True)
class Group:
    index: int
    first: int
    last: int
    rows: int


class SegmentReader:
    def __init__(self, segment: Segment, table: TableName) -> None:
        self.segment, self._table = segment, table

    @cached_property
    def groups(self) -> tuple[Group, ...]:
        metadata = pq.read_metadata(self.segment.path)
        column = metadata.schema.names.index("timestamp")
        found = []
        for index in range(metadata.num_row_groups):
            group = metadata.row_group(index)
            times = group.column(column).statistics
            found.append(Group(index, times.min, times.max, group.num_rows))
        return tuple(found)

    def starts(self, start: int, end: int) -> Iterator[tuple[int, int]]:
        """Where the rows of [start, end) may be cut, with how many rows follow. A segment of samples is sorted by
        metric, so each of its row groups has rows of all its time, and there is nothing to gain by a cut."""
        touching = [group for group in self.groups if group.first < end and group.last >= start]
        if self._table != "samples":
            yield from ((max(group.first, start), group.rows) for group in touching)
        elif touching:
            yield max(self.segment.first, start), sum(group.rows for group in touching)

    def count(self, start: int, end: int) -> int:
        return self.read(start, end, ["timestamp"]).num_rows

    def read(self, start: int, end: int, columns: Sequence[str]) -> pa.Table:
        """The rows of [start, end); `columns` must have the timestamp."""
        chosen = [group for group in self.groups if group.first < end and group.last >= start]
        dictionaries = [name for name in DICTIONARIES[self._table] if name in columns]
        with pq.ParquetFile(self.segment.path, read_dictionary=dictionaries) as file:
            indices = [group.index for group in chosen]
            rows = file.read_row_groups(indices, columns=list(columns), use_threads=False).select(list(columns))
        if all(start <= group.first and group.last < end for group in chosen):
            return rows
        times = rows["timestamp"]
        return rows.filter(pc.and_(pc.greater_equal(times, start), pc.less(times, end)))
