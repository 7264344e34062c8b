"""Reads what the telemetry says about one pod, in one pass; rows become Python objects as late as can be."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

from faults.effects.readings import Call, Readings, Subject, Way
from faults.windows import SECOND
from telemetry.ports import TelemetrySource
from telemetry.records import SCHEMAS, Window

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
_OF_CALLERS: Final = (REQUESTS, "istio_request_duration_milliseconds_sum")
NODE_CPU: Final = "node_cpu_seconds_total"
_NODE: Final[Mapping[str, str]] = {NODE_CPU: "cpu", "node_pressure_cpu_waiting_seconds_total": "waiting"}
_IDLE: Final = ("idle", "iowait")
_SPAN: Final = (
    "timestamp", "duration", "span_id", "parent_span_id", "service", "pod", "operation_name", "type", "status_code",
)  # fmt: skip
_SPAN_SCHEMA: Final = pa.schema([SCHEMAS["spans"].field(name) for name in _SPAN])
# Of a window; more calls of others make what they tell no truer.
MOST_ELSEWHERE: Final = 10_000


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
    """Of one window, in the columns of _SPAN; servers may begin after its end."""

    clients: pa.Table
    servers: pa.Table
    end: int

    def served_by(self, pod: str) -> pa.Table:
        return self.servers.filter(pc.and_(self._within, pc.equal(self.servers["pod"], pod)))

    def requests(self) -> list[int]:
        """Starts of those that no service of the system made."""
        roots = pc.or_kleene(pc.is_null(self.servers["parent_span_id"]), pc.equal(self.servers["parent_span_id"], ""))
        found: list[int] = self.servers.filter(pc.and_(self._within, roots))["timestamp"].to_pylist()
        return found

    @property
    def _within(self) -> pa.ChunkedArray:
        return pc.less(self.servers["timestamp"], self.end)


def _read_spans(source: TelemetrySource, window: Window) -> _Spans:
    """Client spans of the window, and the server spans that may belong to them."""
    clients, servers = [], []
    for batch in source.batches("spans", Window(window.start, window.end + LONGEST_CALL)):
        is_client = pc.and_(pc.equal(batch["kind"], "client"), pc.less(batch["timestamp"], window.end))
        clients.append(batch.filter(is_client).select(list(_SPAN)))
        servers.append(batch.filter(pc.equal(batch["kind"], "server")).select(list(_SPAN)))
    return _Spans(
        pa.Table.from_batches(clients, _SPAN_SCHEMA), pa.Table.from_batches(servers, _SPAN_SCHEMA), window.end
    )


def _calls(subject: Subject, windows: Sequence[_Spans]) -> Iterator[Call]:
    servers = pa.concat_tables([window.servers for window in windows])
    serving = _serving(servers)
    pod_of = _pod_of(servers.filter(pc.equal(servers["service"], subject.service)))
    uninvolved = [operation for operation, service in serving.items() if service not in subject.reached]
    for window in windows:
        for span in _on_path(window.served_by(subject.pod).to_pylist(), subject.path):
            yield _call(span, "served")
        for span in _on_path(_candidates(subject, window.clients, serving).to_pylist(), subject.path):
            if way := _way(subject, span, pod_of.get(span["span_id"]), serving):
                yield _call(span, way)
        for span in _elsewhere(subject, window.clients, uninvolved).to_pylist():
            yield _call(span, "elsewhere", serving[span["operation_name"]])


def _serving(servers: pa.Table) -> Mapping[str, str]:
    """Which service answers an operation; of HTTP, where names are short, nobody knows."""
    names = servers.filter(pc.equal(servers["type"], "grpc")).group_by(["operation_name", "service"]).aggregate([])
    return {row["operation_name"]: row["service"] for row in names.to_pylist()}


def _pod_of(servers: pa.Table) -> Mapping[str, str]:
    """The pod that answered a client span."""
    return dict(zip(servers["parent_span_id"].to_pylist(), servers["pod"].to_pylist(), strict=True))


def _candidates(subject: Subject, clients: pa.Table, serving: Mapping[str, str]) -> pa.Table:
    """Those that the pod made, and those that may have been meant for it."""
    operations = [operation for operation, service in serving.items() if service == subject.service]
    to_service = (
        pc.equal(clients["type"], "db") if subject.is_tcp else pc.is_in(clients["operation_name"], _texts(operations))
    )
    meant = pc.and_(pc.is_in(clients["service"], _texts(subject.callers)), to_service)
    return clients.filter(pc.or_(pc.equal(clients["pod"], subject.pod), meant))


def _elsewhere(subject: Subject, clients: pa.Table, uninvolved: Sequence[str]) -> pa.Table:
    """What no fault makes slower, evenly thinned out if there is very much of it."""
    by_hurt = pc.or_(pc.equal(clients["pod"], subject.pod), pc.is_in(clients["service"], _texts(subject.hurt)))
    found = clients.filter(pc.and_(pc.is_in(clients["operation_name"], _texts(uninvolved)), pc.invert(by_hurt)))
    step = max(1, found.num_rows // MOST_ELSEWHERE)
    return found.take(pa.array(range(0, found.num_rows, step), pa.int64()))


def _texts(values: Any) -> pa.Array:
    return pa.array(sorted(values), pa.string())


def _on_path(spans: Sequence[Mapping[str, Any]], path: str) -> Iterator[Mapping[str, Any]]:
    """Names of operations are a gRPC path, or an HTTP method and a path."""
    for span in spans:
        operation: str = span["operation_name"]
        if operation[max(0, operation.find("/")) :].startswith(path):
            yield span


def _way(subject: Subject, span: Mapping[str, Any], answered_by: str | None, serving: Mapping[str, str]) -> Way | None:
    """How a client span concerns the pod.

    A failed call without a server span never arrived, so any pod of the called service may have been meant. One that
    succeeded was served by a pod whose span is still on its way.
    """
    if span["pod"] == subject.pod:
        called = subject.store if span["type"] == "db" else serving.get(span["operation_name"], "")
        return "out" if subject.target in ("", called) else None
    if subject.target not in ("", span["service"]):
        return None
    if subject.is_tcp or answered_by == subject.pod:
        return "in"
    return "in" if answered_by is None and _failed(span) else None


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
        of_all = pc.is_in(metrics, pa.array([*self.everyone, *_NODE, *_OF_CALLERS]))
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
    is_asked = fields.get("reporter") == "source" and fields.get("destination_workload") == subject.service
    if metric not in _OF_CALLERS or not is_asked:
        return ()
    return _answered(fields, "asked:") if metric == REQUESTS else (f"asked:{_MESH[metric]}",)


def _answered(fields: Mapping[str, str], prefix: str) -> Sequence[str]:
    """Requests are counted in all, those that failed, and by the status of their answer."""
    code, status = fields.get("response_code", ""), fields.get("grpc_response_status", "")
    is_failure = not code.startswith(("1", "2", "3")) or status not in ("", "0", "-")
    names = ("requests", *(("failed_requests",) if is_failure else ()), f"answer {code}", f"answer {status}")
    return tuple(prefix + name for name in names)


def _fields(labels: str) -> Mapping[str, str]:
    return dict(part.partition("=")[::2] for part in labels.split(",") if part)
