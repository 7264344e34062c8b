"""`kill -9` of any one process while a fault is active: all comes back, the fault is over in time, its label true."""

import os
import signal
import statistics
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from tests.e2e.platform_copy import Copy, free_ports, wait_for

pytestmark = pytest.mark.timeout(300)

DURATION_S = 10.0
LATENCY_MS = 400
# One request of the shop's home page asks for currencies several times; each answer is held back.
SLOW_S = LATENCY_MS / 1000
DELAY = {"kind": "network-delay", "pods": ["currencyservice-0"], "parameters": {"latency_ms": LATENCY_MS}}
# What takes the pod with it ends the fault there and then, not at its deadline.
ENDS_WITH = {
    "pod/currencyservice-0": "pod-restarted",
    "cluster": "cluster-restarted",
    "manager": "cluster-restarted",
}
PARTS = [
    *("web", "worker", "beat", "broker"),
    *("cluster/collector", "cluster/envoy", "cluster/wire", "pod/currencyservice-0"),
    *("cluster", "manager"),
]


@dataclass(frozen=True)
class Platform:
    copy: Copy

    def api(self) -> httpx.Client:
        token = (self.copy.state / "secrets" / "cli_token").read_text().strip()
        headers = {"Authorization": f"Bearer {token}"}
        return httpx.Client(base_url=f"http://127.0.0.1:{self.copy.web_port}/api/v1", headers=headers, timeout=10)

    def inject(self) -> str:
        with self.api() as api:
            answer = api.post("/faults/injections", json={**DELAY, "duration_s": DURATION_S})
            assert answer.status_code == 201, answer.text
            return str(answer.json()["id"])

    def injection(self, identity: str) -> dict[str, Any]:
        with self.api() as api:
            found: dict[str, Any] = api.get(f"/faults/injections/{identity}").json()
            return found

    def is_over(self, identity: str) -> bool:
        try:
            return self.injection(identity)["state"] in {"recovered", "failed"}
        except (httpx.HTTPError, ValueError):
            return False  # the web process may be the one that was killed

    def page_seconds(self) -> float:
        """How long the shop's home page takes; the median, for a single one may meet a restart."""
        taken = []
        for _ in range(5):
            begun = time.monotonic()
            httpx.get(f"http://127.0.0.1:{self.copy.shop_port}/", timeout=15)
            taken.append(time.monotonic() - begun)
        return statistics.median(taken)

    def is_well(self) -> bool:
        return self.copy.run("status").returncode == 0

    def kill(self, part: str) -> float:
        """When it was killed, in seconds since the epoch."""
        pid = self.copy.instance.manager_pid() if part == "manager" else self.copy.pid(part)
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        return time.time()


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    copy = Copy(tmp_path_factory.mktemp("kills") / "ms", *free_ports(2))
    up = copy.run("up", "--detach")
    assert up.returncode == 0, up.stderr
    yield Platform(copy)
    copy.run("down")


@pytest.mark.parametrize("part", PARTS)
def test_the_platform_comes_back_and_the_label_is_true(platform: Platform, part: str) -> None:
    identity = platform.inject()
    wait_for(lambda: platform.injection(identity)["state"] == "active", "the fault is active")
    assert platform.page_seconds() > SLOW_S
    killed_at = platform.kill(part)
    if part == "manager":
        assert platform.copy.run("up", "--detach").returncode == 0
    wait_for(lambda: platform.is_over(identity), "the injection is over", timeout=60)
    wait_for(platform.is_well, "all parts run again", timeout=60)

    injection = platform.injection(identity)
    assert injection["state"] == "recovered", injection
    (label,) = injection["labels"]
    assert label["end_reason"] == ENDS_WITH.get(part, "deadline")
    expected_end = killed_at if part in ENDS_WITH else label["start"] / 1e6 + DURATION_S
    assert abs(label["end"] / 1e6 - expected_end) <= 1
    assert platform.page_seconds() < SLOW_S
