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

# elsewhere: between others, and not on behalf of a call to the pod's service.
Way = Literal["in", "out", "served", "elsewhere"]
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
    "container_spec_cpu_quota": "cpu_quota",
    "container_spec_cpu_period": "cpu_period",
}
_MESH: Final[Mapping[str, str]] = {
    "istio_requests_total": "requests",
    "istio_request_duration_milliseconds_sum": "request_ms",
    "istio_request_bytes_sum": "request_bytes",
    "istio_response_bytes_sum": "response_bytes",
    "istio_tcp_sent_bytes_total": "tcp_bytes",
    "istio_tcp_received_bytes_total": "tcp_bytes",
}
REQUESTS: Final = "istio_requests_total"
NODE_CPU: Final = "node_cpu_seconds_total"
_NODE: Final[Mapping[str, str]] = {NODE_CPU: "cpu", "node_pressure_cpu_waiting_seconds_total": "waiting"}
_IDLE: Final = ("idle", "iowait")


@dataclass(frozen=True, slots=True)
class Subject:
    """The pod in question. `target` restricts calls to those with one service, `path` to those whose operation begins
    with it; empty: all.
    """

    pod: str
    service: str
    target: str = ""
    path: str = ""
    callers: frozenset[str] = frozenset()  # services that call it
    reached: frozenset[str] = frozenset()  # services whose answers may take longer for this or another fault
    hurt: frozenset[str] = frozenset()  # services that had another fault at the same time
    is_tcp: bool = False  # it serves no spans: its callers' database spans are the calls to it
    is_front: bool = False  # nobody calls it but the load generator


@dataclass(frozen=True, slots=True)
class Call:
    """`in`, `out` and `elsewhere` as the calling side saw it, `served` as the pod itself did."""

    start: int
    duration: int  # microseconds
    failed: bool
    way: Way
    status: int = 0
    callee: str = ""  # service; only of those elsewhere

    @property
    def end(self) -> int:
        return self.start + self.duration


@dataclass(frozen=True, slots=True)
class Readings:
    """`ticks` are all times at which anything was sampled, whether or not the pod was; `watched` those at which the
    containers were. `requests` are the starts of those that came in at the front of the system.
    """

    calls: Sequence[Call] = ()
    ticks: Sequence[int] = ()
    watched: Sequence[int] = ()
    requests: Sequence[int] = ()
    series: Mapping[str, Series] = field(default_factory=dict)
    node: Mapping[str, Series] = field(default_factory=dict)  # seconds of all cores: cpu, idle, steal, waiting
    ready: Mapping[str, Series] = field(default_factory=dict)  # of every pod
    restarts: Mapping[str, Series] = field(default_factory=dict)  # of every pod
    interval: int = SECOND

    def calls_in(self, window: Window, ways: Iterable[Way]) -> list[Call]:
        return [call for call in self.calls if call.way in ways and window.start <= call.start < window.end]

    def ticks_in(self, window: Window) -> list[int]:
        return [tick for tick in self.ticks if window.start <= tick < window.end]

    def watched_in(self, window: Window) -> list[int]:
        return [tick for tick in self.watched if window.start <= tick < window.end]


def subject_of(
    pod: str, service: str, target: str, services: Iterable[Service], path: str = "", hurt: Iterable[str] = ()
) -> Subject:
    known = {each.name: each for each in services}
    callers = frozenset(each.name for each in known.values() if service in each.calls)
    return Subject(
        pod=pod,
        service=service,
        target=target,
        path=path,
        callers=callers,
        reached=_reached({service, *hurt}, known),
        hurt=frozenset(hurt),
        is_tcp=service in known and known[service].protocol == "tcp",
        is_front=not any(known[name].protocol for name in callers),
    )


def _reached(services: set[str], known: Mapping[str, Service]) -> frozenset[str]:
    """They and all that call them, directly or by others."""
    found: set[str] = set()
    waiting = services
    while waiting:
        found |= waiting
        waiting = {each.name for each in known.values() if waiting & set(each.calls)} - found
    return frozenset(found)


