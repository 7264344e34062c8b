"""Log lines of the embedded store in the order of their arrival: log_ids grow with it, from file to file."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

import pyarrow.compute as pc

from telemetry.adapters.embedded_newest import Search
from telemetry_store.layout import Segment
from telemetry_store.reader import Row, Snapshot, StoreReader
from telemetry_store.segment import read_last_log_id


@dataclass(frozen=True, slots=True)
class Arrived:
    rows: list[Row]  # (log_id, ...)
    last: int  # the log_id up to which all have been searched
    more: bool


def newest_arrival(snapshot: Snapshot) -> int:
    """Its log_id; 0 when there is none."""
    sealed = read_last_log_id(snapshot.segments[-1].path) if snapshot.segments else 0
    hot = pc.max(snapshot.hot["log_id"]).as_py() if snapshot.hot.num_rows else 0
    return max(sealed, int(hot))


def arrived_after(reader: StoreReader, search: Search, snapshot: Snapshot, after: int, *, most_rows: int) -> Arrived:
    """Reads no more than so many sealed rows, but always a segment.

    Rows that are still hot are always looked at: should one be older than a segment, it must not be passed over.
    """
    new = snapshot.segments[bisect_right(snapshot.segments, after, key=lambda item: read_last_log_id(item.path)) :]
    taken = _within(new, most_rows)
    left = len(taken) < len(new)
    last = read_last_log_id(taken[-1].path) if left else max(after, newest_arrival(snapshot))
    parameters = {**search.parameters, "after": after, "last": last}
    rows = reader.query_snapshot(search.sql, parameters, snapshot.only(taken, with_hot=True))
    if len(rows) < search.limit:
        return Arrived(rows, last, left)
    return Arrived(rows, int(rows[-1][0]), left or rows[-1][0] < last)


def _within(segments: Sequence[Segment], most_rows: int) -> Sequence[Segment]:
    total = 0
    for index, segment in enumerate(segments):
        total += segment.rows
        if total > most_rows:
            return segments[: max(1, index)]
    return segments
