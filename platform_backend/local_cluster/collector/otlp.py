"""OTLP trace requests to columns of the spans table."""

from collections.abc import Mapping
from typing import Any, Final

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from telemetry_store.schemas import SPANS

SpanColumns = dict[str, list[Any]]

KINDS: Final = ("internal", "internal", "server", "client", "producer", "consumer")
STATUS_ERROR: Final = 2
GRPC_UNKNOWN: Final = 2
# A failed HTTP span without a code has got no answer; it has to count as failed all the same.
HTTP_WITHOUT_ANSWER: Final = 500


def empty_columns() -> SpanColumns:
    return {name: [] for name in SPANS.names}


def add_spans(request: ExportTraceServiceRequest, columns: SpanColumns) -> int:
    """Append the request's spans; returns how many were rejected because their ids are malformed."""
    rejected = 0
    for resource_spans in request.resource_spans:
        resource = _attributes(resource_spans.resource.attributes)
        pod = str(resource.get("service.instance.id") or resource.get("service.name") or "unknown")
        service = str(resource.get("service.name") or "unknown")
        for scope_spans in resource_spans.scope_spans:
            for span in scope_spans.spans:
                if len(span.trace_id) == 16 and len(span.span_id) == 8:
                    _add_span(span, service, pod, columns)
                else:
                    rejected += 1
    return rejected


def _add_span(span: Any, service: str, pod: str, columns: SpanColumns) -> None:
    attributes = _attributes(span.attributes)
    failed = span.status.code == STATUS_ERROR
    kind = span_type(attributes)
    start = span.start_time_unix_nano // 1000
    columns["timestamp"].append(start)
    columns["duration"].append(max(0, span.end_time_unix_nano // 1000 - start))
    columns["trace_id"].append(span.trace_id.hex())
    columns["span_id"].append(span.span_id.hex())
    columns["parent_span_id"].append(span.parent_span_id.hex() or None)
    columns["service"].append(service)
    columns["pod"].append(pod)
    columns["operation_name"].append(operation_name(kind, span.name, attributes))
    columns["kind"].append(KINDS[span.kind] if span.kind < len(KINDS) else "internal")
    columns["type"].append(kind)
    columns["status_code"].append(status_code(kind, attributes, failed=failed))


def _attributes(pairs: Any) -> dict[str, Any]:
    values = {}
    for pair in pairs:
        which = pair.value.WhichOneof("value")
        if which:
            values[pair.key] = getattr(pair.value, which)
    return values


def span_type(attributes: Mapping[str, Any]) -> str:
    if "rpc.system" in attributes or "rpc.system.name" in attributes:
        return "grpc"
    if "db.system" in attributes or "db.system.name" in attributes:
        return "db"
    if any(key.startswith("http.") for key in attributes):
        return "http"
    return "app"


def operation_name(kind: str, name: str, attributes: Mapping[str, Any]) -> str:
    """`/package.Service/Method` of an RPC, the route of an HTTP request, else the span's own name."""
    if kind == "http":
        return str(attributes.get("http.route") or name)
    service, method = attributes.get("rpc.service"), attributes.get("rpc.method")
    if kind == "grpc" and service and method:
        return f"/{service}/{method}"
    return name


def status_code(kind: str, attributes: Mapping[str, Any], *, failed: bool) -> int:
    """The HTTP or gRPC code; database and other spans have 0 or 2."""
    if kind == "http":
        code = attributes.get("http.response.status_code", attributes.get("http.status_code"))
        return _integer(code, HTTP_WITHOUT_ANSWER if failed else 0)
    if kind == "grpc":
        code = attributes.get("rpc.grpc.status_code", attributes.get("rpc.response.status_code"))
        return _integer(code, GRPC_UNKNOWN if failed else 0)
    return 2 if failed else 0


def _integer(value: Any, default: int) -> int:
    try:
        return int(value)
    except (TypeError, ValueError):
        return default
