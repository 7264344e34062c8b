"""The openrca format: telemetry by UTC day in the files of OpenRCA's Market systems, with records and queries.

Every row of the store is in it once; metric_service.csv is computed on top of that.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache, partial
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from dataset_builder.formats import kpi
from dataset_builder.formats.base import Chunk, Export, Part
from dataset_builder.formats.cases import first_start
from dataset_builder.formats.columns import (
    MICROSECONDS,
    SAMPLE_NEEDS,
    NameOf,
    counts_of,
    float_texts,
    namer,
    sample_columns,
    texts,
)
from dataset_builder.formats.csv import METRIC_COLUMNS, csv_text, header
from dataset_builder.formats.labels import label_parts
from dataset_builder.formats.openrca_columns import (
    LOG_COLUMNS,
    LOG_NEEDS,
    SERVICE_COLUMNS,
    SPAN_NEEDS,
    TRACE_COLUMNS,
    by_day,
    in_time_order,
    log_columns,
    span_columns,
)
from dataset_builder.formats.openrca_tasks import (
    Failure,
    Task,
    constant_baseline,
    failures,
    query_csv,
    record_csv,
    tasks_about,
)
from dataset_builder.formats.rcaeval import unsampled
from dataset_builder.formats.wide import OPERATION, SPAN_COLUMNS, Calls, Grid, Operation, called_services, operations
from dataset_builder.labels import in_window
from telemetry_store.schemas import TableName
from telemetry_store.window import Slice, Window

RECORD_PATH: Final = "record.csv"
QUERY_PATH: Final = "query.csv"
TASKS_PATH: Final = "tasks.csv"
CONTAINER_FILE: Final = "metric_container.csv"
MESH_FILE: Final = "metric_mesh.csv"
NODE_FILE: Final = "metric_node.csv"
MINUTE_S: Final = 60
# Of metric_service.csv, so much is computed at once.
STRETCH_S: Final = 600
# A pod that had a sample in this time before the fault was there when it began.
SEEN_US: Final = 5 * MICROSECONDS


class OpenrcaFormat:
    name = "openrca"
    complete = True

    def facts(self, export: Export) -> Mapping[str, Any]:
        rows = _failures(export)
        tasks = _tasks(export, rows)
        return {"tasks": {"count": len(tasks), "constant_baseline": constant_baseline(tasks, rows)}}

    def parts(self, export: Export) -> Iterator[Part]:
        yield from label_parts(export)
        yield Part(RECORD_PATH, partial(_answers, export))
        yield from _table_parts(export, "logs")
        yield from _table_parts(export, "spans")
        yield from _table_parts(export, "samples")
        # Learned once, by whoever needs it first: it takes a pass over all spans.
        targets = lru_cache(maxsize=1)(partial(_targets, export))
        for window in _stretches(export.window):
            yield Part(f"service/{window.start}", partial(_service, export, window, targets))


def _table_parts(export: Export, table: TableName) -> Iterator[Part]:
    for number, part in enumerate(export.slices(table)):
        yield Part(f"{table}/{number}", partial(_MAKE[table], export, part))


def _logs(export: Export, part: Slice) -> Iterator[Chunk]:
    for day, rows in by_day(export.rows(part, LOG_NEEDS)):
        path = f"telemetry/{day}/log/log_service.csv"
        yield Chunk(path, csv_text(log_columns(rows)), rows.num_rows, "logs", header=header(LOG_COLUMNS))


def _spans(export: Export, part: Slice) -> Iterator[Chunk]:
    for day, rows in by_day(export.rows(part, SPAN_NEEDS)):
        path = f"telemetry/{day}/trace/trace_span.csv"
        yield Chunk(path, csv_text(span_columns(rows)), rows.num_rows, "spans", header=header(TRACE_COLUMNS))


def _samples(export: Export, part: Slice) -> Iterator[Chunk]:
    name_of = namer(export.nodes, export.default_node)
    for day, of_day in by_day(export.rows(part, SAMPLE_NEEDS)):
        for file, rows in _by_file(in_time_order(of_day)):
            yield from _metric_chunks(f"telemetry/{day}/metric/{file}", rows, name_of)


def _by_file(rows: pa.Table) -> Iterator[tuple[str, pa.Table]]:
    metrics = texts(rows["metric"])
    is_mesh, is_node = (pc.starts_with(metrics, pattern=prefix) for prefix in (kpi.ISTIO, kpi.NODE))
    is_pod = pc.invert(pc.or_(is_mesh, is_node))
    for file, chosen in ((CONTAINER_FILE, is_pod), (MESH_FILE, is_mesh), (NODE_FILE, is_node)):
        of_file = rows.filter(chosen)
        if of_file.num_rows:
            yield file, of_file


def _metric_chunks(path: str, rows: pa.Table, name_of: NameOf) -> Iterator[Chunk]:
    """The rows, and then without content how many are of which metric."""
    # Names are free of structural characters, so nothing needs quotes.
    content = csv_text(sample_columns(rows, name_of), quoting="none")
    yield Chunk(path, content, rows=0, table="samples", header=header(METRIC_COLUMNS))
    for metric, count in counts_of(rows["metric"]).items():
        yield Chunk(path, b"", rows=count, table="samples", metric=metric)


_MAKE: Final = {"logs": _logs, "spans": _spans, "samples": _samples}


def _targets(export: Export) -> Mapping[Operation, str]:
    """`<service>-<grpc, http or db>` of each operation that tells about a service."""
    known = {each for part in export.slices("spans") for each in operations(export.rows(part, OPERATION))}
    return {each: f"{service}-{each[2]}" for each, service in called_services(known, export.stores).items()}


def _stretches(window: Window) -> Iterator[Window]:
    """The window in pieces that end at whole multiples of STRETCH_S, so that no minute lies in two."""
    length = STRETCH_S * MICROSECONDS
    start = window.start
    while start < window.end:
        end = min(start - start % length + length, window.end)
        yield Window(start, end)
        start = end


def _service(export: Export, window: Window, targets: Callable[[], Mapping[Operation, str]]) -> Iterator[Chunk]:
    first = window.start // MICROSECONDS // MINUTE_S * MINUTE_S
    minutes = -(-(window.end - first * MICROSECONDS) // (MINUTE_S * MICROSECONDS))
    calls = Calls(Grid(first, MINUTE_S, minutes), targets())
    everything = unsampled(export)
    for part in everything.between("spans", window.start, window.end):
        calls.add(everything.rows(part, SPAN_COLUMNS))
    rows = _service_rows(calls, first)
    for day, of_day in by_day(rows):
        of_day = of_day.set_column(1, "timestamp", pc.divide(of_day["timestamp"], MICROSECONDS))
        path, content = f"telemetry/{day}/metric/metric_service.csv", csv_text(of_day, quoting="none")
        yield Chunk(path, content, of_day.num_rows, header=header(SERVICE_COLUMNS))


def _service_rows(calls: Calls, first: int) -> pa.Table:
    """With timestamps in microseconds; a minute without a call of a service has no row of it."""
    minutes, places = np.nonzero(calls.counts.T)
    count, errors = calls.counts[places, minutes], calls.errors[places, minutes]
    milliseconds = calls.durations[places, minutes] / 1000
    return pa.table(
        {
            "service": pa.array(calls.targets, pa.string()).take(pa.array(places)),
            "timestamp": pa.array((first + minutes * MINUTE_S) * MICROSECONDS),
            "rr": pa.nulls(len(places), pa.string()),  # whether a call was answered at all is not recorded
            "sr": float_texts(pa.array((100 * (1 - errors / count)).round(6))),
            "mrt": float_texts(pa.array((milliseconds / count).round(6))),
            "count": pa.array(count.astype(np.int64)),
        }
    )


def _answers(export: Export) -> Iterator[Chunk]:
    rows = _failures(export)
    tasks = _tasks(export, rows)
    yield Chunk(RECORD_PATH, record_csv(rows), rows=len(rows))
    yield Chunk(QUERY_PATH, query_csv(tasks), rows=len(tasks))
    yield Chunk(TASKS_PATH, query_csv(tasks, answers=False), rows=len(tasks))


def _failures(export: Export) -> list[Failure]:
    return sorted(failure for each in _answered(export) for failure in each)


def _tasks(export: Export, rows: Sequence[Failure]) -> list[Task]:
    start, end = -(-export.window.start // MICROSECONDS), export.window.end // MICROSECONDS
    return tasks_about(rows, start=start, end=end, seed=export.knobs.seed)


def _answered(export: Export) -> Iterator[list[Failure]]:
    """Those that began in the window: of others, the telemetry does not have the occurrence."""
    injections = in_window(export.injections, export.window)
    for true, labelled in zip(injections, export.knobs.labels(injections), strict=True):
        if first_start(true) >= export.window.start:
            yield failures(labelled, partial(_pods_of, export, first_start(true)))


def _pods_of(export: Export, moment: int, service: str) -> set[str]:
    """The pods of a service that had samples just before a moment, whatever the knobs take away."""
    everything = replace(export, knobs=type(export.knobs)())
    pods: set[str] = set()
    start = max(export.window.start, moment - SEEN_US)
    for part in everything.between("samples", start, max(moment, start + 1)):
        rows = everything.rows(part, ("service", "pod"))
        pods |= set(rows.filter(pc.equal(rows["service"], service))["pod"].unique().to_pylist())
    return pods
