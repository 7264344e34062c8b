"""Faults of requests, as routes of Envoy: which requests they hit and what happens to those."""

from dataclasses import dataclass
from typing import Any, Final

from local_cluster.mesh.failures import GRPC_STATUSES, failure_text
from local_cluster.topology import ServiceSpec

TYPE: Final = "type.googleapis.com/envoy.extensions.filters.http.fault.v3.HTTPFault"
FILTER: Final = "envoy.filters.http.fault"
CEL: Final = "envoy.access_loggers.extension_filters.cel"
CEL_TYPE: Final = "type.googleapis.com/envoy.extensions.access_loggers.filters.cel.v3.ExpressionFilter"
# Of the filter's metadata: what the answer to an aborted request says.
TEXT: Final = "text"
# "DI", delay injected, among the bits of response.flags: Envoy's StreamInfo::CoreResponseFlag.
DELAY_INJECTED: Final = 1 << 9
HTTP_STATUSES: Final = range(200, 600)
PERCENT_TO_TEN_THOUSANDTHS: Final = 100


@dataclass(frozen=True, slots=True)
class HttpFault:
    """Abort and/or delay of `percent` of the requests whose path begins with `path`."""

    percent: float = 100.0
    abort_status: int | None = None  # 1-16: a gRPC status; 200-599: an HTTP status
    delay_ms: int = 0
    path: str = ""  # empty: every request

    def __post_init__(self) -> None:
        if not 0 < self.percent <= 100:
            raise ValueError(f"percent is {self.percent!r}; expected more than 0, up to 100")
        if self.abort_status is None and not self.delay_ms:
            raise ValueError("neither a status nor a delay: this fault would do nothing")
        if self.abort_status is not None and self.abort_status not in (*GRPC_STATUSES, *HTTP_STATUSES):
            raise ValueError(f"abort_status is {self.abort_status!r}; expected 1 to 16 (gRPC) or 200 to 599 (HTTP)")
        if self.path and not self.path.startswith("/"):
            raise ValueError(f"path is {self.path!r}; expected it to begin with /")


def fault_filter() -> dict[str, Any]:
    """The filter that does nothing until a route says otherwise."""
    return {"name": FILTER, "typed_config": {"@type": TYPE}}


def per_filter_config(fault: HttpFault, service: ServiceSpec) -> dict[str, Any]:
    """What a route says to the filter; `service` is the one that the requests are for."""
    config: dict[str, Any] = {"@type": TYPE}
    percentage = {"numerator": round(fault.percent * PERCENT_TO_TEN_THOUSANDTHS), "denominator": "TEN_THOUSAND"}
    if fault.delay_ms:
        config["delay"] = {"fixed_delay": f"{fault.delay_ms / 1000:.3f}s", "percentage": percentage}
    if fault.abort_status is not None:
        key = "grpc_status" if fault.abort_status in GRPC_STATUSES else "http_status"
        config["abort"] = {key: fault.abort_status, "percentage": percentage}
        config["filter_metadata"] = {TEXT: failure_text(fault.abort_status, service)}
    return {FILTER: config}


def failing_servers_replies() -> dict[str, Any]:
    """Rewrites the answers of the filter, and only those ("FI": fault injected): Envoy's text would tell of it."""
    text = {"text_format_source": {"inline_string": f"%DYNAMIC_METADATA({FILTER}:{TEXT})%"}}
    return {"mappers": [{"filter": {"response_flag_filter": {"flags": ["FI"]}}, "body_format_override": text}]}


def not_aborted() -> dict[str, Any]:
    """A filter of the access log."""
    return _expression("response.code_details != 'fault_filter_abort'")


def delayed(wanted: bool) -> dict[str, Any]:
    """A filter of the access log: requests that were delayed, or all others."""
    return _expression(f"response.flags / {DELAY_INJECTED} % 2 == {int(wanted)}")


def _expression(text: str) -> dict[str, Any]:
    return {"extension_filter": {"name": CEL, "typed_config": {"@type": CEL_TYPE, "expression": text}}}
