"""A small shop of real servers behind a real mesh. The servers run in the test's own event loop."""

import asyncio
import json
import os
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import grpc
import pytest
from aiohttp import web

from local_cluster.children import Children
from local_cluster.mesh import Mesh
from local_cluster.topology import HOST, PodSpec, PortAllocator, ServiceSpec, Topology, build_topology

METHOD = "/shop.Cart/Get"
FAILING = "/shop.Cart/Fail"  # the gRPC servers fail with INTERNAL
SLOW = "/shop.Cart/Slow"  # they take 0.1 s
FAILURE = "can't access cart storage: it's full"
DEADLINE = 20.0
SERVICES = {
    "loadgenerator": ("", 1, ("frontend",)),
    "frontend": ("http", 1, ("cart", "ad", "checkout")),
    "checkout": ("grpc", 1, ("cart",)),
    "cart": ("grpc", 2, ("redis-cart",)),
    "ad": ("http", 2, ()),
    "redis-cart": ("tcp", 1, ()),
}


@dataclass(frozen=True)
class Answer:
    """What a caller saw. Times are seconds on their way: to the server, and back."""

    status: int
    pod: str = ""
    message: str = ""
    there: float = 0.0
    back: float = 0.0
    headers: dict[str, str] = field(default_factory=dict)  # of the response
    request_headers: dict[str, str] = field(default_factory=dict)  # as the server got them


def service(name: str, replicas: int | None = None) -> ServiceSpec:
    protocol, count, calls = SERVICES[name]
    replicas = count if replicas is None else replicas
    return ServiceSpec(name, protocol, 80, "python", replicas, {}, 1.0, 1 << 27, calls=calls, failure=FAILURE)


class Stage:
    """The shop under test: `call` from any caller pod, through the mesh."""

    def __init__(self, topology: Topology, mesh: Mesh, children: Children, directory: Path) -> None:
        self.topology, self.mesh, self.children, self.directory = topology, mesh, children, directory
        self._channels: dict[tuple[str, str], Any] = {}
        self._session: aiohttp.ClientSession | None = None
        self._stops: dict[str, Callable[[], Any]] = {}

    async def open(self) -> None:
        self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=DEADLINE))
        for pod in self.topology.pods.values():
            await self.start_pod(pod)
        for name in self.topology.services:
            await self.mesh.set_endpoints(name, [pod.name for pod in self.topology.pods_of(name)])

    async def close(self) -> None:
        for channel in self._channels.values():
            await channel.close()
        if self._session:
            await self._session.close()
        for name in list(self._stops):
            await self.stop_pod(name)

    async def start_pod(self, pod: PodSpec) -> None:
        start = {"grpc": _serve_grpc, "http": _serve_http, "tcp": _serve_echo}.get(pod.service.protocol)
        if start:
            self._stops[pod.name] = await start(pod)

    async def stop_pod(self, name: str) -> None:
        await self._stops.pop(name)()

    async def hang_up(self, caller: str) -> None:
        """Its connections end with the process of a pod; all pods here are one process."""
        for key in [key for key in self._channels if key[0] == caller]:
            await self._channels.pop(key).close()

    async def call(self, caller: str, callee: str, path: str = METHOD) -> Answer:
        protocol = self.topology.services[callee].protocol
        return await (self._grpc if protocol == "grpc" else self._http)(caller, callee, path)

    async def calls(self, caller: str, callee: str, count: int, path: str = METHOD) -> list[Answer]:
        return [await self.call(caller, callee, path) for _ in range(count)]

    async def call_pod(self, caller: str, pod: str, path: str = METHOD) -> Answer:
        """A call that this very pod answered; tries until the balancer picks it."""
        callee = self.topology.pods[pod].service.name
        for _ in range(50):
            answer = await self.call(caller, callee, path)
            if answer.pod == pod:
                return answer
        raise AssertionError(f"{pod} answered none of 50 calls")

    async def echo(self, caller: str, data: bytes) -> bytes:
        reader, writer = await asyncio.open_connection(HOST, self.mesh.edge_port(caller, "redis-cart"))
        try:
            writer.write(data)
            return await asyncio.wait_for(reader.readexactly(len(data)), DEADLINE)
        finally:
            writer.close()

    async def page(self) -> str:
        """Envoy's statistics page. A caller has its answer a moment before its request is counted."""
        await asyncio.sleep(0.2)
        return await self.mesh._admin.get("/stats/prometheus?usedonly")

    async def _grpc(self, caller: str, callee: str, path: str) -> Answer:
        key = (caller, callee)
        if key not in self._channels:
            self._channels[key] = grpc.aio.insecure_channel(f"{HOST}:{self.mesh.edge_port(*key)}")
        call = self._channels[key].unary_unary(path)(b"?", timeout=DEADLINE)
        sent = time.monotonic()
        try:
            body = json.loads(await call)
        except grpc.aio.AioRpcError as error:
            pairs = [*error.initial_metadata(), *error.trailing_metadata()]
            headers = {str(k): str(v) for k, v in pairs} | {"debug": error.debug_error_string()}
            return Answer(error.code().value[0], message=error.details() or "", headers=headers)
        return _answer(0, body, sent, {str(k): str(v) for k, v in await call.initial_metadata()})

    async def _http(self, caller: str, callee: str, path: str) -> Answer:
        assert self._session
        sent = time.monotonic()
        url = f"http://{HOST}:{self.mesh.edge_port(caller, callee)}{path}"
        async with self._session.get(url) as response:
            text = await response.text()
            headers = {key.lower(): value for key, value in response.headers.items()}
            if response.status != 200:
                return Answer(response.status, message=text, headers=headers)
            return _answer(200, json.loads(text), sent, headers)


