"""How fast each kind of fault takes hold and is gone, as the shop's telemetry shows it.

Starts a local cluster of its own, injects each kind into the currency service, which every page asks several times
(those of files into the store of carts, while carts are being filled), and reads spans and samples from the telemetry
store: the driver's own records are not looked at. A budget is missed when the first sign of the fault comes later than
1 s after the call, or the last one later than 1 s after its end.

    .venv/bin/python benchmarks/fault_latency.py [--rounds 1] [--rate 10] [--kinds network-delay ...]

Kinds that kill once (pod-kill, container-kill, and io-fault, by which the store ends) have no end of their own; "clear"
is then from death to service.
"""

import argparse
import os
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import uuid
from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import httpx

BACKEND = Path(__file__).resolve().parents[1] / "platform_backend"
sys.path.insert(0, str(BACKEND))

from local_cluster.client import ClusterUnavailable, LocalClusterClient  # noqa: E402
from telemetry_store.reader import StoreReader  # noqa: E402

SERVICE, RPC, POD = "currencyservice", "CurrencyService", "currencyservice-0"
RATE = 10.0  # requests per second, the default; each asks the currency service a few times
SAMPLE_INTERVAL = 0.5  # the shortest that the configuration allows
BUDGET_MS = 1000.0
DURATION = 6.0
BEFORE = 4.0  # seconds of normal operation that a fault is compared with
ARRIVAL = 4.0  # seconds until the telemetry of a moment is stored
AFTER = 10.0
SECOND = 1_000_000
FILLING = 0.1  # seconds between two writes to carts
NEAR = SECOND // 4
MEGABYTE = 1 << 20

Sign = tuple[int, bool]  # time in µs, whether the fault is seen in it
Signs = Callable[[StoreReader, int, int], list[Sign]]


@dataclass(frozen=True)
class Case:
    parameters: Mapping[str, Any]
    signs: Signs
    seen_in: str
    one_shot: bool = False
    pod: str = POD
    filling_carts: bool = False  # meanwhile, more often than the load generator does


@dataclass(frozen=True)
class Measured:
    hold_ms: float | None  # None: the fault was never seen
    clear_ms: float | None


def slow_calls(least_ms: float) -> Signs:
    """Calls to the service, by the time they began; the callers' own client spans.

    What a fault has held back comes back at its end all at once, and a caller that is busy with it is slow with all its
    calls. So a slow call is a sign only if it took more than twice as long as the caller's calls to others then.
    """

    def signs(store: StoreReader, start: int, end: int) -> list[Sign]:
        others = _other_calls(store, start, end)
        return [
            (begun, duration >= max(least_ms * 1000, 2 * _usual(others.get(caller, []), begun)))
            for begun, duration, _, caller in _calls(store, start, end)
        ]

    return signs


def _usual(calls: Sequence[tuple[int, int]], at: int) -> float:
    """The median duration of calls that began about then."""
    near = slice(bisect_left(calls, (at - NEAR, 0)), bisect_left(calls, (at + NEAR, 0)))
    return statistics.median([duration for _, duration in calls[near]] or [0])


def _other_calls(store: StoreReader, start: int, end: int) -> Mapping[str, list[tuple[int, int]]]:
    """By caller, in order of time."""
    sql = (
        "select service, timestamp, duration from {rows}"
        " where kind = 'client' and operation_name not like $operation order by timestamp"
    )
    found: dict[str, list[tuple[int, int]]] = {}
    for caller, begun, duration in store.query(sql, {"operation": f"%{RPC}/%"}, table="spans", start=start, end=end):
        found.setdefault(caller, []).append((begun, duration))
    return found


def failed_calls(store: StoreReader, start: int, end: int) -> list[Sign]:
    return [(begun, status != 0) for begun, _, status, _ in _calls(store, start, end)]


def _calls(store: StoreReader, start: int, end: int) -> list[tuple[int, int, int, str]]:
    sql = (
        "select timestamp, duration, status_code, service from {rows}"
        " where kind = 'client' and operation_name like $operation order by timestamp"
    )
    parameters = {"operation": f"%{RPC}/%"}
    return store.query(sql, parameters, table="spans", start=start, end=end)  # type: ignore[return-value]


def slow_commands(least_ms: float) -> Signs:
    """Commands to the store of carts, as its callers saw them."""
    return lambda store, start, end: [
        (begun, duration >= least_ms * 1000) for begun, duration, _ in _commands(store, start, end)
    ]


