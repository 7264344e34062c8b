"""The rcaeval format: a folder per injection with metrics at one second, logs and traces, as RCAEval's loaders read it.

What is in it is a choice of the window, some of it twice, and metrics are computed: it is not a copy of the store.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import Any, Final

import pyarrow as pa

from dataset_builder.formats.base import Chunk, Export, Part
from dataset_builder.formats.cases import Case, cases, cases_record, json_bytes
from dataset_builder.formats.columns import MICROSECONDS
from dataset_builder.formats.csv import csv_text, header
from dataset_builder.formats.labels import label_parts
from dataset_builder.formats.nodes import NODE_COUNTERS, NODE_GAUGES, node_columns, node_of
from dataset_builder.formats.rcaeval_columns import (
    LOG_COLUMNS,
    LOG_NEEDS,
    SPAN_NEEDS,
    TRACE_COLUMNS,
    log_columns,
    metric_columns,
    span_columns,
)
from dataset_builder.formats.wide import (
    OPERATION,
    SAMPLE_COLUMNS,
    SPAN_COLUMNS,
    Calls,
    Columns,
    Floats,
    Grid,
    Metrics,
    called_services,
    operations,
)
from telemetry_store.schemas import TableName
from telemetry_store.window import Slice

CASES_PATH: Final = "cases.json"
NODE_FILE: Final = "node.csv"
MEDIAN: Final = 0.5
SLOW: Final = 0.9


class RcaevalFormat:
    name = "rcaeval"
    complete = False

    def facts(self, export: Export) -> Mapping[str, Any]:
        return {}

    def parts(self, export: Export) -> Iterator[Part]:
        found, _ = cases(export)
        for case in found:
            yield from _case_parts(export, case)
        yield Part(CASES_PATH, partial(_cases, export))
        yield from label_parts(export)


def _case_parts(export: Export, case: Case) -> Iterator[Part]:
    yield Part(f"{case.folder}/metrics", partial(_metrics, export, case))
    yield Part(f"{case.folder}/nodes", partial(_nodes, export, case))
    start, end = case.window.start, case.window.end
    for number, each in enumerate(export.between("logs", start, end)):
        yield Part(f"{case.folder}/logs/{number}", partial(_logs, export, case, each))
    for number, each in enumerate(export.between("spans", start, end)):
        yield Part(f"{case.folder}/traces/{number}", partial(_traces, export, case, each))


def _metrics(export: Export, case: Case) -> Iterator[Chunk]:
    """Also the beginnings of the case's other files, so that they are there without a row, too."""
    yield Chunk(f"{case.folder}/inject_time.txt", f"{case.inject_s}\n".encode())
    grid = _grid(case)
    pods = sampled(export, Metrics(grid), grid)
    rows = metric_columns(grid.times(), {**pods, **call_metrics(export, case, grid)})
    path = f"{case.folder}/data.csv"
    content = csv_text(rows, quoting="none")  # names of services and numbers
    yield Chunk(path, content, rows=rows.num_rows, header=header(rows.column_names))
    yield Chunk(f"{case.folder}/logs.csv", b"", rows=0, table="logs", header=header(LOG_COLUMNS))
    yield Chunk(f"{case.folder}/traces.csv", b"", rows=0, table="spans", header=header(TRACE_COLUMNS))


def _nodes(export: Export, case: Case) -> Iterator[Chunk]:
    """A file of its own: as columns of data.csv, methods would rank machines among the services."""
    grid = _grid(case)
    columns = node_columns(grid.times(), sampled(export, Metrics(grid, NODE_COUNTERS, NODE_GAUGES, node_of), grid))
    content = csv_text(columns, quoting="none")  # names of nodes and numbers
    path = f"{case.folder}/{NODE_FILE}"
    yield Chunk(path, content, rows=columns.num_rows, header=header(columns.column_names))


def _grid(case: Case) -> Grid:
    return Grid(case.inject_s - case.half_s, case.step_s, 2 * case.half_s // case.step_s)


def sampled(export: Export, metrics: Metrics, grid: Grid) -> Columns:
    start = max(export.window.start, metrics.first_s * MICROSECONDS)
    end = (grid.first_s + grid.rows * grid.step_s) * MICROSECONDS
    for each in export.between("samples", start, end):
        metrics.add(export.rows(each, SAMPLE_COLUMNS))
    return metrics.columns()


def call_metrics(export: Export, case: Case, grid: Grid) -> Columns:
    """Read twice, first to learn which service serves which operation: no slice knows that alone."""
    everything = unsampled(export)
    slices = everything.between("spans", case.window.start, case.window.end)
    known = {each for part in slices for each in operations(everything.rows(part, OPERATION))}
    calls = Calls(grid, called_services(known, export.stores), (MEDIAN, SLOW))
    for part in slices:
        calls.add(everything.rows(part, SPAN_COLUMNS))
    calls.finish()
    columns: Columns = {}
    for place, service in enumerate(calls.targets):
        columns[f"{service}_workload"] = calls.counts[place] / grid.step_s
        columns[f"{service}_error"] = calls.errors[place] / grid.step_s
        columns[f"{service}_latency-50"] = _seconds(calls.quantiles[MEDIAN][place])
        columns[f"{service}_latency-90"] = _seconds(calls.quantiles[SLOW][place])
    return columns


def _seconds(microseconds: Floats) -> Floats:
    """To a tenth of a microsecond: what lies between two whole ones is no more exact."""
    return (microseconds / MICROSECONDS).round(7)


def unsampled(export: Export) -> Export:
    """With all spans: whoever samples traces counts requests before that."""
    return replace(export, knobs=replace(export.knobs, trace_sampling=1.0))


def _logs(export: Export, case: Case, part: Slice) -> Iterator[Chunk]:
    rows = log_columns(export.rows(part, LOG_NEEDS))
    yield _table_chunk(f"{case.folder}/logs.csv", rows, "logs")


def _traces(export: Export, case: Case, part: Slice) -> Iterator[Chunk]:
    rows = span_columns(export.rows(part, SPAN_NEEDS))
    yield _table_chunk(f"{case.folder}/traces.csv", rows, "spans")


def _table_chunk(path: str, rows: pa.Table, table: TableName) -> Chunk:
    return Chunk(path, csv_text(rows), rows=rows.num_rows, table=table, header=header(rows.column_names))


def _cases(export: Export) -> Iterator[Chunk]:
    yield Chunk(CASES_PATH, json_bytes(cases_record(*cases(export))))
