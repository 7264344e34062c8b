"""The csv format: the files and columns of the original MicroServo, written batch by batch in bounded memory."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

from datasets.files import DatasetFolder, TableFile
from datasets.formats import kpi
from datasets.formats.base import RowCounts
from datasets.formats.columns import log_columns, namer, sample_columns, span_columns
from datasets.labels import Injection, groundtruth, in_window, injection_record, normal_record
from telemetry.ports import TelemetrySource
from telemetry.records import TableName, Window

LOG_PATH: Final = "log/log.csv"
TRACE_PATH: Final = "trace/trace.csv"
GROUNDTRUTH_PATH: Final = "groundtruth/groundtruth.json"
INJECTIONS_PATH: Final = "groundtruth/injections.json"
NORMAL_PATH: Final = "groundtruth/normal.json"

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

# Rows turned into text at once: bounds memory whatever the size of the source's batches.
CHUNK: Final = 65_536

Columns = Callable[[pa.RecordBatch], pa.RecordBatch]


@dataclass(frozen=True, slots=True)
class SourceExport:
    """Until the engine takes over."""

    source: TelemetrySource
    window: Window
    injections: Sequence[Injection]
    nodes: Mapping[str, str]
    default_node: str
    normal: Sequence[Window] = ()


class CsvFormat:
    """Logs and spans stream into one file each, samples in one pass into a file per metric."""

    def write(self, export: SourceExport, folder: DatasetFolder) -> RowCounts:
        metrics = _write_samples(export, folder)
        tables: dict[TableName, int] = {
            "logs": _write_table(export, folder, "logs", LOG_PATH, LOG_COLUMNS, log_columns),
            "spans": _write_table(export, folder, "spans", TRACE_PATH, TRACE_COLUMNS, span_columns),
            "samples": sum(metrics.values()),
        }
        _write_labels(export, folder)
        return RowCounts(tables=tables, metrics=metrics)


def _write_table(
    export: SourceExport,
    folder: DatasetFolder,
    table: TableName,
    path: str,
    columns: Sequence[str],
    to_columns: Columns,
) -> int:
    with folder.table(path) as file:
        file.write(_header(columns), rows=0)
        for batch in _chunks(export, table):
            _append(file, to_columns(batch), quoting="needed")
    return file.rows


def _write_samples(export: SourceExport, folder: DatasetFolder) -> dict[str, int]:
    files: dict[str, TableFile] = {}
    name_of = namer(export.nodes, export.default_node)
    for batch in _chunks(export, "samples"):
        for metric, rows in split_by(batch, "metric"):
            if metric not in files:
                files[metric] = folder.open_table(kpi.path(metric))
                files[metric].write(_header(METRIC_COLUMNS), rows=0)
            # Names are free of structural characters, so nothing needs quotes, as in the original's files.
            _append(files[metric], sample_columns(metric, rows, name_of), quoting="none")
    for file in files.values():
        folder.close_table(file)
    return {metric: files[metric].rows for metric in sorted(files)}


def _write_labels(export: SourceExport, folder: DatasetFolder) -> None:
    injections = in_window(export.injections, export.window)
    folder.add(GROUNDTRUTH_PATH, _json(groundtruth(injections)))
    folder.add(INJECTIONS_PATH, _json({"injections": [injection_record(each) for each in injections]}))
    folder.add(NORMAL_PATH, _json(normal_record(export.normal)))


def split_by(batch: pa.RecordBatch, column: str) -> Iterator[tuple[str, pa.RecordBatch]]:
    """The rows of each value of a string column, in their order."""
    encoded = batch[column].dictionary_encode()
    ordered = batch.take(pc.sort_indices(encoded.indices))
    counts = pc.value_counts(encoded.indices)
    lengths = {row["values"]: row["counts"] for row in counts.to_pylist()}
    start = 0
    for code, value in enumerate(encoded.dictionary.to_pylist()):
        yield value, ordered.slice(start, lengths[code])
        start += lengths[code]


def _chunks(export: SourceExport, table: TableName) -> Iterator[pa.RecordBatch]:
    """Batches of bounded size; no two of them share a moment, so that each can be put in order by itself."""
    carried: list[pa.RecordBatch] = []
    for batch in export.source.batches(table, export.window):
        for start in range(0, batch.num_rows, CHUNK):
            whole = pa.concat_batches([*carried, batch.slice(start, CHUNK)])
            newest = whole["timestamp"][-1]
            split = pc.index(whole["timestamp"], newest).as_py()
            carried = [whole.slice(split)]
            if split:
                yield whole.slice(0, split)
    yield from carried


def _append(file: TableFile, rows: pa.RecordBatch, *, quoting: str) -> None:
    sink = pa.BufferOutputStream()
    options = pyarrow.csv.WriteOptions(include_header=False, quoting_style=quoting)
    pyarrow.csv.write_csv(rows, sink, options)
    file.write(memoryview(sink.getvalue()), rows=rows.num_rows)


def _header(columns: Sequence[str]) -> bytes:
    return (",".join(columns) + "\n").encode()


def _json(value: Any) -> bytes:
    return (json.dumps(value, indent=1, sort_keys=False) + "\n").encode()
