"""The collector as a process: spans by the real exporter, logs and samples, through kills and restarts.

The local cluster's control socket and the mesh's statistics page are played by a small HTTP server, so that both can
be taken away; the real ones are used where the whole cluster is tested.
"""

import asyncio
import gzip
import http.client
import http.server
import json
import os
import random
import signal
import socket
import socketserver
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from opentelemetry.exporter.otlp.proto.http.trace_exporter import Compression, OTLPSpanExporter
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import ResourceSpans, ScopeSpans, Span
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import SpanKind, Status, StatusCode

from local_cluster import without
from local_cluster.collector.gaps import GapLog
from local_cluster.collector.sampler import Sampler
from local_cluster.environment import TOKEN_VARIABLE
from telemetry_store.reader import BEGINNING, END, StoreReader
from telemetry_store.writer import StoreWriter
from tests.full_disk import small_disk

BACKEND = Path(__file__).resolve().parents[2] / "platform_backend"
PAGE = (Path(__file__).with_name("collector_data") / "envoy_stats.txt").read_bytes()
INTERVAL_US = 500_000
KILLS = 4
TOKEN = "of-this-instance"


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        reply = PAGE if self.path.startswith("/stats") else json.dumps(self.server.cgroups).encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/plain" if reply is PAGE else "application/json")
        self.send_header("Content-Length", str(len(reply)))
        self.end_headers()
        self.wfile.write(reply)

    def address_string(self) -> str:
        return "local"

    def log_message(self, *_: Any) -> None:
        pass


class UnixServer(socketserver.ThreadingUnixStreamServer):
    daemon_threads = True


@dataclass
class Collector:
    """Starts, kills and stops the process; knows its folders."""

    folder: Path
    port: int
    process: subprocess.Popen | None = None
    log: Path = field(init=False)

    def __post_init__(self) -> None:
        self.log = self.folder / "collector.log"

    def start(self) -> None:
        arguments = {
            "--directory": self.folder / "telemetry",
            "--pods": self.folder / "pods",
            "--port": self.port,
            "--envoy-admin": self.folder / "envoy.sock",
            "--control": self.folder / "cluster.sock",
            "--node": "local",
            "--interval": INTERVAL_US / 1e6,
        }
        argv = [str(part) for pair in arguments.items() for part in pair]
        environment = {**os.environ, "PYTHONPATH": str(BACKEND), TOKEN_VARIABLE: TOKEN}
        with self.log.open("ab") as log:
            self.process = subprocess.Popen([sys.executable, *without.COLLECTOR, *argv], env=environment, stderr=log)
        self.wait_for(self.answers)

    def answers(self) -> bool:
        assert self.process.poll() is None, self.log.read_text()
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def end(self, how: signal.Signals) -> int:
        self.process.send_signal(how)
        return self.process.wait(timeout=20)

    def rows(self, table: str, sql: str) -> list[tuple]:
        reader = StoreReader(self.folder / "telemetry", threads=1)
        try:
            return reader.query(sql, {}, table=table, start=BEGINNING, end=END)
        finally:
            reader.close()

    def wait_for(self, holds: Callable[[], Any], seconds: float = 20) -> Any:
        deadline = time.monotonic() + seconds
        while not (value := holds()):
            assert time.monotonic() < deadline, self.log.read_text()
            time.sleep(0.05)
        return value

    def write_log(self, pod: str, text: str) -> None:
        path = self.folder / "pods" / pod / "stdout.log"
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a") as file:
            file.write(text)


def cgroups(pid: int) -> dict[str, Any]:
    numbers = dict.fromkeys(("cfs_periods", "cfs_throttled_periods", "cfs_throttled_us", "restarts"), 0)
    limits = {"cpu_limit": 0.5, "memory_limit": 1 << 27}
    told = {"service": "cartservice", "pids": [pid], "ready": True, "has_volume": False}
    return {"cartservice-0": {**told, **limits, **numbers}}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def mesh(tmp_path: Path) -> Iterator[UnixServer]:
    yield from served(UnixServer(str(tmp_path / "envoy.sock"), Handler))


