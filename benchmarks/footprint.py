"""Start the whole platform in a state folder of its own and print what it costs at the default load.

Budgets are those of the README ("What it costs"). Run on an otherwise idle machine:

    .venv/bin/python benchmarks/footprint.py [--seconds 60] [--warm-up 30]

Ends with 1 when a budget is missed.
"""

import argparse
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import psutil

REPO = Path(__file__).resolve().parents[1]
CLUSTER_PARTS = ("pods", "mesh", "collector", "controller")


class Uncounted(Exception):
    """A process of the local cluster is not in the sums."""


@dataclass(frozen=True)
class Cost:
    cpu_seconds: float
    pss_bytes: int


@dataclass(frozen=True)
class Bar:
    name: str
    measured: float
    budget: float
    unit: str

    @property
    def met(self) -> bool:
        return self.measured <= self.budget

    def __str__(self) -> str:
        verdict = "ok" if self.met else "MISSED"
        return f"{self.name:<46}{self.measured:>9.1f}{self.budget:>9.1f} {self.unit:<16}{verdict}"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def platform() -> Iterator[tuple[Path, float]]:
    """A running platform: its state folder, and the seconds from `up` to ready."""
    with tempfile.TemporaryDirectory(prefix="footprint-") as folder:
        env = os.environ | {
            "MICROSERVO_STATE_DIR": folder,
            "MICROSERVO_WEB__PORT": str(free_port()),
            "MICROSERVO_SHOP__PORT": str(free_port()),
        }
        begun = time.monotonic()
        subprocess.run([REPO / "microservo", "up", "--detach"], env=env, check=True, timeout=180)
        try:
            yield Path(folder), time.monotonic() - begun
        finally:
            subprocess.run([REPO / "microservo", "down"], env=env, check=True, timeout=60)


def instance_processes(state: Path) -> list[psutil.Process]:
    found = []
    for process in psutil.process_iter():
        try:
            if process.environ().get("MICROSERVO_INSTANCE") == str(state):
                found.append(process)
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            continue
    return found


def parts_by_pid(state: Path) -> dict[int, str]:
    """Which part each process of the local cluster is, as its control API tells."""
    transport = httpx.HTTPTransport(uds=str(state / "run" / "cluster.sock"))
    with httpx.Client(transport=transport, base_url="http://cluster", timeout=10) as client:
        cgroups = client.get("/cgroups").json()
        processes = client.get("/processes").json()
    down = [entry["name"] for entry in processes if entry["pid"] is None]
    down += [name for name, pod in cgroups.items() if not pod["pids"]]
    if down:
        raise Uncounted(f"not running: {', '.join(down)}")
    parts = {pid: "pods" for pod in cgroups.values() for pid in pod["pids"]}
    groups = {"envoy": "mesh", "wire": "mesh", "collector": "collector"}
    return parts | {entry["pid"]: groups.get(entry["name"], "controller") for entry in processes}


def cost(process: psutil.Process) -> Cost:
    times = process.cpu_times()
    return Cost(times.user + times.system, process.memory_full_info().pss)


def check_complete(state: Path, named: dict[int, str]) -> None:
    """Raises Uncounted when the sums would lack a process that the local cluster names."""
    counted = {process.pid for process in instance_processes(state)}
    missing = {pid: part for pid, part in named.items() if pid not in counted}
    if missing:
        raise Uncounted(f"not in the sums, as MICROSERVO_INSTANCE is not in their environment or they died: {missing}")


def measure(state: Path, seconds: float) -> dict[str, Cost]:
    """Per part: CPU seconds per second, and PSS at the end of the interval."""
    named = parts_by_pid(state)
    check_complete(state, named)
    before = {process.pid: cost(process).cpu_seconds for process in instance_processes(state)}
    time.sleep(seconds)
    totals: dict[str, Cost] = {}
    for process in instance_processes(state):
        try:
            now = cost(process)
        except psutil.NoSuchProcess:
            continue
        part = named.get(process.pid, "web, worker, beat, broker, manager")
        so_far = totals.get(part, Cost(0, 0))
        used = (now.cpu_seconds - before.get(process.pid, now.cpu_seconds)) / seconds
        totals[part] = Cost(so_far.cpu_seconds + used, so_far.pss_bytes + now.pss_bytes)
    check_complete(state, parts_by_pid(state))
    return totals


def bars(ready_seconds: float, totals: dict[str, Cost]) -> list[Bar]:
    cluster = [totals[part] for part in CLUSTER_PARTS if part in totals]
    megabyte = 1e6  # the budgets are decimal: the stricter reading
    return [
        Bar("ready after `up`, prepared machine", ready_seconds, 20, "s"),
        Bar("shop + mesh + collectors: memory", sum(c.pss_bytes for c in cluster) / megabyte, 450, "MB PSS"),
        Bar("shop + mesh + collectors: CPU", 100 * sum(c.cpu_seconds for c in cluster), 60, "% of one core"),
        Bar("whole platform: memory", sum(c.pss_bytes for c in totals.values()) / megabyte, 1200, "MB PSS"),
    ]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=60, help="how long to measure CPU")
    parser.add_argument("--warm-up", type=float, default=30, help="seconds between ready and the measurement")
    arguments = parser.parse_args()
    with platform() as (state, ready_seconds):
        time.sleep(arguments.warm_up)
        totals = measure(state, arguments.seconds)
    print(json.dumps({"cores": os.cpu_count(), "seconds": arguments.seconds}))
    for part, spent in sorted(totals.items()):
        print(f"{part:<46}{spent.pss_bytes / 1e6:>9.1f} MB PSS {100 * spent.cpu_seconds:>7.1f} % of one core")
    print(f"\n{'bar':<46}{'measured':>9}{'budget':>9}")
    results = bars(ready_seconds, totals)
    for bar in results:
        print(bar)
    return 0 if all(bar.met for bar in results) else 1


if __name__ == "__main__":
    sys.exit(main())
