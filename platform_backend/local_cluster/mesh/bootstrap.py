"""Envoy's start-up configuration: listeners, clusters, admin address, statistics."""

from pathlib import Path
from typing import Any, Final

from local_cluster.mesh.discovery import endpoint
from local_cluster.mesh.layout import Inbound, Layout, Outbound
from local_cluster.mesh.listeners import EXTENSIONS, app_cluster_name, inbound_listener, outbound_listener
from local_cluster.mesh.stat_names import FLUSH_INTERVAL_S
from local_cluster.topology import HOST, PodSpec

CONNECT_TIMEOUT: Final = "5s"
POOL_IDLE_TIMEOUT: Final = "300s"
HTTP_OPTIONS: Final = "envoy.extensions.upstreams.http.v3.HttpProtocolOptions"
# Istio's bounds.
DURATION_BUCKETS: Final = (
    0.5, 1, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10000, 30000, 60000, 300000, 600000, 1800000, 3600000,
)  # fmt: skip
BYTES_BUCKETS: Final = (1, 10, 100, 1000, 10_000, 100_000, 1_000_000, 10_000_000)
# Only what the collector needs: memory, and nothing that counts injected faults.
STATISTICS: Final = ("istio", "tcp.source__", "tcp.destination__")
ADMIN_PATHS: Final = ("/ready", "/stats", "/clusters", "/config_dump", "/memory")


def bootstrap(layout: Layout, directory: Path) -> dict[str, Any]:
    return {
        "node": {"id": "mesh", "cluster": "shop"},
        "admin": {
            "address": {"socket_address": {"address": HOST, "port_value": layout.admin_port}},
            "allow_paths": [{"prefix": path} for path in ADMIN_PATHS],
        },
        "static_resources": {
            "listeners": [*_outbound_listeners(layout), *_inbound_listeners(layout, directory)],
            "clusters": [*_outbound_clusters(layout, directory), *_app_clusters(layout)],
        },
        "stats_flush_interval": f"{FLUSH_INTERVAL_S}s",
        "stats_config": {
            "histogram_bucket_settings": [
                {"match": {"contains": "duration"}, "buckets": list(DURATION_BUCKETS)},
                {"match": {"contains": "bytes"}, "buckets": list(BYTES_BUCKETS)},
            ],
            "stats_matcher": {"inclusion_list": {"patterns": [{"prefix": prefix} for prefix in STATISTICS]}},
        },
    }


def endpoints_path(directory: Path, outbound: Outbound) -> Path:
    return directory / "endpoints" / f"{outbound.name}.json"


def routes_path(directory: Path, pod: str) -> Path:
    return directory / "routes" / f"{pod}.json"


def _outbound_listeners(layout: Layout) -> list[dict[str, Any]]:
    return [outbound_listener(outbound) for outbound in layout.outbounds.values()]


def _inbound_listeners(layout: Layout, directory: Path) -> list[dict[str, Any]]:
    return [_inbound(inbound, directory) for inbound in layout.inbounds.values()]


def _inbound(inbound: Inbound, directory: Path) -> dict[str, Any]:
    return inbound_listener(inbound, str(routes_path(directory, inbound.pod.name)))


def _outbound_clusters(layout: Layout, directory: Path) -> list[dict[str, Any]]:
    return [_outbound_cluster(outbound, directory) for outbound in layout.outbounds.values()]


def _outbound_cluster(outbound: Outbound, directory: Path) -> dict[str, Any]:
    source = {"path_config_source": {"path": str(endpoints_path(directory, outbound))}}
    return {
        "name": outbound.name,
        "type": "EDS",
        "eds_cluster_config": {"eds_config": source},
        "connect_timeout": CONNECT_TIMEOUT,
        # No panic: without a ready pod, a call fails at once.
        "common_lb_config": {"healthy_panic_threshold": {"value": 0}},
        **_protocol_options(outbound.service.protocol),
    }


def _app_clusters(layout: Layout) -> list[dict[str, Any]]:
    pods = {inbound.pod.name: inbound.pod for inbound in layout.inbounds.values()}
    return [_app_cluster(pod) for pod in pods.values()]


def _app_cluster(pod: PodSpec) -> dict[str, Any]:
    name = app_cluster_name(pod.name)
    return {
        "name": name,
        "type": "STATIC",
        "load_assignment": {"cluster_name": name, "endpoints": [{"lb_endpoints": [endpoint(HOST, pod.port)]}]},
        "connect_timeout": CONNECT_TIMEOUT,
        "common_lb_config": {"healthy_panic_threshold": {"value": 0}},
        **_protocol_options(pod.service.protocol),
    }


def _protocol_options(protocol: str) -> dict[str, Any]:
    """HTTP/2 without keep-alive pings: whether a hung pod is noticed is up to its callers' deadlines."""
    if protocol == "tcp":
        return {}
    kind = "http2_protocol_options" if protocol == "grpc" else "http_protocol_options"
    options = {
        "@type": f"{EXTENSIONS}.upstreams.http.v3.HttpProtocolOptions",
        "common_http_protocol_options": {"idle_timeout": POOL_IDLE_TIMEOUT},
        "explicit_http_config": {kind: {}},
    }
    return {"typed_extension_protocol_options": {HTTP_OPTIONS: options}}
