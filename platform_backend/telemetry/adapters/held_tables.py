"""telemetry.ports.HeldTelemetry over tables in memory, for tests and for what is small."""

import itertools
from collections.abc import Mapping, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from telemetry.records import TableName, Window
from telemetry_store.row_order import ORDER
from telemetry_store.window import Slice


class HeldTables:
    """`slice_rows` is about how many rows a slice has."""

    def __init__(self, window: Window, tables: Mapping[TableName, pa.Table], *, slice_rows: int = 100_000) -> None:
        self._window, self._slice_rows = window, slice_rows
        self._tables = {
            table: _between(rows, window.start, window.end).sort_by([(name, "ascending") for name in ORDER[table]])
            for table, rows in tables.items()
        }

    @property
    def window(self) -> Window:
        return self._window

    def count(self, table: TableName) -> int:
        return self._tables[table].num_rows

    def slices(self, table: TableName, *, align_us: int = 0) -> Sequence[Slice]:
        step, start = max(align_us, 1), self._window.start
        cuts = self._tables[table]["timestamp"].sort().to_pylist()[self._slice_rows :: self._slice_rows]
        aligned = {cut - (cut - start) % step for cut in cuts} - {start}
        boundaries = [start, *sorted(aligned), self._window.end]
        return [Slice(table, low, high) for low, high in itertools.pairwise(boundaries)]

    def read(self, part: Slice, columns: Sequence[str] | None = None) -> pa.Table:
        rows = _between(self._tables[part.table], part.start, part.end)
        return rows if columns is None else rows.select(list(columns))

    def files(self, table: TableName) -> Sequence[Path]:
        return ()

    def edges(self, table: TableName) -> Sequence[Slice]:
        return [Slice(table, self._window.start, self._window.end)] if self.count(table) else []


def _between(rows: pa.Table, start: int, end: int) -> pa.Table:
    times = rows["timestamp"]
    return rows.filter(pc.and_(pc.greater_equal(times, start), pc.less(times, end)))
