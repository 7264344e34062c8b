"""The part of Envoy's configuration that changes while it runs.

clusters.json (endpoints), routes.json (faults), listeners.json (which pods there are). Envoy watches the three files.
They are replaced by a rename, so it never reads half a file, and an Envoy that is started anew finds the state of now.
Three files and not one a pod: each watched file takes one of the few inotify instances that a user has (128 by
default, all programs together).
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from local_cluster.environment import CALLER_HEADER
from local_cluster.mesh.clusters import app_cluster, outbound_cluster
from local_cluster.mesh.http_fault import HttpFault, per_filter_config
from local_cluster.mesh.layout import Layout, Outbound, app_cluster_name, is_http
from local_cluster.reserved_file import ReservedFile
from local_cluster.topology import HOST, ServiceSpec

LISTENER_TYPE: Final = "type.googleapis.com/envoy.config.listener.v3.Listener"
CLUSTER_TYPE: Final = "type.googleapis.com/envoy.config.cluster.v3.Cluster"
ROUTES_TYPE: Final = "type.googleapis.com/envoy.config.route.v3.RouteConfiguration"
ROUTES_NAME: Final = "mesh"
# Set by each listener to its own name, so that one route configuration serves them all; no application sees it.
LISTENER_HEADER: Final = "x-mesh-listener"
# Documents are first written without endpoints and faults, and pods may come.
GROWTH: Final = 4


class LiveDocument:
    """A JSON file that others follow: never seen in part, and with room to be changed when the disk is full."""

    def __init__(self, path: Path) -> None:
        self._file = ReservedFile(path)
        self._reserved = False

    def write(self, document: Any) -> None:
        """Raises OSError."""
        content = json.dumps(document)
        if self._reserved:
            self._file.write(content)
            return
        self._file.write(content, room=GROWTH * len(content))
        self._file.reserve()
        self._reserved = True


@dataclass(slots=True)
class Discovery:
    """Owner of the files."""

    layout: Layout
    directory: Path
    token: str = ""  # what a request must carry; empty: nothing
    ready: dict[str, frozenset[str]] = field(default_factory=dict)  # by service
    faults: dict[str, HttpFault] = field(default_factory=dict)  # by listener
    version: int = 0
    _documents: dict[Path, LiveDocument] = field(default_factory=dict)

    @property
    def clusters_path(self) -> Path:
        return self.directory / "clusters.json"

    @property
    def routes_path(self) -> Path:
        return self.directory / "routes.json"

    @property
    def listeners_path(self) -> Path:
        return self.directory / "listeners.json"

    def addresses(self, outbound: Outbound) -> list[tuple[str, int]]:
        """Where the calls of one pod to one service go: the wires to the service's ready pods."""
        ready = self.ready.get(outbound.service.name, frozenset())
        return [(HOST, pair.listen) for pair in self.layout.pairs_of(outbound) if pair.callee in ready]

    def write_clusters(self) -> int:
        layout = self.layout
        clusters = [outbound_cluster(outbound, self.addresses(outbound)) for outbound in layout.outbounds.values()]
        clusters += [app_cluster(pod) for pod in layout.callees()]
        return self._write(self.clusters_path, ({"@type": CLUSTER_TYPE, **cluster} for cluster in clusters))

    def write_listeners(self, listeners: Iterable[Mapping[str, Any]]) -> int:
        return self._write(self.listeners_path, ({"@type": LISTENER_TYPE, **listener} for listener in listeners))

    def write_routes(self) -> int:
        return self._write(self.routes_path, [_routes(self.layout, self.faults, self.token)])

    def _write(self, path: Path, resources: Iterable[Mapping[str, Any]]) -> int:
        self.version += 1
        document = self._documents.setdefault(path, LiveDocument(path))
        document.write({"version_info": str(self.version), "resources": list(resources)})
        return self.version


def route(
    cluster: str, *, prefix: str = "/", per_filter: dict[str, Any] | None = None, token: str = ""
) -> dict[str, Any]:
    """A route without timeout and retries: the applications' deadlines decide, and each failure is seen.

    With a token, only requests that carry it have this route; the others have none, and get 404.
    """
    match = {"prefix": prefix} | ({"headers": [carries(token)]} if token else {})
    config: dict[str, Any] = {"match": match, "route": {"cluster": cluster, "timeout": "0s"}}
    return config | ({"typed_per_filter_config": per_filter} if per_filter else {})


def carries(token: str) -> dict[str, Any]:
    """Envoy's matcher of requests that carry it."""
    return {"name": CALLER_HEADER, "string_match": {"exact": token}}


def _routes(layout: Layout, faults: Mapping[str, HttpFault], token: str) -> dict[str, Any]:
    """Of each listener: where its requests go, to which service."""
    listeners = [(out.name, out.name, out.service) for out in layout.outbounds.values()]
    listeners += [(each.name, app_cluster_name(each.pod.name), each.pod.service) for each in layout.inbounds.values()]
    return {
        "@type": ROUTES_TYPE,
        "name": ROUTES_NAME,
        "vhost_header": LISTENER_HEADER,
        "request_headers_to_remove": [LISTENER_HEADER],
        "virtual_hosts": [
            {"name": name, "domains": [name], "routes": _routes_to(cluster, service, faults.get(name), token)}
            for name, cluster, service in listeners
            if is_http(service.protocol)
        ],
    }


def _routes_to(cluster: str, service: ServiceSpec, fault: HttpFault | None, token: str) -> list[dict[str, Any]]:
    routes = []
    if fault is not None:
        per_filter = per_filter_config(fault, service)
        routes.append(route(cluster, prefix=fault.path or "/", per_filter=per_filter, token=token))
    if fault is None or fault.path:
        routes.append(route(cluster, token=token))
    return routes
