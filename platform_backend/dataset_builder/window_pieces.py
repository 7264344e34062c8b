"""Rows of a window to be added up, in pieces: straight from sealed files where that is possible, as it is quick.

A file needs no sorting for sums, and of samples only the row groups of the metrics in question are read.
"""

import itertools
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final, TypeVar

import pyarrow as pa
import pyarrow.parquet as pq

from dataset_builder.formats.base import Export
from telemetry_store.schemas import SCHEMAS, TableName
from telemetry_store.window import Slice

THREADS: Final = 2
DICTIONARIES: Final = ("service", "pod", "level", "kind", "type", "metric")


Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Wanted:
    table: TableName
    columns: Sequence[str]
    metrics: Sequence[str] = ()  # of samples: rows of others may come with them


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


def pieces(export: Export, wanted: Wanted) -> Sequence[Piece]:
    table = wanted.table
    if export.knobs.touches(table):
        return list(_slices(export, wanted))
    found = sorted([*_files(export, wanted), *_edges(export, wanted)], key=lambda piece: (piece.start, piece.end))
    overlap = any(first.end >= second.start for first, second in itertools.pairwise(found))
    return list(_slices(export, wanted)) if table == "samples" and overlap else found


def reduced(found: Iterable[Piece], reduce: Callable[[Rows], Result]) -> Iterator[Result]:
    """Pieces read and reduced ahead in threads, but not far ahead; in their order."""
    with ThreadPoolExecutor(THREADS) as pool:
        ahead: deque[Future[Result]] = deque()
        for piece in found:
            ahead.append(pool.submit(lambda piece=piece: reduce(piece.read())))  # type: ignore[misc]
            if len(ahead) > 2 * THREADS:
                yield ahead.popleft().result()
        while ahead:
            yield ahead.popleft().result()


def _slices(export: Export, wanted: Wanted) -> Iterator[Piece]:
    columns = list(dict.fromkeys([*wanted.columns, *export.knobs.columns(wanted.table)]))
    for part in export.slices(wanted.table):
        yield Piece(part.start, part.end - 1, partial(_read_slice, export, part, columns))


def _edges(export: Export, wanted: Wanted) -> Iterator[Piece]:
    for part in export.held.edges(wanted.table):
        yield Piece(part.start, part.end - 1, partial(_read_slice, export, part, wanted.columns))


def _files(export: Export, wanted: Wanted) -> Iterator[Piece]:
    for path in export.held.files(wanted.table):
        first, last = _times(path)
        yield Piece(first, last, partial(_read_file, path, wanted))


def _read_slice(export: Export, part: Slice, columns: Sequence[str]) -> Rows:
    whole = export.held.read(part, columns)
    return Rows(whole, export.knobs.apply(part.table, whole, start=export.window.start))


def _read_file(path: Path, wanted: Wanted) -> Rows:
    table, columns = wanted.table, wanted.columns
    dictionaries = [name for name in DICTIONARIES if name in columns]
    with pq.ParquetFile(path, read_dictionary=dictionaries) as file:
        groups = _groups(file.metadata, wanted.metrics) if wanted.metrics else list(range(file.num_row_groups))
        if not groups:
            rows = SCHEMAS[table].empty_table().select(list(columns))
        else:
            rows = file.read_row_groups(groups, columns=list(columns), use_threads=False)
    return Rows(rows, rows)


def _groups(metadata: pq.FileMetaData, metrics: Sequence[str]) -> list[int]:
    """Those that may have one of the metrics."""
    place = metadata.schema.names.index("metric")
    columns = (metadata.row_group(index).column(place) for index in range(metadata.num_row_groups))
    return [index for index, column in enumerate(columns) if _may_have(column, metrics)]


def _may_have(column: pq.ColumnChunkMetaData, metrics: Sequence[str]) -> bool:
    statistics = column.statistics
    if statistics is None or not statistics.has_min_max:
        return True
    return any(statistics.min <= metric <= statistics.max for metric in metrics)


def _times(path: Path) -> tuple[int, int]:
    metadata = pq.read_metadata(path)
    place = metadata.schema.names.index("timestamp")
    found = [metadata.row_group(index).column(place).statistics for index in range(metadata.num_row_groups)]
    return min(each.min for each in found), max(each.max for each in found)
