"""What the telemetry says about one pod: its calls, and its samples tick by tick. Plain values, read in one pass."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, Final, Literal

import pyarrow as pa
import pyarrow.compute as pc

from faults.windows import SECOND
from systems.ports import Service
from telemetry.ports import TelemetrySource
from telemetry.records import Window

Way = Literal["in", "out", "served"]
Series = Mapping[int, float]  # by tick

# A served span may begin this long after its caller's: the longest deadline of the shop.
LONGEST_CALL: Final = 6 * SECOND
READY: Final = "kube_pod_status_ready"
RESTARTS: Final = "kube_pod_container_status_restarts_total"
# Short names of sampled metrics. Those of one name and tick are added up.
_CONTAINER: Final[Mapping[str, str]] = {
    READY: "ready",
    RESTARTS: "restarts",
    "container_cpu_usage_seconds_total": "cpu",
    "container_cpu_cfs_throttled_periods_total": "throttled",
    "container_cpu_cfs_periods_total": "periods",
    "container_memory_working_set_bytes": "memory",
}
_MESH: Final[Mapping[str, str]] = {
    "istio_requests_total": "requests",
    "istio_request_duration_milliseconds_sum": "request_ms",
    "istio_tcp_sent_bytes_total": "tcp_bytes",
    "istio_tcp_received_bytes_total": "tcp_bytes",
}


@dataclass(frozen=True, slots=True)
class Subject:
    """The pod in question. `target` restricts calls to those with one service; empty: all."""

    pod: str
    service: str
    target: str = ""
    callers: frozenset[str] = frozenset()  # services that call it
    is_tcp: bool = False  # it serves no spans: its callers' database spans are the calls to it


@dataclass(frozen=True, slots=True)
class Call:
    """`in` and `out` as the calling side saw it, `served` as the pod itself did."""

    start: int
    duration: int  # microseconds
    failed: bool
    way: Way

    @property
    def end(self) -> int:
        return self.start + self.duration


@dataclass(frozen=True, slots=True)
class Readings:
    """`ticks` are all times at which anything was sampled, whether or not the pod was."""

    calls: Sequence[Call] = ()
    ticks: Sequence[int] = ()
    series: Mapping[str, Series] = field(default_factory=dict)
    ready: Mapping[str, Series] = field(default_factory=dict)  # of every pod
    restarts: Mapping[str, Series] = field(default_factory=dict)  # of every pod
    interval: int = SECOND

    def calls_in(self, window: Window, ways: Iterable[Way]) -> list[Call]:
        return [call for call in self.calls if call.way in ways and window.start <= call.start < window.end]

    def ticks_in(self, window: Window) -> list[int]:
        return [tick for tick in self.ticks if window.start <= tick < window.end]


def subject_of(pod: str, service: str, target: str, services: Iterable[Service]) -> Subject:
    known = {each.name: each for each in services}
    return Subject(
        pod=pod,
        service=service,
        target=target,
        callers=frozenset(each.name for each in known.values() if service in each.calls),
        is_tcp=service in known and known[service].protocol == "tcp",
    )


def read(source: TelemetrySource, subject: Subject, windows: Sequence[Window], *, interval: int = SECOND) -> Readings:
    """Raises Unavailable while the telemetry can't be read."""
    spans = [_read_spans(source, window, subject) for window in windows]
    samples = _Samples(subject.pod)
    for window in windows:
        # One tick more at the front: a rate needs the sample before its own.
        for batch in source.batches("samples", Window(window.start - interval, window.end)):
            samples.add(batch)
    return Readings(
        calls=sorted(_calls(subject, spans), key=lambda call: call.start),
        ticks=sorted(samples.ticks),
        series=samples.series,
        ready=samples.everyone[READY],
        restarts=samples.everyone[RESTARTS],
        interval=interval,
    )


@dataclass(frozen=True, slots=True)
class _Spans:
    """Of one window; servers may begin after its end."""

    clients: Sequence[Mapping[str, Any]]
    servers: Sequence[Mapping[str, Any]]
    end: int


_COLUMNS: Final = (
    "timestamp",
    "duration",
    "span_id",
    "parent_span_id",
    "service",
    "pod",
    "operation_name",
    "type",
    "status_code",
)


def _read_spans(source: TelemetrySource, window: Window, subject: Subject) -> _Spans:
    """Client spans of the window by the pod and its callers, and the server spans that may belong to them."""
    clients: list[Mapping[str, Any]] = []
    servers: list[Mapping[str, Any]] = []
    calling = pa.array(sorted({subject.service, *subject.callers}), pa.string())
    for batch in source.batches("spans", Window(window.start, window.end + LONGEST_CALL)):
        is_client = pc.and_(pc.equal(batch["kind"], "client"), pc.less(batch["timestamp"], window.end))
        clients += _rows(batch.filter(pc.and_(is_client, pc.is_in(batch["service"], calling))))
        servers += _rows(batch.filter(pc.equal(batch["kind"], "server")))
    return _Spans(clients, servers, window.end)


