"""Names of Envoy's statistics: how the mesh writes them and how the collector reads them. No imports of the mesh.

Page: GET /stats/prometheus?usedonly on Envoy's admin socket. Only two families of metrics are on it.

HTTP and gRPC: envoy_istio_<metric>{<HTTP_TAGS>}, one of HTTP_METRICS; without its prefix "envoy_" a name is Istio's.
The sums are counters of their own and not parts of histograms: Envoy's histograms only estimate their sum, lag by the
flush interval, and their buckets, which nobody reads, would make the page ten times as long.

TCP: envoy_tcp_<metric>{envoy_tcp_prefix="<tcp_prefix()>"}; TCP_METRICS maps to Istio's names.
"""

from dataclasses import dataclass
from typing import Final, Literal

Reporter = Literal["source", "destination"]

PREFIX: Final = "envoy_"
# A dot would break Envoy's extraction of labels; names of services and pods have only [a-z0-9-].
SEPARATOR: Final = "__"
TCP_LABEL: Final = "envoy_tcp_prefix"
# "pod" is the reporting pod: the caller for reporter=source, the callee for reporter=destination.
HTTP_TAGS: Final = (
    "reporter",
    "pod",
    "source_workload",
    "source_canonical_service",
    "destination_workload",
    "destination_service_name",
    "request_protocol",  # grpc or http
    "response_code",  # 0: the caller went away before an answer
    "grpc_response_status",  # only for grpc; "-" when there was no answer
)
HTTP_METRICS: Final = (
    "istio_requests_total",
    "istio_request_duration_milliseconds_count",
    "istio_request_duration_milliseconds_sum",  # each request counts its whole milliseconds
    "istio_request_bytes_sum",
    "istio_response_bytes_sum",
)
# Envoy's name to Istio's. As in Istio, "received" is what the client sent to the server.
TCP_METRICS: Final = {
    "envoy_tcp_downstream_cx_total": "istio_tcp_connections_opened_total",
    "envoy_tcp_downstream_cx_rx_bytes_total": "istio_tcp_received_bytes_total",
    "envoy_tcp_downstream_cx_tx_bytes_total": "istio_tcp_sent_bytes_total",
}


@dataclass(frozen=True, slots=True)
class TcpEdge:
    """Who reports TCP statistics, about a connection from which service to which."""

    reporter: Reporter
    pod: str
    source_service: str
    destination_service: str


def tcp_prefix(edge: TcpEdge) -> str:
    return SEPARATOR.join((edge.reporter, edge.pod, edge.source_service, edge.destination_service))


def tcp_edge(stat_prefix: str) -> TcpEdge:
    """The edge that `tcp_prefix` named. Raises ValueError for any other text."""
    parts = stat_prefix.split(SEPARATOR)
    if len(parts) != 4 or parts[0] not in ("source", "destination"):
        raise ValueError(f"statistics prefix {stat_prefix!r} is not <reporter>__<pod>__<source>__<destination>")
    reporter: Reporter = "source" if parts[0] == "source" else "destination"
    return TcpEdge(reporter, *parts[1:])
