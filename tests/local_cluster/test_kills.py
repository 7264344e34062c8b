"""kill -9 of any part while a fault is active: it comes back by itself, and the fault has a true end."""

import os
import signal
import time
import uuid
from typing import Any

import httpx
import pytest

from local_cluster.client import ClusterUnavailable, FaultInfo

from .conftest import RunningCluster, is_alive, wait_for

DELAY = {"latency_ms": 300, "direction": "to", "target": "frontend"}


def _inject(cluster: RunningCluster, kind: str, pods: list[str], duration: float, parameters: dict[str, Any]) -> str:
    fault_id = uuid.uuid4().hex
    cluster.client.apply_fault(fault_id=fault_id, kind=kind, pods=pods, duration_s=duration, parameters=parameters)
    wait_for(lambda: cluster.client.fault(fault_id).state == "active", timeout=10)
    return fault_id


def _ended(cluster: RunningCluster, fault_id: str) -> FaultInfo:
    wait_for(lambda: cluster.client.fault(fault_id).state in ("ended", "failed"), timeout=30)
    fault = cluster.client.fault(fault_id)
    assert fault.state == "ended", fault
    return fault


def _ends_at_its_deadline(cluster: RunningCluster, fault_id: str) -> None:
    fault = _ended(cluster, fault_id)
    for pod in fault.pods:
        assert pod.end_us is not None
        assert pod.end_reason == "deadline"
        assert 0 <= pod.end_us - fault.deadline_us < 3_000_000


def _serves(cluster: RunningCluster, path: str = "/") -> bool:
    try:
        return httpx.get(cluster.shop + path, timeout=5).status_code == 200
    except httpx.TransportError:
        return False


def _cart_seconds(cluster: RunningCluster) -> float:
    """The quickest of some: what the network takes at least, however busy this machine is."""
    return min(_page_seconds(cluster, "/cart") for _ in range(5))


def _page_seconds(cluster: RunningCluster, path: str) -> float:
    began = time.monotonic()
    assert _serves(cluster, path)
    return time.monotonic() - began


def _kill(cluster: RunningCluster, name: str) -> None:
    """Kill a helper process and wait for its successor."""
    before = next(process for process in cluster.client.processes() if process.name == name)
    assert before.pid is not None
    os.kill(before.pid, signal.SIGKILL)

    def is_back() -> bool:
        now = next(process for process in cluster.client.processes() if process.name == name)
        return now.restarts > before.restarts and now.pid is not None

    wait_for(is_back, timeout=20)


def test_network_delay_survives_the_wire(cluster: RunningCluster) -> None:
    pods = [pod.name for pod in cluster.client.pods() if pod.service == "cartservice"]
    fault_id = _inject(cluster, "network-delay", pods, 8, DELAY)
    _kill(cluster, "wire")
    wait_for(lambda: _serves(cluster, "/cart"))
    assert _cart_seconds(cluster) > 0.25
    _ends_at_its_deadline(cluster, fault_id)
    assert _cart_seconds(cluster) < 0.25


def test_http_abort_survives_envoy(cluster: RunningCluster) -> None:
    fault_id = _inject(cluster, "http-abort", ["frontend-0"], 8, {"status": 503})
    _kill(cluster, "envoy")
    wait_for(lambda: _status(cluster) == 503, timeout=6)
    _ends_at_its_deadline(cluster, fault_id)
    wait_for(lambda: _serves(cluster))


def _status(cluster: RunningCluster) -> int:
    try:
        return httpx.get(cluster.shop, timeout=5).status_code
    except httpx.TransportError:
        return 0


def test_envoy_killed_at_the_end_of_a_fault_does_not_leave_it_behind(cluster: RunningCluster) -> None:
    fault_id = _inject(cluster, "http-abort", ["frontend-0"], 30, {"status": 503})
    os.kill(cluster.pid_of("envoy"), signal.SIGKILL)
    cluster.client.end_fault(fault_id)
    assert _ended(cluster, fault_id).pods[0].end_reason == "recovered"
    wait_for(lambda: _serves(cluster))


