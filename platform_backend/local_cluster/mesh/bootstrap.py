"""Envoy's start-up configuration: admin socket, statistics, and where it finds the rest."""

from pathlib import Path
from typing import Any, Final

from local_cluster.files import PRIVATE
from local_cluster.mesh.discovery import Discovery

# Only what the collector needs: memory, and nothing that counts injected faults.
STATISTICS: Final = ("istio", "tcp.source__", "tcp.destination__")
ADMIN_PATHS: Final = ("/ready", "/stats", "/clusters", "/listeners", "/config_dump", "/memory")


def bootstrap(discovery: Discovery, admin: Path) -> dict[str, Any]:
    """`admin`: the socket on which Envoy answers questions; they tell which faults there are, so it is private."""
    return {
        "node": {"id": "mesh", "cluster": "shop"},
        "admin": {
            "address": {"pipe": {"path": str(admin), "mode": PRIVATE}},
            "allow_paths": [{"prefix": path} for path in ADMIN_PATHS],
        },
        "dynamic_resources": {
            "cds_config": {"path_config_source": {"path": str(discovery.clusters_path)}},
            "lds_config": {"path_config_source": {"path": str(discovery.listeners_path)}},
        },
        "stats_config": {
            "stats_matcher": {"inclusion_list": {"patterns": [{"prefix": prefix} for prefix in STATISTICS]}},
        },
    }
