"""Pages of the embedded store, newest first, each reading only as much as it takes and never more than so much.

A search that finds little ends early with what it has found, and says how far back it has come.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import pyarrow.compute as pc

from telemetry_store.layout import Segment
from telemetry_store.reader import BEGINNING, Row, Snapshot, StoreReader

MINUTE_US: Final = 60_000_000
# Spans of one trace begin within this time. The shop's requests end in far less.
TRACE_SPREAD_US: Final = 60_000_000
# Rows that one page may read: about 50 ms on one core. Text is slow to search, everything else is compressed well.
MOST_TEXT_ROWS: Final = 300_000
MOST_ID_ROWS: Final = 1_000_000
MOST_LOG_ROWS: Final = 10_000_000
MOST_SPANS: Final = 300_000


@dataclass(frozen=True, slots=True)
class Found:
    """Rows, newest first, at most one more than asked for. Those before `until` have not been searched."""

    rows: list[Row]
    until: int | None = None  # None: there was enough, or there is nothing more


@dataclass(frozen=True, slots=True)
class Search:
    sql: str
    parameters: Mapping[str, Any]

    @property
    def limit(self) -> int:
        return int(self.parameters["limit"])


def newest_logs(reader: StoreReader, search: Search, snapshot: Snapshot, *, most_rows: int) -> Found:
    """Rows are (log_id, timestamp, ...).

    Late rows let segments overlap: rows are complete down to where the segments that are left end.
    """
    rows: list[Row] = []
    read = 0
    for part, last_of_rest in _newest_first(snapshot, most_rows):
        read += part.hot.num_rows + sum(segment.rows for segment in part.segments)
        rows += reader.query_snapshot(search.sql, search.parameters, part)
        rows = sorted(rows, key=lambda row: (row[1], row[0]), reverse=True)[: search.limit]
        if len(rows) == search.limit and last_of_rest < rows[-1][1]:
            break
        # Without the second condition the next page might begin where this one did.
        if read >= most_rows and BEGINNING < last_of_rest < snapshot.end - 1:
            return Found([row for row in rows if row[1] > last_of_rest], last_of_rest + 1)
    return Found(rows)


def _newest_first(snapshot: Snapshot, most_rows: int) -> Iterator[tuple[Snapshot, int]]:
    """Ever larger parts of a snapshot from its newest rows backwards, each with the last time of the rest."""
    rest = sorted(snapshot.segments, key=lambda segment: segment.last, reverse=True)
    size, with_hot, left = 1, True, most_rows
    while rest or with_hot:
        part = _up_to(rest[:size], left)
        rest = rest[len(part) :]
        yield snapshot.only(part, with_hot=with_hot), rest[0].last if rest else BEGINNING
        left -= sum(segment.rows for segment in part)
        size, with_hot = size * 2, False


def _up_to(segments: Sequence[Segment], most_rows: int) -> Sequence[Segment]:
    """As many of them, but at least one."""
    total = 0
    for index, segment in enumerate(segments):
        total += segment.rows
        if total > most_rows:
            return segments[: max(1, index)]
    return segments


def newest_traces(reader: StoreReader, search: Search, snapshot: Snapshot) -> Found:
    """Rows are (trace_id, started, ...). Looks ever further back until there are enough traces."""
    newest = _last(snapshot)
    depth = TRACE_SPREAD_US + MINUTE_US
    while True:
        part = _since(snapshot, max(snapshot.start, newest - depth))
        settled = part.start + TRACE_SPREAD_US  # what began before may have begun even earlier
        rows = reader.query_snapshot(search.sql, search.parameters, part)
        if part.start == snapshot.start:
            return Found(rows)
        rows = [row for row in rows if row[1] >= settled]
        if len(rows) == search.limit:
            return Found(rows)
        # Without the second condition the next page might begin where this one did.
        if _rows(part) >= MOST_SPANS and settled < newest - TRACE_SPREAD_US:
            return Found(rows, settled)
        depth *= 4 if _rows(part) * 4 < MOST_SPANS else 2


def _since(snapshot: Snapshot, start: int) -> Snapshot:
    segments = [segment for segment in snapshot.segments if segment.last >= start]
    return replace(snapshot, start=start, segments=tuple(segments))


def _rows(snapshot: Snapshot) -> int:
    return snapshot.hot.num_rows + sum(segment.rows for segment in snapshot.segments)


def _last(snapshot: Snapshot) -> int:
    """Time of the newest row, or of the end if that is earlier."""
    times = [segment.last for segment in snapshot.segments]
    if snapshot.hot.num_rows:
        times.append(pc.max(snapshot.hot["timestamp"]).as_py())
    return min(snapshot.end - 1, max(times, default=snapshot.start))
