"""Telemetry of a stretch of time as one column per service and metric, in rows of equal length.

Tables come slice by slice, in order of time; what is kept of them is a number per row, column and pod.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from dataset_builder.formats.columns import MICROSECONDS, Integers, coded

Floats = npt.NDArray[np.float64]
Columns = dict[str, Floats]  # NaN: not known

# Between two samples of a series: so much missing time is bridged, more is a hole.
HOLE_S: Final = 2

# What of a pod's own metrics makes which column: counters become rates per second.
COUNTERS: Final = {
    "container_cpu_usage_seconds_total": "cpu",
    "container_fs_reads_bytes_total": "diskio",
    "container_fs_writes_bytes_total": "diskio",
}
GAUGES: Final = {"container_memory_working_set_bytes": "mem", "container_sockets": "socket"}
SAMPLE_COLUMNS: Final = ("timestamp", "service", "pod", "metric", "labels", "value")
SPAN_COLUMNS: Final = ("timestamp", "duration", "service", "kind", "type", "operation_name", "status_code")
OPERATION: Final = ("service", "kind", "type", "operation_name")

Operation = tuple[str, str, str, str]  # of a span: as OPERATION
NO_STORES: Final[Mapping[str, str]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Grid:
    """`rows` rows of `step_s` seconds, the first of them from UTC second `first_s` on."""

    first_s: int
    step_s: int
    rows: int

    def times(self) -> Integers:
        return self.first_s + self.step_s * np.arange(self.rows, dtype=np.int64)

    def index(self, timestamps: Integers) -> Integers:
        """The row of each moment; below 0 or from `rows` on when it lies outside."""
        return (timestamps // MICROSECONDS - self.first_s) // self.step_s

    def led_by(self, rows: int) -> "Grid":
        """The same with as many rows before."""
        return Grid(self.first_s - rows * self.step_s, self.step_s, self.rows + rows)


def distinct(rows: pa.Table, columns: Sequence[str]) -> tuple[Integers, list[dict[str, Any]]]:
    """A code per row, and the values of `columns` by code."""
    codes = np.zeros(rows.num_rows, np.int64)
    for column in columns:
        more, values = coded(rows[column])
        codes = pa.array(codes * len(values) + more).dictionary_encode().indices.to_numpy().astype(np.int64)
    _, first = np.unique(codes, return_index=True)
    return codes, rows.select(list(columns)).take(pa.array(first)).to_pylist()


def of_service(service: str, labels: str) -> str:
    """Whose a pod's metrics are."""
    return service


class Metrics:
    """One column for each subject and family of metrics, such as cpu: sums over its series, like those of its pods."""

    def __init__(
        self,
        grid: Grid,
        counters: Mapping[str, str] = COUNTERS,
        gauges: Mapping[str, str] = GAUGES,
        subject_of: Callable[[str, str], str] = of_service,
    ) -> None:
        """`counters` and `gauges`: family by metric; `subject_of` service and labels is "" for what is left out."""
        self._counters, self._gauges, self._subject_of = counters, gauges, subject_of
        self._reach = 1 + HOLE_S // grid.step_s  # rows from one sample to the next, at most
        self._grid = grid.led_by(self._reach)
        self._series: dict[tuple[str, str, str, str], _Series] = {}

    @property
    def first_s(self) -> int:
        """Rates of the first row need samples from here on."""
        return self._grid.first_s

    def add(self, rows: pa.Table) -> None:
        """Samples with SAMPLE_COLUMNS, those of a series in order of time."""
        rows = rows.filter(pc.is_in(rows["metric"], value_set=pa.array([*self._counters, *self._gauges])))
        times = rows["timestamp"].to_numpy()
        values = rows["value"].to_numpy()
        places = self._grid.index(times)
        inside = (places >= 0) & (places < self._grid.rows)
        codes, names = distinct(rows, ("metric", "service", "pod", "labels"))
        for chosen, name in zip(_groups(codes), names, strict=True):
            series = self._series.setdefault(tuple(name.values()), _Series(self._grid.rows))
            chosen = chosen[inside[chosen]]
            series.put(places[chosen], times[chosen], values[chosen])

    def columns(self) -> Columns:
        parts: dict[str, list[Floats]] = {}
        for (metric, service, _, labels), series in sorted(self._series.items(), key=lambda item: item[0]):
            subject = self._subject_of(service, labels)
            if not subject:
                continue
            row = series.rates(self._reach) if metric in self._counters else series.levels(self._reach)
            family = self._counters.get(metric) or self._gauges[metric]
            parts.setdefault(f"{subject}_{family}", []).append(row[self._reach :])
        return {name: _sum(rows) for name, rows in parts.items()}