def failed_commands(store: StoreReader, start: int, end: int) -> list[Sign]:
    return [(begun, status != 0) for begun, _, status in _commands(store, start, end)]


def _commands(store: StoreReader, start: int, end: int) -> list[tuple[int, int, int]]:
    sql = "select timestamp, duration, status_code from {rows} where type = 'db' order by timestamp"
    return store.query(sql, {}, table="spans", start=start, end=end)  # type: ignore[return-value]


def gauge_above(metric: str, rise: float) -> Signs:
    """Samples of the pod that lie `rise` above those before the fault."""

    def signs(store: StoreReader, start: int, end: int) -> list[Sign]:
        samples = _samples(store, metric, start, end)
        normal = statistics.median(value for at, value in samples if at < start + BEFORE * SECOND)
        return [(at, value > normal + rise) for at, value in samples]

    return signs


def rate_above(metric: str, least: float) -> Signs:
    """Counter increases of the pod that are faster than `least` a second, by the time of the later sample."""

    def signs(store: StoreReader, start: int, end: int) -> list[Sign]:
        samples = _samples(store, metric, start, end)
        return [
            (later, (value - before) / (later - earlier) * SECOND > least)
            for (earlier, before), (later, value) in pairwise(samples)
        ]

    return signs


def _samples(store: StoreReader, metric: str, start: int, end: int) -> list[tuple[int, float]]:
    sql = "select timestamp, value from {rows} where pod = $pod and metric = $metric order by timestamp"
    return store.query(sql, {"pod": POD, "metric": metric}, table="samples", start=start, end=end)  # type: ignore[return-value]


KINDS: Mapping[str, Case] = {
    "pod-kill": Case({"grace_period_s": 0}, failed_calls, "failed calls", one_shot=True),
    "pod-failure": Case({}, failed_calls, "failed calls"),
    "container-kill": Case({"container": ""}, failed_calls, "failed calls", one_shot=True),
    "process-pause": Case({}, slow_calls(500), "calls over 500 ms"),
    "cpu-stress": Case(
        {"workers": 2, "load": 100}, rate_above("container_cpu_usage_seconds_total", 0.13), "CPU over 0.13 cores"
    ),
    "memory-stress": Case(
        {"workers": 1, "size_bytes": 48 * MEGABYTE},
        gauge_above("container_memory_usage_bytes", 24 * MEGABYTE),
        "memory up by 24 MB",
    ),
    "network-delay": Case({"latency_ms": 300}, slow_calls(250), "calls over 250 ms"),
    "network-loss": Case({"loss": 20, "direction": "both"}, slow_calls(150), "calls over 150 ms"),
    "network-partition": Case({"direction": "both"}, slow_calls(500), "calls over 500 ms"),
    "network-bandwidth": Case({"rate_bytes_per_s": 1000}, slow_calls(150), "calls over 150 ms"),
    "http-abort": Case({"status": 14, "percent": 100}, failed_calls, "failed calls"),
    "http-delay": Case({"delay_ms": 300, "percent": 100}, slow_calls(250), "calls over 250 ms"),
    "io-latency": Case(
        {"delay_ms": 300}, slow_commands(250), "commands over 250 ms", pod="redis-cart-0", filling_carts=True
    ),
    "io-fault": Case(
        {"errno": 5}, failed_commands, "failed commands", one_shot=True, pod="redis-cart-0", filling_carts=True
    ),
}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def cluster(rate: float = RATE) -> Iterator[tuple[LocalClusterClient, StoreReader, str]]:
    """A running local cluster, its telemetry, and the shop's address."""
    with tempfile.TemporaryDirectory(prefix="fault-latency-") as folder:
        state, port = Path(folder), free_port()
        env = {key: value for key, value in os.environ.items() if not key.startswith("MICROSERVO_")} | {
            "PYTHONPATH": str(BACKEND),
            "MICROSERVO_STATE_DIR": folder,
            "MICROSERVO_SHOP__PORT": str(port),
            "MICROSERVO_SHOP__LOAD_RATE": str(rate),
            "MICROSERVO_LOCAL_CLUSTER__FIRST_PORT": "29000",
            "MICROSERVO_TELEMETRY__SAMPLE_INTERVAL_S": str(SAMPLE_INTERVAL),
        }
        client = LocalClusterClient(state / "run" / "cluster.sock")
        with (state / "controller.log").open("wb") as log:
            process = subprocess.Popen([sys.executable, "-m", "local_cluster"], env=env, stdout=log, stderr=log)
        try:
            until(lambda: is_ready(client, process, Path(log.name)), 60, "the cluster is ready")
            yield client, StoreReader(state / "telemetry"), f"http://127.0.0.1:{port}"
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(30)
            client.close()


