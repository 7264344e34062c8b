"""Envoy's start-up configuration: listeners, clusters, admin socket, statistics."""

from pathlib import Path
from typing import Any, Final

from local_cluster.files import PRIVATE
from local_cluster.mesh.clusters import app_cluster
from local_cluster.mesh.discovery import Discovery
from local_cluster.mesh.listeners import inbound_listener, outbound_listener

# Only what the collector needs: memory, and nothing that counts injected faults.
STATISTICS: Final = ("istio", "tcp.source__", "tcp.destination__")
ADMIN_PATHS: Final = ("/ready", "/stats", "/clusters", "/config_dump", "/memory")


def bootstrap(discovery: Discovery, admin: Path) -> dict[str, Any]:
    """`admin`: the socket on which Envoy answers questions; they tell which faults there are, so it is private."""
    layout = discovery.layout
    return {
        "node": {"id": "mesh", "cluster": "shop"},
        "admin": {
            "address": {"pipe": {"path": str(admin), "mode": PRIVATE}},
            "allow_paths": [{"prefix": path} for path in ADMIN_PATHS],
        },
        "static_resources": {
            "listeners": [
                *(
                    outbound_listener(outbound, discovery.routes_path, discovery.token)
                    for outbound in layout.outbounds.values()
                ),
                *(
                    inbound_listener(inbound, discovery.routes_path, discovery.token)
                    for inbound in layout.inbounds.values()
                ),
            ],
            "clusters": [app_cluster(pod) for pod in layout.callees()],
        },
        "dynamic_resources": {"cds_config": {"path_config_source": {"path": str(discovery.clusters_path)}}},
        "stats_config": {
            "stats_matcher": {"inclusion_list": {"patterns": [{"prefix": prefix} for prefix in STATISTICS]}},
        },
    }