class _Series:
    """The last sample of each row."""

    def __init__(self, rows: int) -> None:
        self._values = np.zeros(rows)
        self._times = np.zeros(rows, np.int64)  # 0: no sample

    def put(self, places: Integers, times: Integers, values: Floats) -> None:
        self._values[places] = values  # of several in one row, the last stays
        self._times[places] = times

    def rates(self, reach: int) -> Floats:
        """Per second between neighbours, for every row from one to the next; a counter that falls began at zero."""
        filled = np.flatnonzero(self._times)
        if len(filled) < 2:
            return np.full(len(self._times), np.nan)
        values = self._values[filled]
        grown = np.where(np.diff(values) < 0, values[1:], np.diff(values))
        rates = grown * MICROSECONDS / np.diff(self._times[filled])
        rates[np.diff(filled) > reach] = np.nan
        following = np.searchsorted(filled, np.arange(len(self._times)))
        return np.concatenate(([np.nan], rates, [np.nan]))[following]

    def levels(self, reach: int) -> Floats:
        """The latest sample, while it is not too old."""
        rows = np.arange(len(self._times))
        filled = np.flatnonzero(self._times)
        if not len(filled):
            return np.full(len(rows), np.nan)
        latest = np.searchsorted(filled, rows, side="right") - 1
        age = rows - filled[np.maximum(latest, 0)]
        return np.where((latest >= 0) & (age < reach), self._values[filled[np.maximum(latest, 0)]], np.nan)


def called_services(operations: Iterable[Operation], stores: Mapping[str, str] = NO_STORES) -> dict[Operation, str]:
    """Whom a span tells about: the called service if it is a caller's span, and callers are known of it.

    A call names no service, but an operation that only one service serves does. A store serves no spans: calls of a
    database are of the store that their service calls, by `stores`. Of a service nobody calls its own spans tell. Work
    inside tells of none.
    """
    known = set(operations)
    serving: dict[tuple[str, str], set[str]] = {}
    for service, kind, technology, name in known:
        if kind == "server":
            serving.setdefault((technology, name), set()).add(service)
    owner = {key: next(iter(services)) for key, services in serving.items() if len(services) == 1}
    calls = {each: owner[each[2:]] for each in known if each[1] == "client" and each[2:] in owner}
    calls |= {each: stores[each[0]] for each in known if each[1:3] == ("client", "db") and each[0] in stores}
    called = set(calls.values())
    served = {each: each[0] for each in known if each[1] == "server" and each[0] not in called}
    return {**calls, **served}


def operations(rows: pa.Table) -> Iterator[Operation]:
    """The distinct operations of spans with the columns OPERATION."""
    if rows.num_rows:
        yield from map(_operation, distinct(rows, OPERATION)[1])


def _operation(row: Mapping[str, Any]) -> Operation:
    return row["service"], row["kind"], row["type"], row["operation_name"]


@dataclass(frozen=True, slots=True)
class _Spans:
    """Compact columns of spans that tell about a target."""

    cells: Integers = field(default_factory=lambda: np.zeros(0, np.int64))  # target * rows + row
    rows: Integers = field(default_factory=lambda: np.zeros(0, np.int64))
    durations: Integers = field(default_factory=lambda: np.zeros(0, np.int64))

    def where(self, chosen: npt.NDArray[np.bool_]) -> "_Spans":
        return _Spans(self.cells[chosen], self.rows[chosen], self.durations[chosen])

    def and_(self, more: "_Spans") -> "_Spans":
        pairs = ((self.cells, more.cells), (self.rows, more.rows), (self.durations, more.durations))
        return _Spans(*(np.concatenate(pair) for pair in pairs))


