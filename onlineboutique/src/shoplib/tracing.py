"""OpenTelemetry set-up of a process, and the spans that the shop makes by hand.

Call `start` after a fork, never before: the exporter has a thread.
"""

import os
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Final

from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.common.trace_encoder import encode_spans
from opentelemetry.propagate import set_global_textmap
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import Span, SpanKind, Status, StatusCode
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from opentelemetry.util.re import parse_env_headers

from shoplib.environment import Identity
from shoplib.exporter import Exporter

EXPORT_EVERY_MS: Final = 1000
FLUSH_TIMEOUT_S: Final = 3.0

TRACER_NAME: Final = "onlineboutique"
TRACER: Final = trace.get_tracer(TRACER_NAME)


def start(identity: Identity) -> TracerProvider:
    """Without OTEL_EXPORTER_OTLP_ENDPOINT spans are made, and logs carry their ids, but nothing is sent."""
    # Not Resource.create(): its detectors search all installed packages, which costs 0.1 s of CPU a start.
    provider = TracerProvider(resource=Resource(_resource_attributes(identity)), shutdown_on_exit=False)
    endpoint = os.environ.get("OTEL_EXPORTER_OTLP_ENDPOINT", "")
    if endpoint:
        headers = parse_env_headers(os.environ.get("OTEL_EXPORTER_OTLP_HEADERS", ""), liberal=True)
        exporter = Exporter(endpoint, headers)
        provider.add_span_processor(BatchSpanProcessor(exporter, schedule_delay_millis=EXPORT_EVERY_MS))
    set_global_textmap(TraceContextTextMapPropagator())
    trace.set_tracer_provider(provider)
    return provider


def stop(provider: TracerProvider) -> None:
    """Send what is left. A collector that does not answer must not hold up the end of the process."""
    flusher = threading.Thread(target=provider.shutdown, daemon=True)
    flusher.start()
    flusher.join(FLUSH_TIMEOUT_S)


def rehearse() -> None:
    """Make and encode a span that goes nowhere, so that what the first one sets up is shared by all forks."""
    provider = TracerProvider(resource=Resource(_resource_attributes(Identity("", "", ""))), shutdown_on_exit=False)
    attributes: Mapping[str, str | int] = {"rpc.system": "grpc", "rpc.grpc.status_code": 0}
    with provider.get_tracer(TRACER_NAME).start_as_current_span("rehearsal", attributes=attributes) as span:
        current_ids()
    assert isinstance(span, ReadableSpan)
    encode_spans([span]).SerializeToString()


def _resource_attributes(identity: Identity) -> dict[str, str]:
    return {
        "service.name": identity.service,
        "service.instance.id": identity.pod,
        "k8s.pod.name": identity.pod,
        "k8s.node.name": identity.node,
        "telemetry.sdk.language": "python",
    }


def current_ids() -> tuple[str, str]:
    """(trace_id, span_id) of the current span in hex; empty outside of a trace."""
    context = trace.get_current_span().get_span_context()
    if not context.is_valid:
        return "", ""
    return f"{context.trace_id:032x}", f"{context.span_id:016x}"


@contextmanager
def client_span(name: str, attributes: Mapping[str, str | int]) -> Iterator[Span]:
    """A span around a call to another process. It ends whatever happens, so that the callee's span has a parent."""
    with TRACER.start_as_current_span(
        name, kind=SpanKind.CLIENT, attributes=attributes, record_exception=False, set_status_on_exception=False
    ) as span:
        yield span


def mark_failed(span: Span, description: str) -> None:
    span.set_status(Status(StatusCode.ERROR, description))
