"""Rows of telemetry reduced to counts by service and phase. Vectorised: no Python per row."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from dataset_builder.card.columns import CPU, ERROR_LEVELS, MEMORY, NANOSECONDS, encoded, mask, numbers
from dataset_builder.card.summary_cells import (
    PHASES,
    Cell,
    Numbers,
    Phases,
    Reduced,
    Usage,
    by_cell,
    cell_codes,
    cell_of,
    cells,
    class_of_latency,
    spent_between,
)
from telemetry_store.schemas import TableName

COLUMNS: Final[Mapping[TableName, Sequence[str]]] = {
    "logs": ("timestamp", "service", "level"),
    "spans": ("timestamp", "service", "duration", "kind", "type", "status_code", "parent_span_id"),
    "samples": ("timestamp", "service", "pod", "metric", "value"),
}
METRICS: Final = (CPU, MEMORY)
LoadStep = Callable[[Numbers], Numbers]


def reduce_rows(table: TableName, rows: pa.Table, left: pa.Table, phases: Phases, load_step: LoadStep) -> Reduced:
    """`left` is what the knobs leave of `rows`; the load is that of all of them."""
    if table == "logs":
        return _logs(left, phases)
    if table == "spans":
        return _spans(rows, left, phases, load_step)
    return _samples(left, phases)


def _logs(rows: pa.Table, phases: Phases) -> Reduced:
    """Counted once, by cell and level."""
    names, codes = _cells(rows, phases)
    levels, texts = encoded(rows["level"])
    width = max(len(texts), 1)
    counts = np.bincount(codes * width + levels, minlength=len(names) * len(PHASES) * width).reshape(-1, width)
    failed = np.isin(np.array(texts, dtype=object), ERROR_LEVELS)
    error_logs = counts[:, : len(texts)][:, failed].sum(axis=1)
    return Reduced(counts={"logs": by_cell(names, counts.sum(axis=1)), "error_logs": by_cell(names, error_logs)})


def _spans(rows: pa.Table, left: pa.Table, phases: Phases, load_step: LoadStep) -> Reduced:
    names, codes = _cells(left, phases)
    served = mask(left["kind"], "server")
    statuses = numbers(left["status_code"])
    failed = np.where(mask(left["type"], "http"), statuses >= 500, statuses != 0)
    counts = {
        "spans": cells(names, codes),
        "requests": cells(names, codes[served]),
        "failed": cells(names, codes[served & failed]),
    }
    latencies = _latencies(names, codes[served], numbers(left["duration"])[served])
    return Reduced(counts=counts, latencies=latencies, load=load_step(_arrivals(rows)))


def _arrivals(rows: pa.Table) -> Numbers:
    """When requests reached the shop: its spans that nobody's call is behind."""
    first = pc.is_null(rows["parent_span_id"]).to_numpy()
    return numbers(rows["timestamp"])[mask(rows["kind"], "server") & first]


def _latencies(names: Sequence[str], codes: Numbers, durations: Numbers) -> dict[Cell, tuple[Numbers, Numbers]]:
    classes = class_of_latency(durations)
    return {
        cell_of(names, int(code)): np.unique(classes[codes == code], return_counts=True) for code in np.unique(codes)
    }


def _samples(rows: pa.Table, phases: Phases) -> Reduced:
    memory, highest = _memory(_of_metric(rows, MEMORY), phases)
    spent, usages = _cpu(_of_metric(rows, CPU), phases)
    return Reduced(counts=memory | spent, highest=highest, usages=usages)


def _of_metric(rows: pa.Table, metric: str) -> pa.Table:
    return rows.filter(pa.array(mask(rows["metric"], metric)))


def _memory(rows: pa.Table, phases: Phases) -> tuple[dict[str, dict[Cell, int]], dict[Cell, int]]:
    names, codes = _cells(rows, phases)
    values = np.rint(rows["value"].to_numpy()).astype(np.int64)
    counts = cells(names, codes)
    chosen = {cell_of(names, int(code)): values[codes == code] for code in np.unique(codes)}
    sums = {cell: int(found.sum()) for cell, found in chosen.items()}
    return {"memory": counts, "memory_sum": sums}, {cell: int(found.max()) for cell, found in chosen.items()}


def _cpu(rows: pa.Table, phases: Phases) -> tuple[dict[str, Any], dict[str, Usage]]:
    times = numbers(rows["timestamp"])
    spent = np.rint(rows["value"].to_numpy() * NANOSECONDS).astype(np.int64)
    codes, pods = encoded(rows["pod"])
    services, names = encoded(rows["service"])
    counts: dict[str, Any] = {}
    usages: dict[str, Usage] = {}
    for code, pod in enumerate(pods):
        places = np.flatnonzero(codes == code)
        if not len(places):
            continue
        places = places[np.argsort(times[places], kind="stable")]
        at, used, where = times[places], spent[places], phases.at(times[places])
        service = names[int(services[places[0]])]
        usages[pod] = Usage(service, _reading(at, used, where, 0), _reading(at, used, where, -1))
        for name, found in spent_between(service, at, used, where).items():
            counts[name] = counts[name] + found if name in counts else found
    return counts, usages


def _reading(times: Numbers, spent: Numbers, phases: Numbers, place: int) -> tuple[int, int, int]:
    return int(times[place]), int(spent[place]), int(phases[place])


def _cells(rows: pa.Table, phases: Phases) -> tuple[list[str], Numbers]:
    services, names = encoded(rows["service"])
    return names, cell_codes(services, phases.at(numbers(rows["timestamp"])))
