"""The part of Envoy's configuration that changes while it runs: one file a cluster (endpoints), one a pod (routes).

Envoy watches the files. They are replaced by a rename, so it never reads half a file, and an Envoy that is started
anew finds the state of now.
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from local_cluster.mesh.http_fault import HttpFault, per_filter_config

ENDPOINTS: Final = "type.googleapis.com/envoy.config.endpoint.v3.ClusterLoadAssignment"
ROUTES: Final = "type.googleapis.com/envoy.config.route.v3.RouteConfiguration"


def write_atomically(path: Path, document: Any) -> None:
    """The file is the old one or the new one, never a part."""
    temporary = path.with_suffix(".new")
    temporary.write_text(json.dumps(document), encoding="utf-8")
    temporary.replace(path)


def endpoint(host: str, port: int) -> dict[str, Any]:
    return {"endpoint": {"address": {"socket_address": {"address": host, "port_value": port}}}}


def endpoints_document(cluster: str, version: str, addresses: Sequence[tuple[str, int]]) -> dict[str, Any]:
    assignment = {
        "@type": ENDPOINTS,
        "cluster_name": cluster,
        "endpoints": [{"lb_endpoints": [endpoint(host, port) for host, port in addresses]}],
    }
    return {"version_info": version, "resources": [assignment]}


def routes_document(name: str, version: str, cluster: str, fault: HttpFault | None) -> dict[str, Any]:
    routes = []
    if fault is not None:
        routes.append(route(cluster, prefix=fault.path or "/", per_filter=per_filter_config(fault)))
    if fault is None or fault.path:
        routes.append(route(cluster))
    configuration = {
        "@type": ROUTES,
        "name": name,
        "virtual_hosts": [{"name": "all", "domains": ["*"], "routes": routes}],
    }
    return {"version_info": version, "resources": [configuration]}


def route(cluster: str, *, prefix: str = "/", per_filter: dict[str, Any] | None = None) -> dict[str, Any]:
    """A route without timeout and retries: the applications' deadlines decide, and each failure is seen."""
    config: dict[str, Any] = {"match": {"prefix": prefix}, "route": {"cluster": cluster, "timeout": "0s"}}
    return config | ({"typed_per_filter_config": per_filter} if per_filter else {})
