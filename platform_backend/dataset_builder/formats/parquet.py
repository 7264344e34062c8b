"""The parquet format: the tables as the store has them. Segments that lie in the window are taken as they are.

    log/part-00000.parquet, trace/..., metric/...     in order of time; the schemas are `telemetry_store.schemas`

A segment's own metadata tells positions in files of this machine, so its footer is written anew without it. What is
not taken as it is has a part for each segment, or, where knobs drop rows, for each stretch of time with about so many
rows: never one for each slice, as these may be cut in another way the next time.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from dataset_builder.formats.base import Chunk, Export, FileRange, Part
from dataset_builder.formats.columns import counts_of
from dataset_builder.formats.labels import label_parts
from dataset_builder.formats.parquet_footer import read_footer, rows_of, split_footer, without_metadata
from dataset_builder.labels import MICROSECONDS
from telemetry_store.row_order import in_order
from telemetry_store.schemas import SCHEMAS, TABLES, TableName
from telemetry_store.segment import write_parquet
from telemetry_store.window import Slice

STRETCH_ROWS: Final = 100_000
FOLDERS: Final[Mapping[TableName, str]] = {"logs": "log", "spans": "trace", "samples": "metric"}


class ParquetFormat:
    name = "parquet"
    complete = True

    def facts(self, export: Export) -> Mapping[str, Any]:
        return {}

    def parts(self, export: Export) -> Iterator[Part]:
        yield from label_parts(export)
        for table in TABLES:
            for number, source in enumerate(_sources(export, table)):
                path = f"{FOLDERS[table]}/part-{number:05}.parquet"
                yield Part(path, partial(_chunks, export, table, path, source))


@dataclass(frozen=True, slots=True)
class _Stretch:
    """[start, end), in microseconds."""

    start: int
    end: int


def _sources(export: Export, table: TableName) -> Iterable[Path | Slice | _Stretch]:
    """What together has the rows of the window; one without rows if there are none."""
    held = export.held
    if export.knobs.touches(table):
        return _stretches(export, table)
    if not held.count(table):
        return [_Stretch(export.window.start, export.window.end)]
    edges = held.edges(table)
    before = [part for part in edges if part.start == export.window.start]
    return [*before, *held.files(table), *(part for part in edges if part.start > export.window.start)]


def _stretches(export: Export, table: TableName) -> Iterator[_Stretch]:
    """Cut after STRETCH_ROWS rows, counted before any knob, where a step of time begins."""
    step = max(MICROSECONDS, export.knobs.metric_step_us if table == "samples" else 0)
    start, rows, last = export.window.start, 0, -1
    for part in export.slices(table):
        times = export.held.read(part, ("timestamp",))["timestamp"].to_numpy()
        found, counts = np.unique((times - export.window.start) // step, return_counts=True)
        for number, count in zip(found.tolist(), counts.tolist(), strict=True):
            if rows >= STRETCH_ROWS and number != last:
                boundary = export.window.start + number * step
                yield _Stretch(start, boundary)
                start, rows = boundary, 0
            rows, last = rows + count, number
    yield _Stretch(start, export.window.end)


def _rows(export: Export, table: TableName, source: Slice | _Stretch) -> pa.Table:
    if isinstance(source, Slice):
        return export.rows(source)
    step = export.knobs.metric_step_us if table == "samples" else 1
    slices = export.between(table, source.start, source.end, align_us=max(step, 1))
    return in_order(table, pa.concat_tables([export.rows(part).cast(SCHEMAS[table]) for part in slices]))


def _chunks(export: Export, table: TableName, path: str, source: Path | Slice | _Stretch) -> Iterator[Chunk]:
    if isinstance(source, Path):
        footer = read_footer(source)
        content: FileRange | memoryview = FileRange(source, 0, footer.start)
        metrics = _metrics(source) if table == "samples" else None
    else:
        rows = _rows(export, table, source).cast(SCHEMAS[table])
        whole = _parquet(rows, table)
        footer = split_footer(whole)
        content = whole[: footer.start]
        metrics = rows["metric"] if table == "samples" else None
    yield Chunk(path, content, 0 if metrics is not None else rows_of(footer), table)
    yield Chunk(path, without_metadata(footer))
    if metrics is not None:
        yield from _counts(path, metrics)


def _parquet(rows: pa.Table, table: TableName) -> memoryview:
    sink = pa.BufferOutputStream()
    write_parquet(rows, sink, table)
    return memoryview(sink.getvalue())


def _metrics(path: Path) -> pa.ChunkedArray:
    with pq.ParquetFile(path, read_dictionary=["metric"]) as file:
        return file.read(["metric"], use_threads=False)["metric"]


def _counts(path: str, metrics: pa.ChunkedArray) -> Iterator[Chunk]:
    """No content, but how many rows of each metric there are."""
    for metric, count in counts_of(metrics).items():
        yield Chunk(path, b"", count, "samples", metric)
