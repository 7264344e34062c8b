"""Envoy's clusters: one for each (caller pod, service), over wires, and one for each callee pod's application."""

from collections.abc import Sequence
from typing import Any, Final

from local_cluster.mesh.layout import Outbound, app_cluster_name
from local_cluster.topology import HOST, PodSpec, Protocol

CONNECT_TIMEOUT: Final = "5s"
# HTTP/1 needs a connection for each request under way, so a slow pod gets many. What the load does not need any more
# goes soon, or a fault would be seen in the pod's sockets long after its end. HTTP/2 has one connection.
HTTP1_POOL_IDLE_TIMEOUT: Final = "10s"
HTTP2_POOL_IDLE_TIMEOUT: Final = "300s"
HTTP_OPTIONS: Final = "envoy.extensions.upstreams.http.v3.HttpProtocolOptions"
HTTP_OPTIONS_TYPE: Final = f"type.googleapis.com/{HTTP_OPTIONS}"


def outbound_cluster(outbound: Outbound, addresses: Sequence[tuple[str, int]]) -> dict[str, Any]:
    return _cluster(outbound.name, addresses, outbound.service.protocol)


def app_cluster(pod: PodSpec) -> dict[str, Any]:
    return _cluster(app_cluster_name(pod.name), [(HOST, pod.port)], pod.service.protocol)


def _cluster(name: str, addresses: Sequence[tuple[str, int]], protocol: Protocol) -> dict[str, Any]:
    endpoints = [
        {"endpoint": {"address": {"socket_address": {"address": host, "port_value": port}}}} for host, port in addresses
    ]
    return {
        "name": name,
        "type": "STATIC",
        "connect_timeout": CONNECT_TIMEOUT,
        "load_assignment": {"cluster_name": name, "endpoints": [{"lb_endpoints": endpoints}]},
        # No panic: without a ready pod, a call fails at once.
        "common_lb_config": {"healthy_panic_threshold": {"value": 0}},
        **_protocol_options(protocol),
    }


def _protocol_options(protocol: Protocol) -> dict[str, Any]:
    """HTTP/2 without keep-alive pings: whether a hung pod is noticed is up to its callers' deadlines."""
    if protocol == "tcp":
        return {}
    http2 = protocol == "grpc"
    kind = "http2_protocol_options" if http2 else "http_protocol_options"
    options = {
        "@type": HTTP_OPTIONS_TYPE,
        "common_http_protocol_options": {"idle_timeout": HTTP2_POOL_IDLE_TIMEOUT if http2 else HTTP1_POOL_IDLE_TIMEOUT},
        "explicit_http_config": {kind: {}},
    }
    return {"typed_extension_protocol_options": {HTTP_OPTIONS: options}}
