"""What a normal window holds, by service: lines of each level, failed calls, log templates, and how requests arrive.

    .venv/bin/python benchmarks/normal_window.py [--seconds 600] [--warm-up 20] [--rate 10]

Runs the local cluster by itself, with the settings of config.yaml. Ends with 1 when a service warned, erred or failed
in none of its calls, had fewer than eight templates, or when the Fano factor of requests per second is below 1.
"""

import argparse
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import mean, pvariance
from typing import Any

REPO = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(REPO), str(REPO / "platform_backend")]

from local_cluster.client import ClusterUnavailable, LocalClusterClient  # noqa: E402
from telemetry_store.reader import StoreReader  # noqa: E402
from tests.templates import template_of  # noqa: E402

SECOND = 1_000_000
LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")
NO_SERVERS = ("redis-cart", "loadgenerator")
FEWEST_TEMPLATES = 8


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def cluster(state: Path, rate: float) -> Iterator[LocalClusterClient]:
    environment = os.environ | {
        "PYTHONPATH": str(REPO / "platform_backend"),
        "MICROSERVO_STATE_DIR": str(state),
        "MICROSERVO_SHOP__PORT": str(free_port()),
        "MICROSERVO_SHOP__LOAD_RATE": str(rate),
        "MICROSERVO_LOCAL_CLUSTER__FIRST_PORT": "29500",
    }
    process = subprocess.Popen([sys.executable, "-m", "local_cluster"], env=environment, stderr=subprocess.DEVNULL)
    client = LocalClusterClient(state / "run" / "cluster.sock")
    try:
        wait_ready(client)
        yield client
    finally:
        client.close()
        process.send_signal(signal.SIGTERM)
        process.wait(30)


def wait_ready(client: LocalClusterClient) -> None:
    until = time.monotonic() + 90
    while time.monotonic() < until:
        try:
            if client.health().state == "ready":
                return
        except ClusterUnavailable:
            pass  # it is still starting
        time.sleep(0.2)
    raise SystemExit("the local cluster was not ready within 90 s")


def rows_of(reader: StoreReader, table: Any, start: int, end: int) -> list[Mapping[str, Any]]:
    return [row for batch in reader.batches(table, start, end) for row in batch.to_pylist()]


def failed(span: Mapping[str, Any]) -> bool:
    return bool(span["status_code"] >= 400 if span["type"] == "http" else span["status_code"] != 0)


def show(logs: Sequence[Mapping[str, Any]], spans: Sequence[Mapping[str, Any]], seconds: int, start: int) -> bool:
    """Whether all that must be is there."""
    levels, calls = defaultdict[str, Counter[str]](Counter), defaultdict[str, Counter[bool]](Counter)
    templates = defaultdict[str, set[str]](set)
    for row in logs:
        levels[row["service"]][row["level"]] += 1
        templates[row["service"]].add(template_of(row["message"]))
    for row in spans:
        calls[row["service"]][failed(row)] += 1
    print(f"{'':<24}" + "".join(f"{name:>9}" for name in (*LEVELS, "warn+err", "failed", "templates")))
    good = True
    for service in sorted(levels):
        said, made = levels[service], calls[service]
        trouble = (said["WARNING"] + said["ERROR"]) / said.total()
        share = made[True] / made.total() if made.total() else 0.0
        print(
            f"{service:<24}"
            + "".join(f"{said[level]:>9}" for level in LEVELS)
            + f"{trouble:>9.2%}{share:>9.2%}{len(templates[service]):>9}"
        )
        if service not in NO_SERVERS:
            good &= all(said[level] for level in LEVELS) and made[True] > 0
            good &= len(templates[service]) >= FEWEST_TEMPLATES
    pages = Counter(
        (row["timestamp"] - start) // SECOND
        for row in spans
        if row["service"] == "frontend" and not row["parent_span_id"]
    )
    counts = [pages[second] for second in range(seconds)]
    fano = pvariance(counts) / mean(counts)
    total = sum(map(len, templates.values()))
    print(
        f"{mean(counts):.2f} requests/s, Fano factor {fano:.2f}; {total} templates; {len(logs) / seconds:.0f} lines/s"
    )
    return good and fano >= 1


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=int, default=600)
    parser.add_argument("--warm-up", type=int, default=20)
    parser.add_argument("--rate", type=float, default=10.0)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="normal-window-") as folder, cluster(Path(folder), arguments.rate):
        time.sleep(arguments.warm_up)
        start = time.time_ns() // 1000
        time.sleep(arguments.seconds + 5)
        reader = StoreReader(Path(folder) / "telemetry")
        try:
            logs, spans = (
                rows_of(reader, table, start, start + arguments.seconds * SECOND) for table in ("logs", "spans")
            )
        finally:
            reader.close()
    return 0 if show(logs, spans, arguments.seconds, start) else 1


if __name__ == "__main__":
    sys.exit(main())