def is_ready(client: LocalClusterClient, process: "subprocess.Popen[bytes]", log: Path) -> bool:
    if process.poll() is not None:
        raise SystemExit(f"the local cluster ended:\n{log.read_text()}")
    try:
        return client.health().state == "ready"
    except ClusterUnavailable:
        return False


def until(holds: Callable[[], bool], timeout: float, what: str) -> None:
    deadline = time.monotonic() + timeout
    while not holds():
        if time.monotonic() > deadline:
            raise TimeoutError(f"not within {timeout:.0f} s: {what}")
        time.sleep(0.1)


def fill_carts(shop: str, seconds: float) -> None:
    """What is written there is felt by the store's disk."""
    deadline = time.monotonic() + seconds
    while (left := deadline - time.monotonic()) > 0:
        with suppress(httpx.HTTPError):  # that is what is measured
            httpx.post(f"{shop}/cart", data={"product_id": "OLJCESPC7Z", "quantity": "1"}, timeout=left)
        time.sleep(FILLING)


def measure(client: LocalClusterClient, store: StoreReader, shop: str, kind: str) -> Measured:
    case = KINDS[kind]
    until(lambda: all(pod.ready for pod in client.pods()), 60, "all pods are ready")
    time.sleep(BEFORE)
    called = time.time_ns() // 1000
    fault_id = uuid.uuid4().hex
    client.apply_fault(fault_id=fault_id, kind=kind, pods=[case.pod], duration_s=DURATION, parameters=case.parameters)
    ended = called + round(DURATION * SECOND)
    if case.filling_carts:
        fill_carts(shop, DURATION)
    else:
        time.sleep(DURATION)
    until(lambda: client.fault(fault_id).state in ("ended", "failed"), 60, f"the end of {kind}")
    time.sleep(ARRIVAL)
    signs = case.signs(store, called - round(BEFORE * SECOND), ended + round(AFTER * SECOND))
    return evaluate(signs, called, None if case.one_shot else ended)


def evaluate(signs: list[Sign], called: int, ended: int | None) -> Measured:
    """`ended` None: the fault has no end of its own; then its clearing begins with its first sign."""
    seen = [at for at, affected in signs if affected and at >= called]
    if not seen:
        return Measured(None, None)
    clearing = seen[0] if ended is None else ended
    return Measured((seen[0] - called) / 1000, max(0.0, (seen[-1] - clearing) / 1000))


def row(kind: str, measured: list[Measured]) -> tuple[str, bool]:
    holds = [one.hold_ms for one in measured if one.hold_ms is not None]
    clears = [one.clear_ms for one in measured if one.clear_ms is not None]
    seen = f"{len(holds)}/{len(measured)}"
    if not holds:
        return f"{kind:<20}{'-':>10}{'-':>10}{seen:>7}  {'NOT SEEN':<8}  {KINDS[kind].seen_in}", False
    hold, clear = statistics.median(holds), statistics.median(clears)
    met = hold <= BUDGET_MS and clear <= BUDGET_MS and len(holds) == len(measured)
    return f"{kind:<20}{hold:>10.0f}{clear:>10.0f}{seen:>7}  {'ok' if met else 'MISSED':<8}  {KINDS[kind].seen_in}", met


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--kinds", nargs="+", default=list(KINDS), choices=list(KINDS), metavar="KIND")
    parser.add_argument("--rate", type=float, default=RATE, help="requests of the load generator per second")
    arguments = parser.parse_args()
    print(f"{'kind':<20}{'hold ms':>10}{'clear ms':>10}{'seen':>7}  {'<= 1 s':<8}  seen in")
    all_met = True
    with cluster(arguments.rate) as (client, store, shop):
        time.sleep(BEFORE)
        for kind in arguments.kinds:
            line, met = row(kind, [measure(client, store, shop, kind) for _ in range(arguments.rounds)])
            all_met &= met
            print(line, flush=True)
    return 0 if all_met else 1


if __name__ == "__main__":
    sys.exit(main())