def _rows(batch: pa.RecordBatch) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = batch.select(list(_COLUMNS)).to_pylist()
    return rows


def _calls(subject: Subject, windows: Sequence[_Spans]) -> Iterator[Call]:
    servers = [span for window in windows for span in window.servers]
    server_of = {span["parent_span_id"]: span for span in servers if span["parent_span_id"]}
    serving = {span["operation_name"]: span["service"] for span in servers if span["type"] == "grpc"}
    for window in windows:
        for span in window.servers:
            if span["pod"] == subject.pod and span["timestamp"] < window.end:
                yield _call(span, "served")
        for span in window.clients:
            way = _way(subject, span, server_of.get(span["span_id"]), serving)
            if way:
                yield _call(span, way)


def _way(
    subject: Subject, span: Mapping[str, Any], server: Mapping[str, Any] | None, serving: Mapping[str, str]
) -> Way | None:
    """How a client span concerns the pod.

    A failed call without a server span never arrived, so any pod of the called service may have been meant. One that
    succeeded was served by a pod whose span is still on its way.
    """
    called = server["service"] if server else serving.get(span["operation_name"], "")
    if span["pod"] == subject.pod:
        return "out" if subject.target in ("", called) else None
    if subject.target not in ("", span["service"]):
        return None
    if subject.is_tcp:
        return "in" if span["type"] == "db" and span["service"] in subject.callers else None
    if server:
        return "in" if server["pod"] == subject.pod else None
    return "in" if called == subject.service and _failed(span) else None


def _call(span: Mapping[str, Any], way: Way) -> Call:
    return Call(span["timestamp"], span["duration"], _failed(span), way)


def _failed(span: Mapping[str, Any]) -> bool:
    """As `telemetry.records.Span.is_error` has it."""
    code: int = span["status_code"]
    return code >= 500 if span["type"] == "http" else code != 0


class _Samples:
    """Collects batches of samples."""

    def __init__(self, pod: str) -> None:
        self._pod = pod
        self.ticks: set[int] = set()
        self.series: dict[str, dict[int, float]] = defaultdict(lambda: defaultdict(float))
        self.everyone: dict[str, dict[str, dict[int, float]]] = {
            metric: defaultdict(dict) for metric in (READY, RESTARTS)
        }
        self._names: dict[tuple[str, str], Sequence[str]] = {}

    def add(self, batch: pa.RecordBatch) -> None:
        wanted = pc.is_in(batch["metric"], pa.array([*_CONTAINER, *_MESH], pa.string()))
        of_everyone = pc.is_in(batch["metric"], pa.array([*self.everyone], pa.string()))
        mine = pc.or_(pc.equal(batch["pod"], self._pod), of_everyone)
        rows = batch.filter(pc.and_(wanted, mine))
        self.ticks.update(pc.unique(batch["timestamp"]).to_pylist())
        columns = (rows[name].to_pylist() for name in ("timestamp", "pod", "metric", "labels", "value"))
        for tick, pod, metric, labels, value in zip(*columns, strict=True):
            if metric in self.everyone:
                self.everyone[metric][pod][tick] = value
            if pod == self._pod:
                for name in self._short(metric, labels):
                    self.series[name][tick] += value
                if metric == "istio_requests_total":  # no failure yet is no series yet: that is 0, not unknown
                    self.series["failed_requests"][tick] += 0.0

    def _short(self, metric: str, labels: str) -> Sequence[str]:
        if (metric, labels) not in self._names:
            self._names[metric, labels] = _short_names(metric, labels)
        return self._names[metric, labels]


def _short_names(metric: str, labels: str) -> Sequence[str]:
    """Of the mesh only what the pod's own inbound proxy reports: what arrives at this pod and at no sibling."""
    if metric in _CONTAINER:
        return (_CONTAINER[metric],)
    fields = dict(part.partition("=")[::2] for part in labels.split(",") if part)
    if fields.get("reporter") != "destination":
        return ()
    if metric == "istio_requests_total" and _is_failure(fields):
        return ("requests", "failed_requests")
    return (_MESH[metric],)


def _is_failure(fields: Mapping[str, str]) -> bool:
    code, status = fields.get("response_code", ""), fields.get("grpc_response_status", "")
    return not code.startswith(("1", "2", "3")) or status not in ("", "0", "-")


def increases(series: Series, ticks: Sequence[int], interval: int) -> Iterator[tuple[int, float, float]]:
    """(tick, increase since the tick before, seconds between), where both were sampled and no counter restarted."""
    for before, tick in pairwise(ticks):
        if tick - before <= 2.5 * interval and before in series and tick in series:
            grown = series[tick] - series[before]
            if grown >= 0:
                yield tick, grown, (tick - before) / SECOND
