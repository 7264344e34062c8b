"""telemetry.ports.HeldTelemetry on segments of the embedded store."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import pyarrow as pa

from telemetry.records import TableName, Window
from telemetry_store.held import Cut, HeldTable
from telemetry_store.window import Slice


class HeldStore:
    def __init__(self, window: Window, tables: Mapping[TableName, HeldTable]) -> None:
        self._window, self._tables = window, tables

    @property
    def window(self) -> Window:
        return self._window

    def count(self, table: TableName) -> int:
        return self._tables[table].count()

    def slices(self, table: TableName, *, align_us: int = 0) -> Sequence[Slice]:
        return _slices(table, self._tables[table].cuts(align_us))

    def read(self, part: Slice, columns: Sequence[str] | None = None) -> pa.Table:
        return self._tables[part.table].read(Cut(part.start, part.end, part.sources), columns)

    def files(self, table: TableName) -> Sequence[Path]:
        return self._tables[table].files()

    def edges(self, table: TableName) -> Sequence[Slice]:
        return _slices(table, self._tables[table].edges())


def _slices(table: TableName, cuts: Sequence[Cut]) -> list[Slice]:
    return [Slice(table, cut.start, cut.end, cut.sources) for cut in cuts]
