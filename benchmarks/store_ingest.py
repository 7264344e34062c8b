"""What it costs to store telemetry.

1. Log rows a second that a writer on one core stores and seals, while a reader of another process keeps asking.
   Bar: 100,000.
2. CPU of the collector process at 4,000 rows a second: 3,000 log lines in 11 pods' files, 300 spans by OTLP, 700
   samples from /proc and the mesh's page; then of each source alone, and of the store's writer alone, without
   parsing, on the same rows. Bar: 3 % of a core.

    .venv/bin/python benchmarks/store_ingest.py [--seconds 20] [--collector-seconds 120] [--source-seconds 30]

Ends with 1 when a bar is missed. A segment is sealed about once a minute, so the second part takes a few.
"""

import argparse
import asyncio
import json
import multiprocessing as mp
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Final

import psutil
from aiohttp import ClientSession, web
from generated_store import LEVELS, SERVICES, START, Logs
from live_ingest import Rates, ingesting
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from local_cluster import without
from telemetry_store.reader import BEGINNING, END, StoreReader
from telemetry_store.writer import StoreWriter

BACKEND: Final = Path(__file__).resolve().parents[1] / "platform_backend"
ROWS_BAR: Final = 100_000
CPU_BAR: Final = 3.0
BATCH: Final = 2500
WARM_UP: Final = 5.0
PODS: Final = [f"{service}-0" for service in SERVICES]
CONTAINER_METRICS: Final = 17  # of each pod, by the collector itself
TEXT: Final = ("service", "pod", "level", "message", "trace_id", "span_id")


# -- 1: throughput ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Stored:
    rows: int
    seconds: float
    cpu: float

    @property
    def rate(self) -> float:
        return self.rows / self.seconds


def throughput(folder: Path, seconds: float) -> bool:
    """The writer on the first core with everything it does; the reader on the others."""
    ours, theirs = mp.Pipe()
    writer = mp.get_context("spawn").Process(target=_write, args=(folder, seconds, theirs), daemon=True)
    writer.start()
    ours.recv()
    _use_cores(0, others=True)
    reader, queries = StoreReader(folder), 0
    while not ours.poll():
        reader.query("select max(timestamp) from {rows}", {}, table="logs", start=BEGINNING, end=END)
        queries += 1
    stored: Stored = ours.recv()
    writer.join()
    counted = reader.count("logs", BEGINNING, END)
    met = stored.rate >= ROWS_BAR and counted == stored.rows
    print(f"{stored.rows:,} log rows in {stored.seconds:.1f} s, all of them counted: {counted == stored.rows}")
    print(f"while a reader asked {queries} times; {stored.rows / stored.cpu:,.0f} rows per CPU second")
    print(f"{'log rows a second on one core':<46}{stored.rate:>12,.0f}{ROWS_BAR:>12,}   {'ok' if met else 'MISSED'}")
    return met


