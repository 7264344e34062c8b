"""How fast health and the emergency stop answer while 64 slow clients of each sort are held.

Starts a web server of its own, without the local cluster, and measures each call ten times against the same calls
without slow clients. Ends with 1 when one took longer than two seconds.

    .venv/bin/python benchmarks/slow_clients.py [--count 64]
"""

import argparse
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from uuid import uuid4

REPO = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(REPO / "platform_backend"), str(REPO)]

import httpx  # noqa: E402

from tests.backend.datasets.test_slow_clients import STATIC  # noqa: E402
from tests.backend.datasets.web_server import WebServer, run, server_with_datasets  # noqa: E402
from tests.web_server.slow_clients import API, Target, held, kinds  # noqa: E402

BUDGET_S = 2.0
ROUNDS = 10


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=64)
    count = parser.parse_args().count
    with tempfile.TemporaryDirectory() as folder:
        server = server_with_datasets(Path(folder), 1)
        run(server.state, STATIC)
        try:
            server.start(log=subprocess.DEVNULL)
            return measure(server, count)
        finally:
            server.kill()


def measure(server: WebServer, count: int) -> int:
    target = Target(server.port, server.token, server.url(0).partition(f":{server.port}")[2])
    print(f"{'slow clients':<42}{'health, ms':>22}{'emergency stop, ms':>22}")
    print(f"{'':<42}{'median':>11}{'longest':>11}{'median':>11}{'longest':>11}")
    longest = show("none", server)
    for name, sent in kinds(target).items():
        with held(target, sent, count):
            longest = max(longest, show(f"{count} x {name}", server))
    print(f"\nlongest {longest:.3f} s of {BUDGET_S:g} s")
    return int(longest > BUDGET_S)


def show(name: str, server: WebServer) -> float:
    """One row of the table; returns the longest time in seconds."""
    base = f"http://127.0.0.1:{server.port}{API}"

    def health() -> httpx.Response:
        return httpx.get(f"{base}/health", timeout=60)

    def stop() -> httpx.Response:
        body = {"reason": "benchmark", "id": str(uuid4())}
        return httpx.post(f"{base}/faults/emergency-stop", json=body, headers=server.headers, timeout=60)

    found = [times(health), times(stop)]
    cells = "".join(f"{median(each) * 1000:>11.0f}{max(each) * 1000:>11.0f}" for each in found)
    print(f"{name:<42}{cells}", flush=True)
    return max(map(max, found))


def times(call: Callable[[], httpx.Response]) -> list[float]:
    found = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        call().raise_for_status()
        found.append(time.perf_counter() - began)
    return found


if __name__ == "__main__":
    sys.exit(main())