@pytest.fixture
def controller(tmp_path: Path) -> Iterator[UnixServer]:
    yield from served(UnixServer(str(tmp_path / "cluster.sock"), Handler))


def served(server: Any) -> Iterator[Any]:
    server.cgroups = cgroups(os.getpid())
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield server
    server.shutdown()
    thread.join(timeout=10)
    server.server_close()


@pytest.fixture
def collector(tmp_path: Path, mesh: UnixServer, controller: UnixServer) -> Iterator[Collector]:
    running = Collector(tmp_path, free_port())
    running.start()
    yield running
    if running.process.poll() is None:
        running.end(signal.SIGKILL)


def provider(port: int, compression: Compression) -> TracerProvider:
    resource = Resource({"service.name": "cartservice", "service.instance.id": "cartservice-0"})
    exporter = OTLPSpanExporter(
        f"http://127.0.0.1:{port}/v1/traces",
        compression=compression,
        timeout=10,
        headers={"authorization": f"Bearer {TOKEN}"},
    )
    made = TracerProvider(resource=resource)
    made.add_span_processor(BatchSpanProcessor(exporter))
    return made


@pytest.mark.parametrize("compression", [Compression.NoCompression, Compression.Gzip])
def test_spans_by_the_real_exporter(collector: Collector, compression: Compression) -> None:
    traces = provider(collector.port, compression)
    tracer = traces.get_tracer("test")
    rpc = {"rpc.system": "grpc", "rpc.service": "hipstershop.CartService", "rpc.method": "GetCart"}
    with tracer.start_as_current_span("page", kind=SpanKind.SERVER, attributes={"http.request.method": "GET"}) as page:
        page.set_attribute("http.response.status_code", 500)
        with tracer.start_as_current_span("call", kind=SpanKind.CLIENT, attributes=rpc) as call:
            call.set_attribute("rpc.grpc.status_code", 14)
            call.set_status(Status(StatusCode.ERROR))
    assert traces.force_flush(10_000)
    # Acknowledged is stored: no waiting here, and a kill changes nothing.
    collector.end(signal.SIGKILL)
    rows = collector.rows(
        "spans",
        "select operation_name, kind, type, status_code, pod, span_id, parent_span_id from {rows} order by type desc",
    )
    traces.shutdown()
    (http_row, grpc_row) = rows
    assert http_row[:5] == ("page", "server", "http", 500, "cartservice-0")
    assert grpc_row[:5] == ("/hipstershop.CartService/GetCart", "client", "grpc", 14, "cartservice-0")
    assert grpc_row[6] == http_row[5]
    assert http_row[6] is None


@pytest.mark.parametrize(
    ("body", "headers", "status"),
    [
        (b"no protobuf", {"Content-Type": "application/x-protobuf"}, 400),
        (b"{}", {"Content-Type": "application/json"}, 415),
        (b"not gzip", {"Content-Type": "application/x-protobuf", "Content-Encoding": "gzip"}, 400),
        (
            gzip.compress(bytes(17 << 20)),
            {"Content-Type": "application/x-protobuf", "Content-Encoding": "gzip"},
            413,
        ),
    ],
)
def test_bad_requests_are_refused(collector: Collector, body: bytes, headers: dict[str, str], status: int) -> None:
    url = f"http://127.0.0.1:{collector.port}/v1/traces"
    request = urllib.request.Request(url, data=body, headers={"Authorization": f"Bearer {TOKEN}"} | headers)
    with pytest.raises(urllib.error.HTTPError) as error:
        urllib.request.urlopen(request, timeout=10)
    error.value.close()
    assert error.value.code == status
    assert collector.process.poll() is None


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": ""},
        {"Authorization": "Bearer"},
        {"Authorization": f"Bearer {TOKEN}x"},
        {"Authorization": TOKEN},
        {"Authorization": "Bearer tökén"},
        {"X-Caller-Token": TOKEN},
    ],
    ids=str,
)
def test_spans_of_strangers_are_refused(collector: Collector, headers: dict[str, str]) -> None:
    span = Span(trace_id=bytes(16), span_id=bytes(8), name="forged")
    scoped = ResourceSpans(scope_spans=[ScopeSpans(spans=[span])])
    body = ExportTraceServiceRequest(resource_spans=[scoped]).SerializeToString()
    connection = http.client.HTTPConnection("127.0.0.1", collector.port, timeout=10)
    connection.request("POST", "/v1/traces", body, {"Content-Type": "application/x-protobuf"} | headers)
    answer = connection.getresponse()
    assert answer.status == 401
    assert b"token of this instance" in answer.read()
    connection.close()
    collector.end(signal.SIGTERM)
    assert collector.rows("spans", "select * from {rows}") == []


