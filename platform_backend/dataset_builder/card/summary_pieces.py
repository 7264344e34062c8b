"""The rows of a window for its summary, in pieces: straight from sealed files where that is possible, as it is quick.

A file needs no sorting for sums, and of samples only the row groups of the metrics in question are read.
"""

import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.parquet as pq

from dataset_builder.card.summary_slices import COLUMNS, METRICS
from dataset_builder.formats.base import Export
from telemetry_store.schemas import SCHEMAS, TableName
from telemetry_store.window import Slice

DICTIONARIES: Final = ("service", "pod", "level", "kind", "type", "metric")


@dataclass(frozen=True, slots=True)
class Rows:
    """`left` is what the knobs leave of `whole`."""

    whole: pa.Table
    left: pa.Table


@dataclass(frozen=True, slots=True)
class Piece:
    """`read` may be called in any thread. Those of samples are disjoint in time, and in its order."""

    start: int
    end: int  # the time of its last row, or later
    read: Callable[[], Rows]


def pieces(export: Export, table: TableName) -> Sequence[Piece]:
    if export.knobs.touches(table):
        return list(_slices(export, table))
    found = sorted([*_files(export, table), *_edges(export, table)], key=lambda piece: (piece.start, piece.end))
    overlap = any(first.end >= second.start for first, second in itertools.pairwise(found))
    return list(_slices(export, table)) if table == "samples" and overlap else found


def _slices(export: Export, table: TableName) -> Iterator[Piece]:
    columns = list(dict.fromkeys([*COLUMNS[table], *export.knobs.columns(table)]))
    for part in export.slices(table):
        yield Piece(part.start, part.end - 1, partial(_read_slice, export, part, columns))


def _edges(export: Export, table: TableName) -> Iterator[Piece]:
    for part in export.held.edges(table):
        yield Piece(part.start, part.end - 1, partial(_read_slice, export, part, COLUMNS[table]))


def _files(export: Export, table: TableName) -> Iterator[Piece]:
    for path in export.held.files(table):
        first, last = _times(path)
        yield Piece(first, last, partial(_read_file, path, table))


def _read_slice(export: Export, part: Slice, columns: Sequence[str]) -> Rows:
    whole = export.held.read(part, columns)
    return Rows(whole, export.knobs.apply(part.table, whole, start=export.window.start))


def _read_file(path: Path, table: TableName) -> Rows:
    columns = COLUMNS[table]
    dictionaries = [name for name in DICTIONARIES if name in columns]
    with pq.ParquetFile(path, read_dictionary=dictionaries) as file:
        groups = _groups(file.metadata) if table == "samples" else list(range(file.num_row_groups))
        if not groups:
            rows = SCHEMAS[table].empty_table().select(list(columns))
        else:
            rows = file.read_row_groups(groups, columns=list(columns), use_threads=False)
    return Rows(rows, rows)


def _groups(metadata: pq.FileMetaData) -> list[int]:
    """Those that may have a metric in question."""
    place = metadata.schema.names.index("metric")
    return [index for index in range(metadata.num_row_groups) if _may_have(metadata.row_group(index).column(place))]


def _may_have(column: pq.ColumnChunkMetaData) -> bool:
    statistics = column.statistics
    if statistics is None or not statistics.has_min_max:
        return True
    return any(statistics.min <= metric <= statistics.max for metric in METRICS)


def _times(path: Path) -> tuple[int, int]:
    metadata = pq.read_metadata(path)
    place = metadata.schema.names.index("timestamp")
    found = [metadata.row_group(index).column(place).statistics for index in range(metadata.num_row_groups)]
    return min(each.min for each in found), max(each.max for each in found)
