"""Log lines as text for other programs: csv or ndjson, page by page, so that memory does not grow with them."""

import csv
import io
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from typing import Final

from common.moments import as_datetime
from telemetry.paging import MAX_LIMIT
from telemetry.ports import LogQuery, TelemetrySource
from telemetry.records import LogRecord

MOST_ROWS: Final = 1_000_000
COLUMNS: Final = ("timestamp", "time", "service", "pod", "level", "message", "trace_id", "span_id", "log_id")
# Spreadsheets take a cell that begins so for a formula, and run it: an apostrophe makes it a text. See the guide.
FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n")
Row = Mapping[str, object]
Page = Sequence[LogRecord]


def pages(source: TelemetrySource, query: LogQuery, most: int) -> Iterator[Sequence[LogRecord]]:
    """Newest first, at most so many rows; some pages may be empty."""
    left, cursor = most, query.cursor
    while left > 0:
        page = source.logs(replace(query, limit=min(left, MAX_LIMIT), cursor=cursor))
        yield page.rows
        left -= len(page.rows)
        if page.cursor is None:
            return
        cursor = page.cursor


def matching(source: TelemetrySource, query: LogQuery, most: int) -> int:
    """How many rows there are, counted only where there could be more than `most`."""
    everything = source.count("logs", query.window)
    if everything <= most:
        return everything
    buckets = source.log_histogram(query, step=query.window.end - query.window.start)
    return sum(bucket.count for bucket in buckets)


def csv_head() -> str:
    return _csv([COLUMNS])


def csv_rows(records: Sequence[LogRecord]) -> str:
    return _csv([_cell(value) for value in _row(record).values()] for record in records)


def ndjson_rows(records: Sequence[LogRecord]) -> str:
    return "".join(f"{json.dumps(_row(record), ensure_ascii=False)}\n" for record in records)


FORMATS: Final[Mapping[str, tuple[Callable[[], str], Callable[[Sequence[LogRecord]], str]]]] = {
    "csv": (csv_head, csv_rows),
    "ndjson": (lambda: "", ndjson_rows),
}


def _row(record: LogRecord) -> Row:
    found = {**asdict(record), "time": as_datetime(record.timestamp).isoformat(timespec="microseconds")}
    return {name: found[name] for name in COLUMNS}


def _cell(value: object) -> object:
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA) else value


def _csv(rows: "Iterator[Sequence[object]] | Sequence[Sequence[object]]") -> str:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue()