def test_samples_come_on_aligned_ticks(collector: Collector) -> None:
    count = "select count(distinct timestamp) from {rows}"
    collector.wait_for(lambda: collector.rows("samples", count)[0][0] >= 4)
    assert collector.end(signal.SIGTERM) == 0
    times = [row[0] for row in collector.rows("samples", "select distinct timestamp from {rows} order by 1")]
    assert {moment % INTERVAL_US for moment in times} == {0}
    sources = collector.rows(
        "samples", "select count(*) from {rows} group by timestamp, metric like 'istio%' order by timestamp"
    )
    assert len(sources) == 2 * len(times), "both sources on every tick"
    idle = "select value from {rows} where metric = 'node_cpu_seconds_total' and labels like 'mode=idle,%'"
    assert len(collector.rows("samples", idle)) == len(times), "and the node"
    counters = collector.rows(
        "samples",
        "select value from {rows} where metric = 'container_cpu_usage_seconds_total' order by timestamp",
    )
    assert counters == sorted(counters)
    assert not (collector.folder / "telemetry" / "gaps.jsonl").exists()


def test_logs_come_exactly_once_over_kills(collector: Collector) -> None:
    noise = random.Random(4)
    written = 0
    for _ in range(KILLS):
        deadline = time.monotonic() + noise.uniform(0.3, 1.3)
        while time.monotonic() < deadline:
            lines = [json.dumps({"message": f"{written + i}", "severity": "INFO"}) for i in range(40)]
            collector.write_log(f"pod-{noise.randrange(3)}", "\n".join(lines) + "\n")
            written += len(lines)
            time.sleep(0.02)
        collector.end(signal.SIGKILL)
        collector.start()
    assert collector.end(signal.SIGTERM) == 0, "a graceful stop reads what is left"
    messages = collector.rows("logs", "select message, log_id from {rows}")
    assert sorted(int(message) for message, _ in messages) == list(range(written))
    assert len({log_id for _, log_id in messages}) == written


def gaps(collector: Collector) -> list[dict]:
    path = collector.folder / "telemetry" / "gaps.jsonl"
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def test_missing_sources_and_a_missing_collector_are_gaps(collector: Collector, controller: UnixServer) -> None:
    has_container = "select count(*) from {rows} where metric like 'container%'"
    collector.wait_for(lambda: collector.rows("samples", has_container)[0][0])
    hidden = collector.folder / "hidden.sock"
    path = collector.folder / "cluster.sock"
    path.rename(hidden)
    collector.end(signal.SIGKILL)  # a kept connection would go on working
    time.sleep(2 * INTERVAL_US / 1e6)
    collector.start()
    time.sleep(3 * INTERVAL_US / 1e6)
    hidden.rename(path)
    collector.wait_for(lambda: len(gaps(collector)) >= 2)
    away, blind = gaps(collector)
    assert away["reason"] == "collector did not run"
    assert away["end_us"] - away["start_us"] >= 2 * INTERVAL_US
    assert "local cluster" in blind["reason"]
    assert away["end_us"] == blind["start_us"], "the first tick after the restart has no container metrics"
    assert blind["end_us"] - blind["start_us"] >= 2 * INTERVAL_US
    assert {gap["table"] for gap in gaps(collector)} == {"samples"}
    where = f"timestamp >= {blind['start_us']} and timestamp < {blind['end_us']}"
    inside = collector.rows(
        "samples", f"select count(*) filter (metric like 'container%'), count(*) from {{rows}} where {where}"
    )
    assert inside[0][0] == 0 < inside[0][1]


