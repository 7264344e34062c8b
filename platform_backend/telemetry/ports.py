"""The port to telemetry: what a window of time holds, as pages, aggregates and bulk batches."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Generic, Literal, Protocol, TypeVar

import pyarrow as pa

from telemetry.records import LogRecord, Span, TableName, Window
from telemetry_store.window import HeldTelemetry

Row = TypeVar("Row")
Status = Literal["any", "ok", "error"]
Place = tuple[int, int | str]  # of a row in its order: its timestamp, then log_id or trace_id

REACH_US: Final = 3_600_000_000


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """Newest first. `cursor` is where the next page begins; None means there is no more.

    A search that finds little may end before the page is full, even empty: its cursor continues further back.
    """

    rows: Sequence[Row]
    cursor: Place | None = None


@dataclass(frozen=True, slots=True)
class LogQuery:
    window: Window
    services: Sequence[str] = ()
    pods: Sequence[str] = ()
    levels: Sequence[str] = ()
    contains: str = ""  # substring of the message, case matters
    search: str = ""  # the same, case does not matter
    regex: str = ""  # found anywhere in the message; RE2's language, in time linear in the message
    trace_id: str = ""
    span_id: str = ""
    limit: int = 50
    cursor: Place | None = None  # only rows after this place, which is none of them


@dataclass(frozen=True, slots=True)
class Arrivals:
    """Log lines, the first that arrived first. `last` goes on after them, and after all that did not match."""

    rows: Sequence[LogRecord]
    last: int  # a log_id
    more: bool  # there is more already


@dataclass(frozen=True, slots=True)
class AroundQuery:
    """Neighbours of one log line, at most REACH_US away from it."""

    timestamp: int
    log_id: int
    before: int = 20
    after: int = 20
    services: Sequence[str] = ()  # of the neighbours, as the pods
    pods: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class TraceQuery:
    """A trace is found by one span that is of one of the services, and of the pods, and of the operations."""

    window: Window
    services: Sequence[str] = ()
    pods: Sequence[str] = ()
    operations: Sequence[str] = ()
    status: Status = "any"  # error: any span failed
    min_duration: int = 0  # of the whole trace
    max_duration: int | None = None
    limit: int = 50
    cursor: Place | None = None  # only rows after this place, which is none of them


@dataclass(frozen=True, slots=True)
class TraceSummary:
    trace_id: str
    timestamp: int
    duration: int
    service: str  # of the root span, or of the earliest span when the root is outside of the window
    operation_name: str
    span_count: int
    error_count: int


@dataclass(frozen=True, slots=True)
class DurationQuery:
    """Root spans; with services, pods or operations instead the spans that are of one of each."""

    window: Window
    services: Sequence[str] = ()
    pods: Sequence[str] = ()
    operations: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class DurationBucket:
    """Spans of a step of time with 2**(level/2) <= duration < 2**((level+1)/2) microseconds."""

    start: int
    level: int
    count: int
    errors: int


@dataclass(frozen=True, slots=True)
class Duration:
    """One span, as a point of a scatter plot."""

    timestamp: int
    duration: int
    trace_id: str
    span_id: str
    service: str
    operation_name: str
    is_error: bool


@dataclass(frozen=True, slots=True)
class Durations:
    """Oldest first. Where there are more than asked for: the longest quarter, and of the others an even choice that
    stays the same whenever one asks.
    """

    points: Sequence[Duration]
    total: int  # that there are


@dataclass(frozen=True, slots=True)
class Bucket:
    start: int
    level: str
    count: int


@dataclass(frozen=True, slots=True)
class Edge:
    """Calls from one service to another in a window; latencies as the caller saw them, in microseconds."""

    source: str
    destination: str
    rate: float  # calls per second
    error_ratio: float  # 0..1
    p50: float
    p95: float


@dataclass(frozen=True, slots=True)
class Served:
    """The requests that a service answered in a window, by its server spans; latency in microseconds."""

    service: str
    rate: float  # per second
    error_ratio: float  # 0..1
    p95: float


@dataclass(frozen=True, slots=True)
class MetricQuery:
    metric: str
    window: Window
    step: int  # microseconds
    pods: Sequence[str] = ()
    services: Sequence[str] = ()
    labels: Sequence[str] = ()  # "key=value": of each key given, one of its values
    rate: bool = False  # per-second increase of a counter, resets taken into account


@dataclass(frozen=True, slots=True)
class Series:
    service: str
    pod: str
    labels: str
    points: Sequence[tuple[int, float]] = field(default_factory=tuple)  # (step start, last value or rate)


class TelemetrySource(Protocol):
    """Raises `common.errors.UserError` for a bad query, `common.errors.Unavailable` when not reachable."""

    def logs(self, query: LogQuery) -> Page[LogRecord]: ...
    def logs_around(self, query: AroundQuery) -> Sequence[LogRecord]:
        """Oldest first, the line itself among them; nothing when there is no such line."""
        ...

    def arrivals(self, query: LogQuery, after: int | None) -> Arrivals:
        """What arrived after the line of this log_id, however old it says it is; None: nothing yet, only `last`.

        The query's cursor means nothing here.
        """
        ...

    def log_histogram(self, query: LogQuery, *, step: int) -> Sequence[Bucket]: ...
    def traces(self, query: TraceQuery) -> Page[TraceSummary]: ...
    def durations(self, query: DurationQuery, *, step: int) -> Sequence[DurationBucket]: ...
    def duration_points(self, query: DurationQuery, *, limit: int) -> Durations: ...
    def spans(self, trace_id: str, window: Window | None = None) -> Sequence[Span]: ...
    def topology(self, window: Window) -> Sequence[Edge]: ...
    def served(self, window: Window) -> Sequence[Served]: ...
    def metric_names(self, window: Window) -> Sequence[str]: ...
    def metric_range(self, query: MetricQuery) -> Sequence[Series]: ...
    def count(self, table: TableName, window: Window) -> int: ...
    def newest(self, table: TableName) -> int | None:
        """The latest timestamp, in UTC microseconds; None when there is no row."""
        ...

    def batches(self, table: TableName, window: Window) -> Iterator[pa.RecordBatch]:
        """All rows of the window in the schema of `telemetry_store.schemas`, oldest first."""
        ...

    def hold(self, window: Window, folder: Path) -> HeldTelemetry:
        """Keep the window as it is now, in `folder` as far as it needs one; whoever owns the folder deletes it.

        With the folder of an earlier hold of this window, also one of another process: that hold again.
        """
        ...