def read(source: TelemetrySource, subject: Subject, windows: Sequence[Window], *, interval: int = SECOND) -> Readings:
    """Raises Unavailable while the telemetry can't be read."""
    spans = [_read_spans(source, window) for window in windows]
    samples = _Samples(subject)
    for window in windows:
        # One tick more at the front: a rate needs the sample before its own.
        for batch in source.batches("samples", Window(window.start - interval, window.end)):
            samples.add(batch)
    return Readings(
        calls=sorted(_calls(subject, spans), key=lambda call: call.start),
        ticks=sorted(samples.ticks),
        watched=sorted({tick for series in samples.everyone[READY].values() for tick in series}),
        requests=sorted(start for each in spans for start in each.requests()),
        series=samples.series,
        node=samples.node,
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

    def requests(self) -> Iterator[int]:
        """Starts of those that no service of the system made."""
        return (
            span["timestamp"] for span in self.servers if not span["parent_span_id"] and span["timestamp"] < self.end
        )


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


def _read_spans(source: TelemetrySource, window: Window) -> _Spans:
    """Client spans of the window, and the server spans that may belong to them."""
    clients: list[Mapping[str, Any]] = []
    servers: list[Mapping[str, Any]] = []
    for batch in source.batches("spans", Window(window.start, window.end + LONGEST_CALL)):
        is_client = pc.and_(pc.equal(batch["kind"], "client"), pc.less(batch["timestamp"], window.end))
        clients += _rows(batch.filter(is_client))
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
            if span["pod"] == subject.pod and span["timestamp"] < window.end and _is_on(span, subject.path):
                yield _call(span, "served")
        for span in window.clients:
            server = server_of.get(span["span_id"])
            callee = server["service"] if server else serving.get(span["operation_name"], "")
            if _is_elsewhere(subject, span, callee):
                yield _call(span, "elsewhere", callee)
            elif _is_on(span, subject.path) and (way := _way(subject, span, server, callee)):
                yield _call(span, way)


def _is_on(span: Mapping[str, Any], path: str) -> bool:
    """Names of operations are a gRPC path, or an HTTP method and a path."""
    operation: str = span["operation_name"]
    return operation[max(0, operation.find("/")) :].startswith(path)


def _is_elsewhere(subject: Subject, span: Mapping[str, Any], callee: str) -> bool:
    """No fault makes this call slower."""
    is_uninvolved = span["pod"] != subject.pod and span["service"] not in subject.hurt
    return bool(callee) and is_uninvolved and callee not in subject.reached


def _way(subject: Subject, span: Mapping[str, Any], server: Mapping[str, Any] | None, called: str) -> Way | None:
    """How a client span concerns the pod.

    A failed call without a server span never arrived, so any pod of the called service may have been meant. One that
    succeeded was served by a pod whose span is still on its way.
    """
    if span["pod"] == subject.pod:
        return "out" if subject.target in ("", called) else None
    if subject.target not in ("", span["service"]):
        return None
    if subject.is_tcp:
        return "in" if span["type"] == "db" and span["service"] in subject.callers else None
    if server:
        return "in" if server["pod"] == subject.pod else None
    return "in" if called == subject.service and _failed(span) else None


def _call(span: Mapping[str, Any], way: Way, callee: str = "") -> Call:
    return Call(span["timestamp"], span["duration"], _failed(span), way, span["status_code"], callee)


def _failed(span: Mapping[str, Any]) -> bool:
    """As `telemetry.records.Span.is_error` has it."""
    code: int = span["status_code"]
    return code >= 500 if span["type"] == "http" else code != 0


class _Samples:
    """Collects batches of samples."""

    def __init__(self, subject: Subject) -> None:
        self._subject = subject
        self.ticks: set[int] = set()
        self.series: dict[str, dict[int, float]] = defaultdict(lambda: defaultdict(float))
        self.node: dict[str, dict[int, float]] = defaultdict(lambda: defaultdict(float))
        self.everyone: dict[str, dict[str, dict[int, float]]] = {
            metric: defaultdict(dict) for metric in (READY, RESTARTS)
        }
        self._names: dict[tuple[str, str, bool], Sequence[str]] = {}

    def add(self, batch: pa.RecordBatch) -> None:
        self.ticks.update(pc.unique(batch["timestamp"]).to_pylist())
        rows = batch.filter(self._wanted(batch))
        columns = (rows[name].to_pylist() for name in ("timestamp", "pod", "metric", "labels", "value"))
        for tick, pod, metric, labels, value in zip(*columns, strict=True):
            if metric in self.everyone:
                self.everyone[metric][pod][tick] = value
            if metric in _NODE:
                self._add_node(tick, metric, labels, value)
            else:
                for name in self._short(metric, labels, is_own=pod == self._subject.pod):
                    self.series[name][tick] += value

    def _wanted(self, batch: pa.RecordBatch) -> Any:
        metrics = batch["metric"]
        of_pod = pc.and_(pc.is_in(metrics, pa.array([*_CONTAINER, *_MESH])), pc.equal(batch["pod"], self._subject.pod))
        of_all = pc.is_in(metrics, pa.array([*self.everyone, *_NODE, REQUESTS]))
        return pc.or_(of_pod, of_all)

    def _add_node(self, tick: int, metric: str, labels: str, value: float) -> None:
        self.node[_NODE[metric]][tick] += value
        mode = _fields(labels).get("mode", "")
        if metric == NODE_CPU and mode in (*_IDLE, "steal"):
            self.node["steal" if mode == "steal" else "idle"][tick] += value

    def _short(self, metric: str, labels: str, *, is_own: bool) -> Sequence[str]:
        key = (metric, labels, is_own)
        if key not in self._names:
            self._names[key] = _own_names(metric, labels) if is_own else _others_names(metric, labels, self._subject)
        return self._names[key]


def _own_names(metric: str, labels: str) -> Sequence[str]:
    """Of the mesh what the pod's own proxy reports: of requests that arrive at this pod and at no sibling, and of
    those that it makes.
    """
    if metric in _CONTAINER:
        return (_CONTAINER[metric],)
    fields = _fields(labels)
    if fields.get("reporter") == "destination":
        return _answered(fields, "") if metric == REQUESTS else (_MESH[metric],)
    return _answered(fields, "made:") if metric == REQUESTS else ()


def _others_names(metric: str, labels: str, subject: Subject) -> Sequence[str]:
    """What the proxies of its callers say of requests to the pod's service, whichever of its pods was meant."""
    fields = _fields(labels)
    if metric != REQUESTS or fields.get("reporter") != "source":
        return ()
    return _answered(fields, "asked:") if fields.get("destination_workload") == subject.service else ()


def _answered(fields: Mapping[str, str], prefix: str) -> Sequence[str]:
    """Requests are counted in all, those that failed, and by the status of their answer."""
    code, status = fields.get("response_code", ""), fields.get("grpc_response_status", "")
    is_failure = not code.startswith(("1", "2", "3")) or status not in ("", "0", "-")
    names = ("requests", *(("failed_requests",) if is_failure else ()), f"answer {code}", f"answer {status}")
    return tuple(prefix + name for name in names)


def _fields(labels: str) -> Mapping[str, str]:
    return dict(part.partition("=")[::2] for part in labels.split(",") if part)


def increases(
    series: Series, ticks: Sequence[int], interval: int, *, bridged: float = 2.5
) -> Iterator[tuple[int, float, float]]:
    """(tick, increase since the tick before, seconds between), where both were sampled and no counter restarted.
    `bridged`: so many intervals may lie between them.
    """
    for before, tick in pairwise(ticks):
        if tick - before <= bridged * interval and before in series and tick in series:
            grown = series[tick] - series[before]
            if grown >= 0:
                yield tick, grown, (tick - before) / SECOND