def _answer(status: int, body: dict[str, Any], sent: float, headers: dict[str, str]) -> Answer:
    there, back = body["at"] - sent, time.monotonic() - body["at"]
    return Answer(status, body["pod"], "", there, back, headers, body["headers"])


def _body(pod: PodSpec, headers: Any) -> bytes:
    return json.dumps({"pod": pod.name, "at": time.monotonic(), "headers": dict(headers)}).encode()


async def _serve_grpc(pod: PodSpec) -> Callable[[], Any]:
    async def answer(_request: bytes, context: Any) -> bytes:
        return _body(pod, [(str(key), str(value)) for key, value in context.invocation_metadata()])

    async def answer_late(request: bytes, context: Any) -> bytes:
        await asyncio.sleep(0.1)
        return await answer(request, context)

    async def fail(_request: bytes, context: Any) -> bytes:
        return await context.abort(grpc.StatusCode.INTERNAL, FAILURE)

    class Handler(grpc.GenericRpcHandler):
        def service(self, details: Any) -> Any:
            behaviour = {FAILING: fail, SLOW: answer_late}.get(details.method, answer)
            return grpc.unary_unary_rpc_method_handler(behaviour)

    server = grpc.aio.server()
    server.add_generic_rpc_handlers((Handler(),))
    assert server.add_insecure_port(f"{HOST}:{pod.port}") == pod.port
    await server.start()
    return lambda: server.stop(None)


async def _serve_http(pod: PodSpec) -> Callable[[], Any]:
    async def answer(request: web.Request) -> web.Response:
        headers = {key.lower(): value for key, value in request.headers.items()}
        return web.Response(body=_body(pod, headers))

    app = web.Application()
    app.router.add_get("/{path:.*}", answer)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, HOST, pod.port).start()
    return runner.cleanup


async def _serve_echo(pod: PodSpec) -> Callable[[], Any]:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError):
            while data := await reader.read(65536):
                writer.write(data)
                await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, HOST, pod.port)

    async def stop() -> None:
        server.close()

    return stop


@pytest.fixture
def ports() -> PortAllocator:
    """Each test process begins elsewhere, so that two at a time don't race for the same ports."""
    return PortAllocator(22000 + os.getpid() % 40 * 250)


@pytest.fixture
def stage(tmp_path: Path, ports: PortAllocator) -> Callable[..., Any]:
    """`async with stage() as shop:`; replicas may be overridden by service name."""

    @asynccontextmanager
    async def opened(token: str = "", **replicas: int) -> AsyncIterator[Stage]:
        services = {name: service(name, replicas.get(name.replace("-", "_"))) for name in SERVICES}
        topology = build_topology(services, ports)
        children = Children()
        mesh = Mesh(topology, ports, tmp_path, tmp_path, children, (HOST, ports.allocate()), token)
        shop = Stage(topology, mesh, children, tmp_path)
        try:
            await mesh.start()
            await shop.open()
            yield shop
        finally:
            await shop.close()
            await mesh.stop()
            await children.stop_all()

    return opened


@pytest.fixture
def tally() -> Callable[..., Counter]:
    """Answers counted by one of their fields."""
    return lambda answers, by: Counter(getattr(answer, by) for answer in answers)