def test_a_full_disk_is_outlived_and_told(tmp_path: Path, mesh: UnixServer, controller: UnixServer) -> None:
    def write(first: int, last: int) -> None:
        lines = [json.dumps({"message": str(number), "severity": "INFO"}) for number in range(first, last)]
        collector.write_log("pod-0", "\n".join(lines) + "\n")

    def stored() -> list[int]:
        return sorted(int(message) for (message,) in collector.rows("logs", "select message from {rows}"))

    with small_disk(tmp_path / "telemetry", 8) as disk:
        collector = Collector(tmp_path, free_port())
        collector.start()
        try:
            write(0, 100)
            collector.wait_for(lambda: stored() == list(range(100)))
            disk.fill()
            write(100, 20_000)  # more than may still fit into a page that is in use
            for what in ("logs", "samples"):
                collector.wait_for(lambda: f"{what} can't be stored" in collector.log.read_text())  # noqa: B023
            traces = provider(collector.port, Compression.NoCompression)
            with traces.get_tracer("test").start_as_current_span("page"):
                pass
            threading.Timer(2, disk.free).start()
            assert traces.force_flush(20_000), "the exporter sends again what was refused"
            traces.shutdown()
            collector.wait_for(lambda: stored() == list(range(20_000)))
            journal = tmp_path / "telemetry" / "gaps.jsonl"
            collector.wait_for(lambda: journal.exists() and len(journal.read_text().splitlines()) >= 3)
            gaps = [json.loads(line) for line in journal.read_text().splitlines()]
            assert {gap["table"] for gap in gaps} == {"logs", "spans", "samples"}
            assert all(gap["start_us"] < gap["end_us"] for gap in gaps)
            assert collector.end(signal.SIGTERM) == 0
            assert stored() == list(range(20_000))
            assert not list((tmp_path / "telemetry").rglob(".tmp-*"))
        finally:
            collector.process.kill()
            collector.process.wait(timeout=10)


def test_a_second_collector_is_refused(collector: Collector) -> None:
    other = Collector(collector.folder, free_port())
    with pytest.raises(AssertionError, match="another process writes to this store"):
        other.start()
    assert other.process.wait(timeout=10) == 1


def test_pandas_stays_out(collector: Collector) -> None:
    """Nor numpy. pyarrow would load them by itself, and they would double the collector."""
    collector.wait_for(lambda: collector.rows("samples", "select count(*) from {rows}")[0][0])
    maps = Path(f"/proc/{collector.process.pid}/maps").read_text()
    assert "/pandas/" not in maps
    assert "/numpy/" not in maps


def test_a_clock_set_back_does_not_stop_the_ticks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter([10_200_000, 10_250_000, 3_100_000, 3_500_000, 3_500_000])
    monkeypatch.setattr(time, "time_ns", lambda: next(clock) * 1000)

    async def next_tick() -> int:
        async def no_time(_: float) -> None: ...

        monkeypatch.setattr(asyncio, "sleep", no_time)
        with StoreWriter(tmp_path / "telemetry") as writer:
            sampler = Sampler(
                writer=writer, gaps=GapLog(tmp_path), control="none", envoy_admin="none", node="n", interval_s=0.5
            )
            try:
                return await sampler._next_tick()
            finally:
                monkeypatch.undo()
                await sampler.stop()

    assert asyncio.run(next_tick()) == 3_500_000
