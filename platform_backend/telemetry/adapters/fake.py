"""Telemetry in memory: what tests load into it, answered in plain Python. The oracle of the contract tests."""

import math
import zlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from itertools import pairwise
from pathlib import Path
from statistics import fmean
from typing import Protocol, Self, TypeVar

import pyarrow as pa
import pyarrow.compute as pc

from platform_backend.config import Config
from telemetry.adapters.held_tables import HeldTables
from telemetry.paging import by_key, check_around, check_limit, check_regex, check_step, longest_of
from telemetry.ports import (
    REACH_US,
    AroundQuery,
    Arrivals,
    Bucket,
    Duration,
    DurationBucket,
    DurationQuery,
    Durations,
    Edge,
    HeldTelemetry,
    LogQuery,
    MetricQuery,
    Page,
    Series,
    Served,
    TraceQuery,
    TraceSummary,
)
from telemetry.records import SCHEMAS, TABLES, LogRecord, Sample, Span, TableName, Window

RATE_LOOKBACK_US = 300_000_000


class _Timed(Protocol):
    @property
    def timestamp(self) -> int: ...


Timed = TypeVar("Timed", bound=_Timed)


class FakeTelemetry:
    """Implements telemetry.ports.TelemetrySource on three lists."""

    def __init__(
        self, logs: Iterable[LogRecord] = (), spans: Iterable[Span] = (), samples: Iterable[Sample] = ()
    ) -> None:
        self._logs = sorted(logs, key=lambda log: log.log_id)
        self._spans, self._samples = list(spans), list(samples)

    @classmethod
    def from_config(cls, settings: Config) -> Self:
        return cls()

    def logs(self, query: LogQuery) -> Page[LogRecord]:
        check_limit(query.limit)
        check_regex(query.regex)
        rows = sorted(self._matching(query), key=lambda log: (log.timestamp, log.log_id), reverse=True)
        if query.cursor:
            rows = [log for log in rows if (log.timestamp, log.log_id) < query.cursor]
        page = rows[: query.limit]
        more = len(rows) > len(page)
        return Page(page, (page[-1].timestamp, page[-1].log_id) if more else None)

    def logs_around(self, query: AroundQuery) -> Sequence[LogRecord]:
        check_around(query)
        near = Window(query.timestamp - REACH_US, query.timestamp + REACH_US + 1)
        place = (query.timestamp, query.log_id)
        rows = sorted(_within(self._logs, near), key=lambda log: (log.timestamp, log.log_id))
        itself = [log for log in rows if (log.timestamp, log.log_id) == place]
        if not itself:
            return []
        others = [log for log in rows if _chosen(log, query.services, query.pods)]
        before = [log for log in others if (log.timestamp, log.log_id) < place]
        after = [log for log in others if (log.timestamp, log.log_id) > place]
        return [*before[max(0, len(before) - query.before) :], *itself, *after[: query.after]]

    def arrivals(self, query: LogQuery, after: int | None) -> Arrivals:
        check_limit(query.limit)
        check_regex(query.regex)
        last = max((log.log_id for log in self._logs), default=0)
        if after is None:
            return Arrivals((), last, more=False)
        rows = [log for log in self._matching(query) if log.log_id > after]
        page = rows[: query.limit]
        more = len(rows) > len(page)
        return Arrivals(page, page[-1].log_id if more else max(after, last), more)

    def log_histogram(self, query: LogQuery, *, step: int) -> Sequence[Bucket]:
        check_step(query.window, step)
        check_regex(query.regex)
        start = query.window.start
        counts = Counter(((log.timestamp - start) // step, log.level) for log in self._matching(query))
        return [Bucket(start + index * step, level, count) for (index, level), count in sorted(counts.items())]

    def traces(self, query: TraceQuery) -> Page[TraceSummary]:
        check_limit(query.limit)
        groups = defaultdict(list)
        for span in _within(self._spans, query.window):
            groups[span.trace_id].append(span)
        found = [_summary(spans) for spans in groups.values() if any(_is_sought(span, query) for span in spans)]
        found = [item for item in found if _is_asked_for(item, query)]
        found.sort(key=lambda item: (item.timestamp, item.trace_id), reverse=True)
        if query.cursor:
            found = [item for item in found if (item.timestamp, item.trace_id) < query.cursor]
        page = found[: query.limit]
        more = len(found) > len(page)
        return Page(page, (page[-1].timestamp, page[-1].trace_id) if more else None)

    def durations(self, query: DurationQuery, *, step: int) -> Sequence[DurationBucket]:
        check_step(query.window, step)
        start = query.window.start
        counts: Counter[tuple[int, int]] = Counter()
        errors: Counter[tuple[int, int]] = Counter()
        for span in _within(self._spans, query.window):
            if _is_counted(span, query):
                key = ((span.timestamp - start) // step, math.floor(2 * math.log2(max(span.duration, 1))))
                counts[key] += 1
                errors[key] += span.is_error
        return [DurationBucket(start + key[0] * step, key[1], counts[key], errors[key]) for key in sorted(counts)]

    def duration_points(self, query: DurationQuery, *, limit: int) -> Durations:
        check_limit(limit)
        found = [span for span in _within(self._spans, query.window) if _is_counted(span, query)]
        found.sort(key=lambda span: (-span.duration, span.span_id))
        longest, others = found[: longest_of(limit)], found[longest_of(limit) :]
        others.sort(key=lambda span: zlib.crc32(f"{span.trace_id}{span.span_id}".encode()))
        chosen = [*longest, *others[: limit - len(longest)]]
        points = [_point(span) for span in sorted(chosen, key=lambda span: (span.timestamp, span.span_id))]
        return Durations(points, len(found))

    def spans(self, trace_id: str, window: Window | None = None) -> Sequence[Span]:
        spans = _within(self._spans, window) if window else self._spans
        found = [span for span in spans if span.trace_id == trace_id]
        return sorted(found, key=lambda span: (span.timestamp, span.span_id))

    def topology(self, window: Window) -> Sequence[Edge]:
        spans = sorted(_within(self._spans, window), key=lambda span: span.service, reverse=True)
        servers = [span for span in spans if span.kind == "server"]
        served = {(span.trace_id, span.parent_span_id): span.service for span in servers}
        operations = {span.operation_name: span.service for span in servers if span.type == "grpc"}
        calls = defaultdict(list)
        for span in spans:
            if span.kind != "client":
                continue
            fallback = operations.get(span.operation_name) if span.type == "grpc" else None
            destination = served.get((span.trace_id, span.span_id), fallback)
            if destination:
                calls[span.service, destination].append(span)
        seconds = (window.end - window.start) / 1e6
        return [_edge(*key, calls[key], seconds) for key in sorted(calls)]

    def served(self, window: Window) -> Sequence[Served]:
        groups = defaultdict(list)
        for span in _within(self._spans, window):
            if span.kind == "server":
                groups[span.service].append(span)
        seconds = (window.end - window.start) / 1e6
        edges = [_edge(service, "", groups[service], seconds) for service in sorted(groups)]
        return [Served(each.source, each.rate, each.error_ratio, each.p95) for each in edges]

    def metric_names(self, window: Window) -> Sequence[str]:
        return sorted({sample.metric for sample in _within(self._samples, window)})

    def metric_range(self, query: MetricQuery) -> Sequence[Series]:
        check_step(query.window, query.step)
        lookback = RATE_LOOKBACK_US if query.rate else 0
        groups = defaultdict(list)
        for sample in _within(self._samples, Window(query.window.start - lookback, query.window.end)):
            if sample.metric == query.metric and _is_measured(sample, query):
                groups[sample.service, sample.pod, sample.labels].append(sample)
        series = [Series(*key, points=_points(samples, query)) for key, samples in sorted(groups.items())]
        return [item for item in series if item.points]

    def count(self, table: TableName, window: Window) -> int:
        return len(_within(self._rows(table), window))

    def newest(self, table: TableName) -> int | None:
        return max((row.timestamp for row in self._rows(table)), default=None)

    def batches(self, table: TableName, window: Window) -> Iterator[pa.RecordBatch]:
        rows = sorted(_within(self._rows(table), window), key=lambda row: row.timestamp)
        if rows:
            dicts = [asdict(row) for row in rows]  # type: ignore[call-overload]
            yield pa.RecordBatch.from_pylist(dicts, schema=SCHEMAS[table])

    def hold(self, window: Window, folder: Path) -> HeldTelemetry:
        return HeldTables(
            window, {table: pa.Table.from_batches(self.batches(table, window), SCHEMAS[table]) for table in TABLES}
        )

    def _rows(self, table: TableName) -> Sequence[_Timed]:
        tables: dict[TableName, Sequence[_Timed]] = {
            "logs": self._logs,
            "spans": self._spans,
            "samples": self._samples,
        }
        return tables[table]

    def _matching(self, query: LogQuery) -> Iterator[LogRecord]:
        for log in _within(self._logs, query.window):
            if _chosen(log, query.services, query.pods) and _matches(log, query):
                yield log


def _within(rows: Iterable[Timed], window: Window) -> list[Timed]:
    return [row for row in rows if window.start <= row.timestamp < window.end]


def _chosen(row: LogRecord | Span | Sample, services: Sequence[str], pods: Sequence[str]) -> bool:
    return (not services or row.service in services) and (not pods or row.pod in pods)


def _matches(log: LogRecord, query: LogQuery) -> bool:
    return (
        (not query.levels or log.level in query.levels)
        and query.contains in log.message
        and query.search.lower() in log.message.lower()
        and pc.match_substring_regex(pa.array([log.message]), query.regex)[0].as_py()
        and query.trace_id in ("", log.trace_id)
        and query.span_id in ("", log.span_id)
    )


def _is_measured(sample: Sample, query: MetricQuery) -> bool:
    labels = f",{sample.labels},"
    return _chosen(sample, query.services, query.pods) and all(
        any(f",{pair}," in labels for pair in pairs) for pairs in by_key(query.labels)
    )


def _point(span: Span) -> Duration:
    place = (span.timestamp, span.duration, span.trace_id, span.span_id)
    return Duration(*place, span.service, span.operation_name, span.is_error)


def _is_counted(span: Span, query: DurationQuery) -> bool:
    if query.services or query.pods or query.operations:
        return _is_sought(span, query)
    return span.parent_span_id is None


def _is_sought(span: Span, query: TraceQuery | DurationQuery) -> bool:
    return _chosen(span, query.services, query.pods) and (
        not query.operations or span.operation_name in query.operations
    )


def _is_asked_for(trace: TraceSummary, query: TraceQuery) -> bool:
    longest = trace.duration if query.max_duration is None else query.max_duration
    status = "error" if trace.error_count else "ok"
    return query.min_duration <= trace.duration <= longest and query.status in ("any", status)


def _summary(spans: Sequence[Span]) -> TraceSummary:
    first = min(spans, key=lambda span: (span.parent_span_id is not None, span.timestamp))
    start = min(span.timestamp for span in spans)
    end = max(span.timestamp + span.duration for span in spans)
    errors = sum(span.is_error for span in spans)
    return TraceSummary(first.trace_id, start, end - start, first.service, first.operation_name, len(spans), errors)


def _edge(source: str, destination: str, calls: Sequence[Span], seconds: float) -> Edge:
    durations = sorted(call.duration for call in calls)
    error_ratio = fmean(call.is_error for call in calls)
    p50, p95 = _quantile(durations, 0.5), _quantile(durations, 0.95)
    return Edge(source, destination, len(calls) / seconds, error_ratio, p50, p95)


def _quantile(ordered: Sequence[int], share: float) -> float:
    """Linear interpolation between the two nearest ranks."""
    position = share * (len(ordered) - 1)
    low = int(position)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (position - low)


def _points(samples: list[Sample], query: MetricQuery) -> list[tuple[int, float]]:
    samples.sort(key=lambda sample: sample.timestamp)
    steps = _rates(samples, query) if query.rate else _last_values(samples, query)
    return [(query.window.start + index * query.step, value) for index, value in sorted(steps.items())]


def _last_values(samples: Sequence[Sample], query: MetricQuery) -> dict[int, float]:
    return {(sample.timestamp - query.window.start) // query.step: sample.value for sample in samples}


def _rates(samples: Sequence[Sample], query: MetricQuery) -> dict[int, float]:
    increase: Counter[int] = Counter()
    elapsed: Counter[int] = Counter()
    for before, sample in pairwise(samples):
        if sample.timestamp >= query.window.start:
            index = (sample.timestamp - query.window.start) // query.step
            delta = sample.value - before.value
            increase[index] += sample.value if delta < 0 else delta  # type: ignore[assignment]
            elapsed[index] += sample.timestamp - before.timestamp
    return {index: increase[index] * 1e6 / elapsed[index] for index in increase if elapsed[index]}