class Calls:
    """Calls of each target in each row: how many, how many failed, how long they took."""

    def __init__(self, grid: Grid, target_of: Mapping[Operation, str], quantiles: Sequence[float] = ()) -> None:
        self.targets = sorted(set(target_of.values()))
        shape = (len(self.targets), grid.rows)
        self.counts, self.errors, self.durations = np.zeros(shape), np.zeros(shape), np.zeros(shape)  # sums, in us
        self.quantiles = {quantile: np.full(shape, np.nan) for quantile in quantiles}  # in us
        self._grid = grid
        self._places = {name: place for place, name in enumerate(self.targets)}
        self._target_of = target_of
        self._open = _Spans()  # of the last row, which the next slice may go on with

    def add(self, rows: pa.Table) -> None:
        """Spans with SPAN_COLUMNS, in order of time."""
        if not rows.num_rows or not self.targets:
            return
        places = self._grid.index(rows["timestamp"].to_numpy())
        targets = self._targets(rows)
        chosen = (places >= 0) & (places < self._grid.rows) & (targets >= 0)
        spans = _Spans(targets * self._grid.rows + places, places, rows["duration"].to_numpy()).where(chosen)
        size = self.counts.size
        failed = _failed(rows)[chosen]
        self._add(self.counts, np.bincount(spans.cells, minlength=size))
        self._add(self.errors, np.bincount(spans.cells[failed], minlength=size))
        self._add(self.durations, np.bincount(spans.cells, spans.durations, minlength=size))
        if self.quantiles:
            self._measure(self._open.and_(spans))

    def finish(self) -> None:
        self._set_quantiles(self._open)
        self._open = _Spans()

    def _targets(self, rows: pa.Table) -> Integers:
        codes, names = distinct(rows, OPERATION)
        chosen = [self._target_of.get(_operation(name), "") for name in names]
        return np.array([self._places.get(target, -1) for target in chosen], np.int64)[codes]

    def _add(self, sums: Floats, more: npt.NDArray[Any]) -> None:
        sums += more.reshape(sums.shape)

    def _measure(self, spans: _Spans) -> None:
        is_last = spans.rows == spans.rows.max(initial=-1)
        self._set_quantiles(spans.where(~is_last))
        self._open = spans.where(is_last)

    def _set_quantiles(self, spans: _Spans) -> None:
        if not len(spans.cells):
            return
        order = np.lexsort((spans.durations, spans.cells))
        cells, durations = spans.cells[order], spans.durations[order].astype(np.float64)
        starts = np.flatnonzero(np.diff(cells, prepend=-1))
        sizes = np.diff(starts, append=len(cells))
        for quantile, result in self.quantiles.items():
            result.flat[cells[starts]] = _quantile(durations, starts, sizes, quantile)


def _quantile(values: Floats, starts: Integers, sizes: Integers, quantile: float) -> Floats:
    """Of each sorted run, linearly between neighbours, as pandas and numpy do it."""
    position = quantile * (sizes - 1)
    below = np.floor(position).astype(np.int64)
    above = np.minimum(below + 1, sizes - 1)
    low, high = values[starts + below], values[starts + above]
    return low + (high - low) * (position - below)


def _failed(rows: pa.Table) -> npt.NDArray[np.bool_]:
    """As `telemetry_store.schemas.SPAN_IS_ERROR` has it."""
    is_http = pc.equal(rows["type"], "http").to_numpy()
    status = rows["status_code"].to_numpy()
    return np.where(is_http, status >= 500, status != 0)


def _groups(codes: Integers) -> list[Integers]:
    """The rows of each code, in their order."""
    if not len(codes):
        return []
    order = np.argsort(codes, kind="stable")
    return np.split(order, np.flatnonzero(np.diff(codes[order])) + 1)


def _sum(rows: Sequence[Floats]) -> Floats:
    """Of what is known; NaN where nothing is."""
    stacked = np.vstack(rows)
    return np.where(np.isnan(stacked).all(axis=0), np.nan, np.nansum(stacked, axis=0))
