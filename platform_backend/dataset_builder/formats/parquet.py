"""The parquet format: the tables as the store has them. Segments that lie in the window are taken as they are.

    log/part-00000.parquet, trace/..., metric/...     in order of time; the schemas are `telemetry_store.schemas`

A segment's own metadata tells positions in files of this machine, so its footer is written anew without it.
"""

from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq

from dataset_builder.formats.base import Chunk, Export, FileRange, Part
from dataset_builder.formats.columns import counts_of
from dataset_builder.formats.labels import label_parts
from dataset_builder.formats.parquet_footer import read_footer, rows_of, split_footer, without_metadata
from telemetry_store.schemas import SCHEMAS, TABLES, TableName
from telemetry_store.segment import write_parquet
from telemetry_store.window import Slice

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


def _sources(export: Export, table: TableName) -> list[Path | Slice]:
    """Whole files and slices that together are the rows of the window; one empty slice if there are none."""
    held = export.held
    if export.knobs.touches(table) or not held.count(table):
        return list(export.slices(table))
    edges = held.edges(table)
    before = [part for part in edges if part.start == export.window.start]
    return [*before, *held.files(table), *(part for part in edges if part.start > export.window.start)]


def _chunks(export: Export, table: TableName, path: str, source: Path | Slice) -> Iterator[Chunk]:
    if isinstance(source, Path):
        footer = read_footer(source)
        content: FileRange | memoryview = FileRange(source, 0, footer.start)
        metrics = _metrics(source) if table == "samples" else None
    else:
        rows = export.rows(source).cast(SCHEMAS[table])
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
