"""A pod that does not recover takes no more faults until somebody says so; the emergency stop needs next to nothing.

One copy of the platform, in the order of the file: the first test needs quiet before it, the second stops its parts.
"""

import asyncio
import time
import xmlrpc.client
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from supervisor.xmlrpc import SupervisorTransport

from local_cluster.client import ClusterRefused, LocalClusterClient
from local_cluster.mesh.wire_client import SOCKET_NAME, WireClient
from tests.e2e.platform_copy import Copy, free_ports, wait_for

pytestmark = pytest.mark.timeout(600)

POD = "currencyservice-0"
REASON = "smoke comes out of it"
FAULTS = {
    "adservice-0": ("cpu-stress", {"workers": 1, "load": 50}),
    "emailservice-0": ("process-pause", {}),
    "shippingservice-0": ("http-abort", {"status": 14, "percent": 100}),
    "paymentservice-0": ("network-delay", {"latency_ms": 300}),
}


@dataclass(frozen=True)
class Platform:
    copy: Copy

    def api(self) -> httpx.Client:
        token = (self.copy.state / "secrets" / "cli_token").read_text().strip()
        headers = {"Authorization": f"Bearer {token}"}
        return httpx.Client(base_url=f"http://127.0.0.1:{self.copy.web_port}/api/v1", headers=headers, timeout=30)

    def get(self, path: str) -> Any:
        with self.api() as api:
            return api.get(path).raise_for_status().json()

    def inject(self, pod: str, kind: str, parameters: dict[str, Any], duration_s: float) -> httpx.Response:
        body = {"kind": kind, "pods": [pod], "parameters": parameters, "duration_s": duration_s}
        with self.api() as api:
            return api.post("/faults/injections", json=body | {"allow_last_replica": True})

    def state(self, identity: str) -> str:
        return str(self.get(f"/faults/injections/{identity}")["state"])

    def cluster(self) -> LocalClusterClient:
        return LocalClusterClient(self.copy.state / "run" / "cluster.sock")

    def wire(self) -> WireClient:
        return WireClient(self.copy.state / "run" / SOCKET_NAME)

    def tell_manager(self, command: str, *names: str) -> None:
        transport = SupervisorTransport(None, None, f"unix://{self.copy.instance.manager_socket}")
        server: Any = xmlrpc.client.ServerProxy("http://127.0.0.1", transport=transport)
        for name in names:
            getattr(server.supervisor, command)(name, True)
        transport.close()


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    copy = Copy(tmp_path_factory.mktemp("safety") / "ms", *free_ports(2))
    up = copy.run("up", "--detach")
    try:
        assert up.returncode == 0, up.stderr
        yield Platform(copy)
    finally:
        copy.run("down")


async def _slow_down(wire: WireClient) -> None:
    """A delay of the pod's answers that no fault knows of."""
    lanes = [f"{pair}/response" for pair in await wire.counters() if pair.endswith(f"__{POD}")]
    assert lanes
    await wire.impair({"links": {"x": {"latency_ms": 400}}, "lanes": {lane: ["x"] for lane in lanes}})


async def _clean(wire: WireClient) -> None:
    await wire.impair({"links": {}, "lanes": {}})


def test_a_pod_that_stays_slow_takes_no_faults_until_it_is_cleared(platform: Platform) -> None:
    time.sleep(30)  # without a band of before nobody can tell
    answer = platform.inject(POD, "http-delay", {"delay_ms": 400, "percent": 100}, 8)
    identity = answer.json()["id"]
    wait_for(lambda: platform.state(identity) == "active", "the fault is active")
    asyncio.run(_slow_down(platform.wire()))
    try:
        wait_for(lambda: platform.state(identity) not in ("active", "recovering"), "the verdict", timeout=120)
        injection = platform.get(f"/faults/injections/{identity}")
    finally:
        asyncio.run(_clean(platform.wire()))
    assert injection["state"] == "recovery_failed", injection
    assert "latency" in injection["recovery_detail"]
    assert injection["labels"][0]["end_reason"] == "deadline"  # the fault itself went in time

    status = platform.copy.run("status")
    assert status.returncode == 1
    assert f"{POD} HAS NOT RECOVERED" in status.stdout
    refused = platform.inject(POD, "cpu-stress", {"workers": 1, "load": 10}, 2)
    assert refused.status_code >= 400
    assert "quarantine" in refused.text

    cleared = platform.copy.run("release", "--pod", POD)
    assert cleared.returncode == 0, cleared.stderr
    assert "HAS NOT RECOVERED" not in platform.copy.run("status").stdout
    accepted = platform.inject(POD, "cpu-stress", {"workers": 1, "load": 10}, 1)
    assert accepted.status_code == 201, accepted.text
    wait_for(lambda: platform.state(accepted.json()["id"]) not in ("planned", "applying", "active"), "its end")


def test_an_emergency_stop_needs_neither_worker_nor_broker(platform: Platform) -> None:
    asked = [platform.inject(pod, kind, parameters, 300) for pod, (kind, parameters) in FAULTS.items()]
    assert [answer.status_code for answer in asked] == [201] * len(FAULTS), [answer.text for answer in asked]
    identities = [answer.json()["id"] for answer in asked]
    wait_for(lambda: all(platform.state(each) == "active" for each in identities), "all faults are active", timeout=60)

    platform.tell_manager("stopProcess", "parts:worker", "broker")
    try:
        stopped = platform.copy.run("stop-all", "--reason", REASON)
        with closing(platform.cluster()) as cluster:
            assert {cluster.fault(each).state for each in identities} == {"ended"}
            with pytest.raises(ClusterRefused, match=REASON):
                cluster.apply_fault(fault_id="x", kind="cpu-stress", pods=[POD], duration_s=1, parameters={})
        refused = platform.inject(POD, "cpu-stress", {}, 1)
    finally:
        platform.tell_manager("startProcess", "broker", "parts:worker")
    assert stopped.returncode == 0, stopped.stderr
    assert f"Faults ended: {len(FAULTS)}" in stopped.stdout
    assert refused.status_code == 409
    assert REASON in refused.text
    assert REASON in platform.copy.run("status").stdout

    (entry,) = [entry for entry in platform.get("/audit")["results"] if entry["action"] == "emergency_stop.start"]
    assert entry["actor"]
    assert entry["detail"]["reason"] == REASON
    wait_for(lambda: all(platform.state(each) == "recovered" for each in identities), "all are written down", 120)

    assert platform.copy.run("release").returncode == 0
    accepted = platform.inject(POD, "cpu-stress", {"workers": 1, "load": 10}, 1)
    assert accepted.status_code == 201, accepted.text