def _write(folder: Path, seconds: float, report: Connection) -> None:
    _use_cores(0)
    rows = Logs().rows(START, BATCH * 20, 0)
    columns = {name: rows[name].to_pylist() for name in TEXT}
    batches = [{name: values[i : i + BATCH] for name, values in columns.items()} for i in range(0, BATCH * 20, BATCH)]
    report.send("ready")
    count, begun = 0, time.monotonic()
    with StoreWriter(folder) as writer:
        while time.monotonic() - begun < seconds:
            now = time.time_ns() // 1000
            batch = batches[count // BATCH % len(batches)]
            count += writer.append("logs", {"timestamp": list(range(now, now + BATCH)), **batch})
    # Closing has sealed all rows: that belongs to the price.
    report.send(Stored(count, time.monotonic() - begun, time.process_time()))


def _use_cores(first: int, *, others: bool = False) -> None:
    cores = sorted(os.sched_getaffinity(0))
    os.sched_setaffinity(0, cores[1:] if others and len(cores) > 1 else {cores[first]})


# -- 2: the collector ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Sources:
    logs: bool = False
    spans: bool = False
    samples: bool = False


def collector(work: Path, seconds: float, source_seconds: float) -> bool:
    rates = Rates()
    shares = {}
    for name, sources in {
        "nothing": Sources(),
        "logs": Sources(logs=True),
        "spans": Sources(spans=True),
        "samples": Sources(samples=True),
    }.items():
        shares[name] = _collector_share(work / name, sources, rates, source_seconds)
    everything = _collector_share(work / "all", Sources(True, True, True), rates, seconds)
    alone = _writer_share(work / "writer", rates, seconds)
    print(f"CPU, % of a core, at {rates.logs} logs + {rates.spans} spans + {rates.samples} samples a second")
    for name, share in shares.items():
        print(f"  {name + ' alone, without sealing':<44}{share.percent:>12.2f}   {share.rows:,.0f} rows/s stored")
    met = everything.percent <= CPU_BAR
    for name, share in (("the store's writer, with sealing", alone), ("the whole collector, with sealing", everything)):
        verdict = "ok" if share.percent <= CPU_BAR else "MISSED"
        print(f"{name:<46}{share.percent:>12.2f}{CPU_BAR:>12}   {verdict}   {share.rows:,.0f} rows/s stored")
    return met


@dataclass(frozen=True)
class Share:
    percent: float
    rows: float  # stored, a second


def _collector_share(folder: Path, sources: Sources, rates: Rates, seconds: float) -> Share:
    folder.mkdir()
    with _fed(folder, sources, rates) as port, _collector(folder, port) as pid:
        time.sleep(WARM_UP)
        return _measured(pid, folder / "telemetry", seconds)


def _writer_share(folder: Path, rates: Rates, seconds: float) -> Share:
    with ingesting(folder, START, rates) as pid:
        return _measured(pid, folder, seconds)


def _measured(pid: int, store: Path, seconds: float) -> Share:
    process, reader = psutil.Process(pid), StoreReader(store)
    before, rows, begun = process.cpu_times(), _count(reader), time.monotonic()
    time.sleep(seconds)
    after, passed = process.cpu_times(), time.monotonic() - begun
    used = after.user + after.system - before.user - before.system
    return Share(100 * used / passed, (_count(reader) - rows) / passed)


def _count(reader: StoreReader) -> int:
    return sum(reader.count(table, BEGINNING, END) for table in ("logs", "spans", "samples"))


@contextmanager
def _collector(folder: Path, port: int) -> Iterator[int]:
    arguments = {
        "--directory": folder / "telemetry",
        "--pods": folder / "pods",
        "--port": port,
        "--envoy-admin": folder / "envoy.sock",
        "--control": folder / "cluster.sock",
        "--node": "local",
    }
    command = [sys.executable, *without.COLLECTOR, *(str(part) for pair in arguments.items() for part in pair)]
    with (folder / "collector.log").open("wb") as log:
        child = subprocess.Popen(command, env={**os.environ, "PYTHONPATH": str(BACKEND)}, stderr=log)
    try:
        yield child.pid
        if child.poll() is not None:
            sys.exit(f"the collector ended: {(folder / 'collector.log').read_text()}")
    finally:
        child.terminate()
        child.wait(timeout=60)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def _fed(folder: Path, sources: Sources, rates: Rates) -> Iterator[int]:
    """Plays pods, controller and mesh in a process of its own."""
    port = _free_port()
    ours, theirs = mp.Pipe()
    child = mp.get_context("spawn").Process(
        target=_feed, args=(folder, sources, rates, port, os.getpid(), theirs), daemon=True
    )
    child.start()
    try:
        ours.recv()
        yield port
    finally:
        child.terminate()
        child.join(30)


def _feed(folder: Path, sources: Sources, rates: Rates, port: int, pid: int, ready: Connection) -> None:
    asyncio.run(_feed_all(folder, sources, rates, port, pid, ready))


async def _feed_all(folder: Path, sources: Sources, rates: Rates, port: int, pid: int, ready: Connection) -> None:
    await _serve(folder, _cgroups(pid) if sources.samples else {}, _mesh_page(rates) if sources.samples else "")
    ready.send("ready")
    parts = []
    if sources.logs:
        parts.append(_write_lines(folder / "pods", rates.logs))
    if sources.spans:
        parts += [_send_spans(pod, port, rates.spans / len(PODS), index) for index, pod in enumerate(PODS)]
    await asyncio.gather(*parts, asyncio.Event().wait())


async def _serve(folder: Path, cgroups: dict[str, object], page: str) -> None:
    async def answer_cgroups(_: web.Request) -> web.Response:
        return web.json_response(cgroups)

    async def answer_page(_: web.Request) -> web.Response:
        return web.Response(text=page)

    application = web.Application()
    application.router.add_get("/cgroups", answer_cgroups)
    application.router.add_get("/stats/prometheus", answer_page)
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    await web.UnixSite(runner, str(folder / "cluster.sock")).start()
    await web.UnixSite(runner, str(folder / "envoy.sock")).start()


def _cgroups(pid: int) -> dict[str, object]:
    numbers = dict.fromkeys(("cfs_periods", "cfs_throttled_periods", "cfs_throttled_us", "restarts"), 0)
    limits = {"cpu_limit": 0.5, "memory_limit": 1 << 27}
    return {pod: {"service": pod[:-2], "pids": [pid], "ready": True, **limits, **numbers} for pod in PODS}


def _mesh_page(rates: Rates) -> str:
    """As many lines as the samples need beside those of the containers, and as many again that are not stored."""
    lines = []
    for number in range(rates.samples - CONTAINER_METRICS * len(PODS)):
        pod, other = PODS[number % len(PODS)], SERVICES[number // len(PODS) % len(SERVICES)]
        labels = {"reporter": "source", "pod": pod, "source_workload": pod[:-2], "destination_workload": other}
        labels |= {"source_canonical_service": pod[:-2], "destination_canonical_service": other}
        labels |= {"destination_service_name": other, "request_protocol": "grpc", "response_code": str(200 + number)}
        text = ",".join(f'{name}="{value}"' for name, value in labels.items())
        lines += [f"envoy_istio_requests_total{{{text}}} {number}", f"envoy_other_total{{{text}}} {number}"]
    return "\n".join(lines) + "\n"


async def _write_lines(pods: Path, rate: int) -> None:
    """As the pods' own formatter writes them."""
    rows = Logs().rows(START, 60_000, 0)
    texts = list(zip(*(rows[name].to_pylist() for name in ("message", "trace_id", "span_id")), strict=True))
    files = []
    for pod in PODS:
        (pods / pod).mkdir(parents=True)
        files.append((pods / pod / "stdout.log").open("ab", buffering=0))
    begun, written = time.monotonic(), 0
    while True:
        await asyncio.sleep(0.1)
        due = int((time.monotonic() - begun) * rate)
        for index, file in enumerate(files):
            chosen = [number for number in range(written, due) if number % len(PODS) == index]
            file.write("".join(_line(PODS[index], number, *texts[number % len(texts)]) for number in chosen).encode())
        written = due


def _line(pod: str, number: int, message: str, trace_id: str | None, span_id: str | None) -> str:
    fields = {
        "timestamp": datetime.now(UTC).isoformat(timespec="microseconds").removesuffix("+00:00") + "Z",
        "severity": LEVELS[1 if number % 20 else 3],
        "message": message,
        "service": pod[:-2],
        "pod": pod,
        "trace_id": trace_id or "",
        "span_id": span_id or "",
    }
    return json.dumps(fields) + "\n"


async def _send_spans(pod: str, port: int, rate: float, index: int) -> None:
    """A batch a second, as the pods' own exporters send them."""
    await asyncio.sleep(index / len(PODS))
    begun, sent = time.monotonic(), 0
    async with ClientSession(headers={"Content-Type": "application/x-protobuf"}) as session:
        while True:
            await asyncio.sleep(1.0)
            due = int((time.monotonic() - begun) * rate)
            body = _request(pod, due - sent).SerializeToString()
            with suppress(OSError):
                async with session.post(f"http://127.0.0.1:{port}/v1/traces", data=body) as response:
                    response.raise_for_status()
            sent = due


def _request(pod: str, count: int) -> ExportTraceServiceRequest:
    request = ExportTraceServiceRequest()
    resource = request.resource_spans.add()
    for key, value in {
        "service.name": pod[:-2],
        "service.instance.id": pod,
        "telemetry.sdk.language": "python",
    }.items():
        resource.resource.attributes.add(key=key).value.string_value = value
    scope = resource.scope_spans.add()
    scope.scope.name = "shoplib"
    for number in range(count):
        span = scope.spans.add(trace_id=os.urandom(16), span_id=os.urandom(8), parent_span_id=os.urandom(8))
        span.name, span.kind = "/hipstershop.CartService/GetCart", 2 + number % 2
        span.start_time_unix_nano, span.end_time_unix_nano = time.time_ns() - 5_000_000, time.time_ns()
        texts = {"rpc.system": "grpc", "rpc.service": "hipstershop.CartService", "rpc.method": "GetCart"}
        for key, value in (texts | {"net.peer.ip": "127.0.0.1"}).items():
            span.attributes.add(key=key).value.string_value = value
        span.attributes.add(key="rpc.grpc.status_code").value.int_value = 0
    return request


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--dir", type=Path, default=Path(tempfile.gettempdir()), help="where the stores are written")
    parser.add_argument("--seconds", type=float, default=20.0, help="of the first part")
    parser.add_argument("--collector-seconds", type=float, default=120.0)
    parser.add_argument("--source-seconds", type=float, default=30.0)
    parser.add_argument("--only", choices=["throughput", "collector"])
    chosen = parser.parse_args()
    met = []
    with tempfile.TemporaryDirectory(prefix="store-ingest-", dir=chosen.dir) as name:
        if chosen.only != "throughput":
            met.append(collector(Path(name), chosen.collector_seconds, chosen.source_seconds))
        if chosen.only != "collector":
            met.append(throughput(Path(name) / "fast", chosen.seconds))
    sys.exit(0 if all(met) else 1)


if __name__ == "__main__":
    main()
