"""The csv format: the files and columns of the original MicroServo."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, Final

import pyarrow as pa
import pyarrow.csv

from dataset_builder.formats import kpi
from dataset_builder.formats.base import Chunk, Export, Part
from dataset_builder.formats.columns import (
    LOG_NEEDS,
    SAMPLE_NEEDS,
    SPAN_NEEDS,
    NameOf,
    log_columns,
    namer,
    runs_of,
    sample_columns,
    span_columns,
)
from dataset_builder.formats.labels import label_parts
from telemetry_store.schemas import TableName
from telemetry_store.window import Slice

LOG_PATH: Final = "log/log.csv"
TRACE_PATH: Final = "trace/trace.csv"

LOG_COLUMNS: Final = ("log_id", "timestamp", "date", "cmdb_id", "message")
TRACE_COLUMNS: Final = (
    "timestamp",
    "cmdb_id",
    "span_id",
    "trace_id",
    "duration",
    "type",
    "status_code",
    "operation_name",
    "parent_span",
)
METRIC_COLUMNS: Final = ("timestamp", "cmdb_id", "kpi_name", "value")
BATCH_ROWS: Final = 16_384  # turned into text at once; larger ones leave the processor's cache

Columns = Callable[[pa.Table], pa.Table]


class CsvFormat:
    """Logs and spans make one file each, samples one per metric."""

    name = "csv"
    complete = True

    def facts(self, export: Export) -> Mapping[str, Any]:
        return {}

    def parts(self, export: Export) -> Iterator[Part]:
        yield from label_parts(export)
        yield from _sample_parts(export)
        yield from _table_parts(export, "spans", TRACE_PATH, TRACE_COLUMNS, SPAN_NEEDS, span_columns)
        yield from _table_parts(export, "logs", LOG_PATH, LOG_COLUMNS, LOG_NEEDS, log_columns)


def _table_parts(
    export: Export, table: TableName, path: str, columns: Sequence[str], needs: Sequence[str], to_columns: Columns
) -> Iterator[Part]:
    def make(part: Slice) -> Iterable[Chunk]:
        rows = export.rows(part, needs)
        yield Chunk(path, csv_text(to_columns(rows)), rows.num_rows, table, header=header(columns))

    for part in export.slices(table):
        yield Part(f"{path}/{part.start}", partial(make, part))


def _sample_parts(export: Export) -> Iterator[Part]:
    name_of = namer(export.nodes, export.default_node)
    for part in export.slices("samples"):
        yield Part(f"metric/{part.start}", partial(_sample_chunks, export, part, name_of))


def _sample_chunks(export: Export, part: Slice, name_of: NameOf) -> Iterator[Chunk]:
    rows = export.rows(part, SAMPLE_NEEDS)
    columns = sample_columns(rows, name_of)
    for metric, start, count in runs_of(rows["metric"]):
        # Names are free of structural characters, so nothing needs quotes, as in the original's files.
        text = csv_text(columns.slice(start, count), quoting="none")
        yield Chunk(kpi.path(metric), text, count, "samples", metric, header(METRIC_COLUMNS))


def csv_text(rows: pa.Table, *, quoting: str = "needed") -> pa.Buffer:
    """RFC 4180 with line feeds, without a header."""
    # Without batches of no rows: for one at the beginning pyarrow 26 writes a thousand zero bytes.
    batches = [batch for batch in rows.to_batches() if batch.num_rows]
    rows = pa.Table.from_batches(batches, rows.schema)
    sink = pa.BufferOutputStream()
    options = pyarrow.csv.WriteOptions(include_header=False, batch_size=BATCH_ROWS, quoting_style=quoting)
    pyarrow.csv.write_csv(rows, sink, options)
    return sink.getvalue()


def header(columns: Sequence[str]) -> bytes:
    return (",".join(columns) + "\n").encode()
