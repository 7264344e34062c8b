"""Telemetry of the embedded mode: the segments that the local cluster's collector writes, read by DuckDB."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import groupby
from pathlib import Path
from typing import Any, Final, Self, TypeVar

import pyarrow as pa

from common.errors import Unavailable, said
from platform_backend.config import Config
from telemetry.adapters import embedded_sql as sql
from telemetry.adapters.embedded_arrivals import Arrived, arrived_after, newest_arrival
from telemetry.adapters.embedded_newest import (
    MOST_ID_ROWS,
    MOST_LOG_ROWS,
    MOST_TEXT_ROWS,
    TRACE_SPREAD_US,
    Found,
    Search,
    newest_logs,
    newest_traces,
)
from telemetry.adapters.held_store import HeldStore
from telemetry.paging import check_around, check_limit, check_regex, check_step
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
    Place,
    Series,
    Served,
    TraceQuery,
    TraceSummary,
)
from telemetry.records import LogRecord, Span, TableName, Window
from telemetry_store.held import HoldFailed, hold
from telemetry_store.reader import BEGINNING, END, Row, StoreReader, StoreUnreadable

# How far before its window a rate looks for the sample that its first difference needs.
RATE_LOOKBACK_US: Final = 300_000_000
# How far after a line its neighbours are looked for first.
FIRST_LOOK_US: Final = 2_000_000
# A writer looks for requests twice a second, and seals 200,000 rows in less than one.
SEAL_WITHIN_S: Final = 15.0
# Keys of places that lie before all rows of their time.
NO_LOG: Final = 0
NO_TRACE: Final = ""

Result = TypeVar("Result")


class EmbeddedTelemetry:
    """Implements telemetry.ports.TelemetrySource; safe for threads."""

    def __init__(self, reader: StoreReader, *, seal_within_s: float = SEAL_WITHIN_S) -> None:
        self._reader, self._seal_within_s = reader, seal_within_s

    @classmethod
    def from_config(cls, settings: Config) -> Self:
        return cls(StoreReader(settings.telemetry_dir))

    def logs(self, query: LogQuery) -> Page[LogRecord]:
        check_limit(query.limit)
        check_regex(query.regex)
        conditions = sql.log_conditions(query)
        end = query.window.end
        if query.cursor:
            timestamp, log_id = query.cursor
            conditions.add("(timestamp, log_id) < ($after, $after_id)", after=timestamp, after_id=log_id)
            end = min(end, timestamp + (log_id != NO_LOG))
        if end <= query.window.start:
            return Page(())
        search = Search(sql.log_page(conditions), {**conditions.parameters, "limit": query.limit + 1})
        most = _most_log_rows(query)

        def attempt() -> Found:
            snapshot = self._reader.snapshot("logs", query.window.start, end)
            return newest_logs(self._reader, search, snapshot, most_rows=most)

        with _reachable():
            found = self._reader.retrying(attempt)
        records = [LogRecord(*row) for row in found.rows]
        until = None if found.until is None else (found.until, NO_LOG)
        return _page(records, query.limit, lambda record: (record.timestamp, record.log_id), until)

    def logs_around(self, query: AroundQuery) -> Sequence[LogRecord]:
        check_around(query)
        moment = Window(query.timestamp, query.timestamp + 1)
        itself = self._query("logs", moment, *sql.log_itself(query.log_id))
        if not itself:
            return []
        return [*self._before(query), LogRecord(*itself[0]), *self._after(query)]

    def _before(self, query: AroundQuery) -> Sequence[LogRecord]:
        if not query.before:
            return []
        window = Window(query.timestamp - REACH_US, query.timestamp + 1)
        place = (query.timestamp, query.log_id)
        page = self.logs(LogQuery(window, query.services, query.pods, limit=query.before, cursor=place))
        return page.rows[::-1]

    def _after(self, query: AroundQuery) -> Sequence[LogRecord]:
        """Looks ever further until there are enough."""
        depth, rows = min(FIRST_LOOK_US, REACH_US), list[Row]()
        while query.after:
            window = Window(query.timestamp, query.timestamp + depth + 1)
            rows = self._query("logs", window, *sql.logs_after(query))
            if len(rows) == query.after or depth == REACH_US:
                break
            depth = min(depth * 8, REACH_US)
        return [LogRecord(*row) for row in rows]

    def arrivals(self, query: LogQuery, after: int | None) -> Arrivals:
        check_limit(query.limit)
        check_regex(query.regex)
        conditions = sql.log_conditions(query)
        search = Search(sql.arrivals(conditions), {**conditions.parameters, "limit": query.limit})
        most = min(_most_log_rows(query), MOST_ID_ROWS)

        def attempt() -> Arrived:
            snapshot = self._reader.snapshot("logs", query.window.start, query.window.end)
            if after is None:
                return Arrived([], newest_arrival(snapshot), more=False)
            return arrived_after(self._reader, search, snapshot, after, most_rows=most)

        with _reachable():
            found = self._reader.retrying(attempt)
        return Arrivals([LogRecord(*row) for row in found.rows], found.last, found.more)

    def log_histogram(self, query: LogQuery, *, step: int) -> Sequence[Bucket]:
        check_step(query.window, step)
        check_regex(query.regex)
        conditions = sql.log_conditions(query)
        parameters = {**conditions.parameters, "origin": query.window.start, "step": step}
        rows = self._query("logs", query.window, sql.log_histogram(conditions), parameters)
        return [Bucket(query.window.start + index * step, level, count) for index, level, count in rows]

    def traces(self, query: TraceQuery) -> Page[TraceSummary]:
        check_limit(query.limit)
        after = query.cursor
        # Later spans of a trace that began before the cursor are in the page's rows too.
        end = min(query.window.end, after[0] + 1 + TRACE_SPREAD_US) if after else query.window.end
        search = Search(*sql.trace_page(query, after))

        def attempt() -> Found:
            snapshot = self._reader.snapshot("spans", query.window.start, end)
            return newest_traces(self._reader, search, snapshot)

        with _reachable():
            found = self._reader.retrying(attempt)
        summaries = [TraceSummary(*row) for row in found.rows]
        until = None if found.until is None else (found.until, NO_TRACE)
        return _page(summaries, query.limit, lambda summary: (summary.timestamp, summary.trace_id), until)

    def durations(self, query: DurationQuery, *, step: int) -> Sequence[DurationBucket]:
        check_step(query.window, step)
        start = query.window.start
        statement, parameters = sql.durations(query)
        rows = self._query("spans", query.window, statement, {**parameters, "origin": start, "step": step})
        return [DurationBucket(start + index * step, *values) for index, *values in rows]

    def duration_points(self, query: DurationQuery, *, limit: int) -> Durations:
        check_limit(limit)
        rows = self._query("spans", query.window, *sql.duration_points(query, limit))
        points = [Duration(*values) for _, *values in rows]
        return Durations(points, rows[0][0] if rows else 0)

    def spans(self, trace_id: str, window: Window | None = None) -> Sequence[Span]:
        rows = self._query("spans", window, sql.SPANS_OF_TRACE, {"trace_id": trace_id})
        return [Span(*row) for row in rows]

    def topology(self, window: Window) -> Sequence[Edge]:
        seconds = (window.end - window.start) / 1e6
        rows = self._query("spans", window, sql.TOPOLOGY, {})
        return [Edge(source, target, count / seconds, *values) for source, target, count, *values in rows]

    def served(self, window: Window) -> Sequence[Served]:
        seconds = (window.end - window.start) / 1e6
        rows = self._query("spans", window, sql.SERVED, {})
        return [Served(service, count / seconds, *values) for service, count, *values in rows]

    def metric_names(self, window: Window) -> Sequence[str]:
        return [name for (name,) in self._query("samples", window, sql.METRIC_NAMES, {})]

    def metric_range(self, query: MetricQuery) -> Sequence[Series]:
        check_step(query.window, query.step)
        start = query.window.start - (RATE_LOOKBACK_US if query.rate else 0)
        rows = self._query("samples", Window(start, query.window.end), *sql.metric_range(query))
        return [
            Series(service, pod, labels, [(query.window.start + row[3] * query.step, row[4]) for row in group])
            for (service, pod, labels), group in groupby(rows, key=lambda row: row[:3])
        ]

    def count(self, table: TableName, window: Window) -> int:
        with _reachable():
            return self._reader.count(table, window.start, window.end)

    def newest(self, table: TableName) -> int | None:
        with _reachable():
            return self._reader.newest(table)

    def batches(self, table: TableName, window: Window) -> Iterator[pa.RecordBatch]:
        with _reachable():
            yield from self._reader.batches(table, window.start, window.end)

    def hold(self, window: Window, folder: Path) -> HeldTelemetry:
        with _reachable():
            tables = hold(self._reader.folder, folder, window.start, window.end, seal_within_s=self._seal_within_s)
        return HeldStore(window, tables)

    def _query(self, table: TableName, window: Window | None, statement: str, parameters: dict[str, Any]) -> list[Row]:
        start, end = (window.start, window.end) if window else (BEGINNING, END)
        with _reachable():
            return self._reader.query(statement, parameters, table=table, start=start, end=end)


def _most_log_rows(query: LogQuery) -> int:
    """That one page may read."""
    if query.contains or query.search or query.regex:
        return MOST_TEXT_ROWS
    return MOST_ID_ROWS if query.trace_id or query.span_id else MOST_LOG_ROWS


def _page(
    rows: Sequence[Result], limit: int, place_of: Callable[[Result], Place], until: Place | None = None
) -> Page[Result]:
    """`rows` has one more than the page when there is a next page; `until` continues a search that ended early."""
    page = rows[:limit]
    return Page(page, place_of(page[-1]) if len(rows) > limit else until)


@contextmanager
def _reachable() -> Iterator[None]:
    try:
        yield
    except (StoreUnreadable, HoldFailed, FileNotFoundError) as error:
        raise Unavailable(
            said("telemetry.unreadable", "telemetry can't be read at the moment: {error}; try again", error=error)
        ) from error
