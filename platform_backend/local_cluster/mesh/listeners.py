"""Envoy's listeners: how a request or a connection enters the mesh, is counted, and goes on to a cluster."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from local_cluster.environment import CALLER_HEADER
from local_cluster.mesh.discovery import LISTENER_HEADER, ROUTES_NAME, carries
from local_cluster.mesh.http_fault import delayed, failing_servers_replies, fault_filter, not_aborted
from local_cluster.mesh.layout import INGRESS, Inbound, Layout, Outbound, app_cluster_name, is_http
from local_cluster.stat_names import HTTP_TAGS, Reporter, TcpEdge, tcp_prefix
from local_cluster.topology import HOST, ServiceSpec

EXTENSIONS: Final = "type.googleapis.com/envoy.extensions"
DURATION: Final = "%DURATION%"
# From when the request went on to the application. It is not known of a request whose caller went away before.
FROM_SENDING: Final = "%COMMON_DURATION(US_TX_BEG:DS_TX_END:ms)%"


@dataclass(frozen=True, slots=True)
class Report:
    """Under which name a listener's traffic is counted."""

    reporter: Reporter
    pod: str
    source: str
    service: ServiceSpec

    def tags(self) -> list[dict[str, str]]:
        """Never the response flags or details: they would tell which fault was injected."""
        values = {
            "reporter": self.reporter,
            "pod": self.pod,
            "source_workload": self.source,
            "source_canonical_service": self.source,
            "destination_workload": self.service.name,
            "destination_service_name": self.service.name,
            "request_protocol": self.service.protocol,
            "response_code": "%RESPONSE_CODE%",
        }
        if self.service.protocol == "grpc":
            values["grpc_response_status"] = "%GRPC_STATUS_NUMBER%"
        return [{"name": name, "value_format": values[name]} for name in HTTP_TAGS if name in values]


def listeners_of(layout: Layout, routes: Path, token: str) -> list[dict[str, Any]]:
    return [
        *(outbound_listener(outbound, routes, token) for outbound in layout.outbounds.values()),
        *(inbound_listener(inbound, routes, token) for inbound in layout.inbounds.values()),
    ]


def outbound_listener(outbound: Outbound, routes: Path, token: str) -> dict[str, Any]:
    report = Report("source", outbound.pod, outbound.source, outbound.service)
    if not is_http(outbound.service.protocol):
        return _listener(outbound.name, outbound.host, outbound.port, _tcp_proxy(report, outbound.name))
    headers = {LISTENER_HEADER: outbound.name}
    if token and outbound.pod == INGRESS:  # the one door that is open to everybody
        headers[CALLER_HEADER] = token
    return _listener(outbound.name, outbound.host, outbound.port, _http(report, headers, routes, token))


def inbound_listener(inbound: Inbound, routes: Path, token: str) -> dict[str, Any]:
    report = Report("destination", inbound.pod.name, inbound.source, inbound.pod.service)
    if not is_http(inbound.pod.service.protocol):
        proxy = _tcp_proxy(report, app_cluster_name(inbound.pod.name))
        return _listener(inbound.name, HOST, inbound.port, proxy)
    headers = {LISTENER_HEADER: inbound.name}
    return _listener(inbound.name, HOST, inbound.port, _http(report, headers, routes, token))


def _set_headers(headers: Mapping[str, str]) -> dict[str, Any]:
    """Whatever the request had of these names, before anything looks at it."""
    return {
        "name": "envoy.http.early_header_mutation.header_mutation",
        "typed_config": {
            "@type": f"{EXTENSIONS}.http.early_header_mutation.header_mutation.v3.HeaderMutation",
            "mutations": [
                {"append": {"header": {"key": key, "value": value}, "append_action": "OVERWRITE_IF_EXISTS_OR_ADD"}}
                for key, value in headers.items()
            ],
        },
    }


def _listener(name: str, host: str, port: int, filter_: dict[str, Any]) -> dict[str, Any]:
    return {
        "name": name,
        "address": {"socket_address": {"address": host, "port_value": port}},
        # With port reuse, two shops on one port would silently share its connections.
        "enable_reuse_port": False,
        "filter_chains": [{"filters": [filter_]}],
    }


def _tcp_proxy(report: Report, cluster: str) -> dict[str, Any]:
    edge = TcpEdge(report.reporter, report.pod, report.source, report.service.name)
    return {
        "name": "envoy.filters.network.tcp_proxy",
        "typed_config": {
            "@type": f"{EXTENSIONS}.filters.network.tcp_proxy.v3.TcpProxy",
            "stat_prefix": tcp_prefix(edge),
            "cluster": cluster,
            "idle_timeout": "0s",  # a cart store's connections may idle as long as their owner likes
        },
    }


def _http(report: Report, headers: Mapping[str, str], routes: Path, token: str) -> dict[str, Any]:
    """All listeners share the file of routes, where their faults stand."""
    router = {"@type": f"{EXTENSIONS}.filters.http.router.v3.Router", "suppress_envoy_headers": True}
    manager = {
        "@type": f"{EXTENSIONS}.filters.network.http_connection_manager.v3.HttpConnectionManager",
        "stat_prefix": "mesh",
        "codec_type": "AUTO",
        "generate_request_id": False,
        "server_header_transformation": "PASS_THROUGH",
        "stream_idle_timeout": "0s",
        "access_log": _counting(report, [{"header_filter": {"header": carries(token)}}] if token else []),
        "rds": {"route_config_name": ROUTES_NAME, "config_source": {"path_config_source": {"path": str(routes)}}},
        "early_header_mutation_extensions": [_set_headers(headers)],
        "local_reply_config": failing_servers_replies(),
        "http_filters": [fault_filter(), {"name": "envoy.filters.http.router", "typed_config": router}],
    }
    return {"name": "envoy.filters.network.http_connection_manager", "typed_config": manager}


def _counting(report: Report, own: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """`own` requests, by this filter; those of strangers, which get no answer, are not the shop's.

    As with Istio, where the caller's proxy aborts and delays, the destination sees neither: no request that is aborted,
    and of one that is delayed the time after that.
    """
    if report.reporter == "source":
        return [_stats_logger(report, DURATION, own)]
    reached = [*own, not_aborted()]
    return [
        _stats_logger(report, DURATION, [*reached, delayed(False)]),
        _stats_logger(report, FROM_SENDING, [*reached, delayed(True)]),
    ]


def _stats_logger(report: Report, duration: str, filters: Sequence[dict[str, Any]]) -> dict[str, Any]:
    tags = report.tags()

    def counter(name: str, value: dict[str, Any]) -> dict[str, Any]:
        return {"stat": {"name": name, "tags": tags}, **value}

    return {
        "name": "envoy.access_loggers.stats",
        **_all_of(filters),
        "typed_config": {
            "@type": f"{EXTENSIONS}.access_loggers.stats.v3.Config",
            "stats_scope": {"prefix": "istio"},
            "counters": [
                counter("requests_total", {"value_fixed": 1}),
                counter("request_duration_milliseconds_count", {"value_fixed": 1}),
                counter("request_duration_milliseconds_sum", {"value_format": duration}),
                counter("request_bytes_sum", {"value_format": "%BYTES_RECEIVED%"}),
                counter("response_bytes_sum", {"value_format": "%BYTES_SENT%"}),
            ],
        },
    }


def _all_of(filters: Sequence[dict[str, Any]]) -> dict[str, Any]:
    if len(filters) < 2:
        return {"filter": filters[0]} if filters else {}
    return {"filter": {"and_filter": {"filters": list(filters)}}}