def test_a_killed_collector_comes_back_and_hurts_nobody(cluster: RunningCluster) -> None:
    fault_id = _inject(cluster, "cpu-stress", ["shippingservice-0"], 5, {"workers": 1})
    restarts = {pod.name: pod.restarts for pod in cluster.client.pods()}
    _kill(cluster, "collector")
    assert _serves(cluster)
    _ends_at_its_deadline(cluster, fault_id)
    assert {pod.name: pod.restarts for pod in cluster.client.pods()} == restarts


def test_all_pods_come_back_after_the_fork_server(cluster: RunningCluster) -> None:
    network = _inject(cluster, "network-delay", ["adservice-0"], 60, {"latency_ms": 10})
    stress = _inject(cluster, "cpu-stress", ["emailservice-0"], 60, {"workers": 1})
    pids = [pod.pid for pod in cluster.client.pods() if pod.pid]
    _kill(cluster, "forkserver")
    wait_for(lambda: all(pod.ready and pod.pid not in pids for pod in cluster.client.pods()), timeout=30)
    assert not any(is_alive(pid) for pid in pids)
    assert _ended(cluster, stress).pods[0].end_reason == "pod-restarted"
    assert _ended(cluster, network).pods[0].end_reason == "pod-restarted"
    wait_for(lambda: _serves(cluster))


def test_a_killed_pod_comes_back_without_its_bad_network(cluster: RunningCluster) -> None:
    pod = next(pod for pod in cluster.client.pods() if pod.name == "cartservice-0")
    assert pod.pid is not None
    fault_id = _inject(cluster, "network-delay", ["cartservice-0", "cartservice-1"], 60, DELAY)
    os.kill(pod.pid, signal.SIGKILL)
    wait_for(lambda: cluster.client.fault(fault_id).pods[0].end_reason == "pod-restarted")
    assert cluster.client.fault(fault_id).state == "active"  # the other one still has it
    wait_for(lambda: _cart_seconds(cluster) < 0.25)
    cluster.client.end_fault(fault_id)
    assert _ended(cluster, fault_id).pods[1].end_reason == "recovered"


def test_everything_dies_with_the_controller_and_the_journal_knows_when(cluster: RunningCluster) -> None:
    stress = _inject(cluster, "cpu-stress", ["currencyservice-0"], 60, {"workers": 2})
    abort = _inject(cluster, "http-abort", ["frontend-0"], 60, {"status": 503})
    pids = cluster.pids()
    time.sleep(0.5)
    cluster.process.kill()
    killed_us = time.time_ns() // 1000
    cluster.process.wait()
    wait_for(lambda: not any(is_alive(pid) for pid in pids), timeout=5)
    with pytest.raises(ClusterUnavailable):
        cluster.client.health()

    time.sleep(1)
    cluster.launch()
    cluster.wait_ready()
    for fault_id in (stress, abort):
        (pod,) = _ended(cluster, fault_id).pods
        assert pod.end_reason == "cluster-restarted"
        assert pod.end_us is not None
        assert abs(pod.end_us - killed_us) < 1_000_000
    assert _serves(cluster)


def test_a_second_controller_refuses_to_start(cluster: RunningCluster) -> None:
    first = cluster.process
    try:
        cluster.launch()
        assert cluster.process.wait(20) == 2
    finally:
        cluster.process = first
    assert "another local cluster runs here" in cluster.log.read_text()
    assert cluster.client.health().state == "ready"


def test_sigterm_ends_everything(cluster: RunningCluster) -> None:
    fault_id = _inject(cluster, "pod-failure", ["adservice-0"], 60, {})
    pids = cluster.pids()
    cluster.stop()
    assert cluster.process.returncode == 0
    assert not any(is_alive(pid) for pid in pids)
    assert not (cluster.state / "run" / "cluster.sock").exists()
    cluster.launch()
    cluster.wait_ready()
    assert _ended(cluster, fault_id).pods[0].end_reason == "cluster-restarted"
