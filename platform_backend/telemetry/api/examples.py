"""What the schema shows as answers."""

from typing import Any, Final

from drf_spectacular.utils import OpenApiExample

TRACE_ID: Final = "4bf92f3577b34da6a3ce929d0e0e4736"
START: Final = 1767603600120000

_LOG: Final = {
    "log_id": 1767603600120001,
    "timestamp": START,
    "service": "checkoutservice",
    "pod": "checkoutservice-0",
    "level": "ERROR",
    "message": "payment failed: DEADLINE_EXCEEDED",
    "trace_id": TRACE_ID,
    "span_id": "00f067aa0ba902b7",
}
_TRACE: Final = {
    "trace_id": TRACE_ID,
    "timestamp": START,
    "duration": 45210,
    "service": "frontend",
    "operation_name": "POST /cart/checkout",
    "span_count": 23,
    "error_count": 1,
}
_SPAN: Final = {
    "timestamp": START,
    "duration": 3120,
    "trace_id": TRACE_ID,
    "span_id": "00f067aa0ba902b7",
    "parent_span_id": None,
    "service": "frontend",
    "pod": "frontend-0",
    "operation_name": "GET /",
    "kind": "server",
    "type": "http",
    "status_code": 200,
    "is_error": False,
}
_EDGE: Final = {
    "source": "frontend",
    "destination": "cartservice",
    "rate": 12.5,
    "error_ratio": 0.0,
    "p50": 2100.0,
    "p95": 5400.0,
}
_SERIES: Final = {
    "service": "cartservice",
    "pod": "cartservice-0",
    "labels": "",
    "points": [[START, 0.031], [START + 5_000_000, 0.029]],
}


def _example(value: Any) -> OpenApiExample:
    return OpenApiExample("an answer", value, response_only=True)


LOGS: Final = _example({"results": [_LOG], "cursor": None})
HISTOGRAM: Final = _example({"step": 9.0, "buckets": [{"start": START, "level": "ERROR", "count": 3}]})
ARRIVALS: Final = _example({"results": [_LOG], "cursor": "q83vEjRWeJCrze8SWzE3Njc2MDM2MDAxMjAwMDFd", "more": False})
DURATIONS: Final = _example(
    {
        "step": 9.0,
        "buckets": [{"start": START, "shortest": 1024.0, "longest": 1448.2, "count": 12, "error_count": 1}],
    }
)
POINTS: Final = _example(
    {
        "points": [
            {
                "timestamp": START,
                "duration": 45210,
                "trace_id": TRACE_ID,
                "span_id": "00f067aa0ba902b7",
                "service": "frontend",
                "operation_name": "POST /cart/checkout",
                "is_error": True,
            }
        ],
        "total": 5230,
        "sampled": True,
    }
)
AROUND: Final = _example({"results": [_LOG]})
TRACES: Final = _example({"results": [_TRACE], "cursor": None})
SPANS: Final = _example(_SPAN)
TOPOLOGY: Final = _example(_EDGE)
METRICS: Final = _example(
    {
        "name": "container_cpu_usage_seconds_total",
        "type": "counter",
        "unit": "seconds",
        "help": "CPU time used",
    }
)
RANGE: Final = _example(
    {
        "step": 5.0,
        "results": [{"metric": "container_cpu_usage_seconds_total", "series": [_SERIES], "truncated": False}],
    }
)
