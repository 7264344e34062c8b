"""The whole local cluster on the real shop: it is ready, it serves, and each kind of fault bites and ends by itself."""

import os
import signal
import time
import uuid
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest

from local_cluster.client import ClusterRefused, FaultInfo
from tests.modes import open_to_others, umask_of

from .conftest import RunningCluster, is_alive, wait_for

DURATION = 3.0


def _inject(cluster: RunningCluster, kind: str, pods: list[str], duration: float = DURATION, **parameters: Any) -> str:
    fault_id = uuid.uuid4().hex
    cluster.client.apply_fault(fault_id=fault_id, kind=kind, pods=pods, duration_s=duration, parameters=parameters)
    wait_for(lambda: cluster.client.fault(fault_id).state != "applying", timeout=10)
    fault = cluster.client.fault(fault_id)
    assert fault.state == "active", fault
    return fault_id


def _ended(cluster: RunningCluster, fault_id: str, timeout: float = 20) -> FaultInfo:
    def over() -> FaultInfo | None:
        fault = cluster.client.fault(fault_id)
        return fault if fault.state in ("ended", "failed") else None

    fault: FaultInfo = wait_for(over, timeout)
    assert fault.state == "ended", fault
    for pod in fault.pods:
        assert pod.start_us is not None
        assert pod.end_us is not None
        assert fault.created_us <= pod.start_us < pod.end_us
    return fault


def _get(cluster: RunningCluster, path: str = "/") -> tuple[int, float]:
    began = time.monotonic()
    status = httpx.get(cluster.shop + path, timeout=15).status_code
    return status, time.monotonic() - began


def _latency(cluster: RunningCluster, path: str) -> float:
    """The quickest of some: what the network takes at least, however busy this machine is."""
    return min(_get(cluster, path)[1] for _ in range(5))


def test_every_pod_is_ready_and_the_shop_answers(cluster: RunningCluster) -> None:
    pods = cluster.client.pods()
    assert {pod.phase for pod in pods} == {"Running"}
    assert all(pod.ready and pod.pid and pod.restarts == 0 for pod in pods)
    assert {service.name: service.replicas for service in cluster.client.services()} == {
        name: sum(pod.service == name for pod in pods) for name in {pod.service for pod in pods}
    }
    assert _get(cluster)[0] == 200
    names = {process.name for process in cluster.client.processes()}
    assert names == {"controller", "forkserver", "envoy", "wire", "collector"}


def test_the_load_reaches_the_shop_and_can_be_changed(cluster: RunningCluster) -> None:
    log = cluster.state / "cluster" / "pods" / "frontend-0" / "stdout.log"
    cluster.client.set_load(20)
    assert cluster.client.load() == 20
    size = log.stat().st_size
    wait_for(lambda: log.stat().st_size > size)
    loadgenerator = next(pod for pod in cluster.client.pods() if pod.service == "loadgenerator")
    assert loadgenerator.pid is not None
    os.kill(loadgenerator.pid, signal.SIGKILL)
    restarted = wait_for(lambda: _ready_again(cluster, "loadgenerator-0", loadgenerator.restarts))
    assert b"LOAD_RATE=20.0\0" in Path(f"/proc/{restarted.pid}/environ").read_bytes()
    cluster.client.set_load(5)
    with pytest.raises(ClusterRefused, match="rate"):
        cluster.client.set_load(-1)


def _ready_again(cluster: RunningCluster, name: str, restarts: int) -> Any:
    pod = next(pod for pod in cluster.client.pods() if pod.name == name)
    return pod if pod.ready and pod.restarts > restarts else None


def test_pod_failure_empties_the_ad_box_and_ends(cluster: RunningCluster) -> None:
    pid = _pid(cluster, "adservice-0")
    fault_id = _inject(cluster, "pod-failure", ["adservice-0"])
    assert not is_alive(pid)
    status, _ = _get(cluster)
    assert status == 200  # an ad is not worth a broken page
    pod = next(pod for pod in cluster.client.pods() if pod.name == "adservice-0")
    assert (pod.ready, pod.pid) == (False, None)
    fault = _ended(cluster, fault_id)
    assert [times.end_reason for times in fault.pods] == ["deadline"]
    assert fault.pods[0].end_us is not None
    assert fault.pods[0].end_us >= fault.deadline_us
    assert is_alive(_pid(cluster, "adservice-0"))


def test_pod_failure_of_a_product_catalogue_breaks_pages(cluster: RunningCluster) -> None:
    pods = [pod.name for pod in cluster.client.pods() if pod.service == "productcatalogservice"]
    fault_id = _inject(cluster, "pod-failure", pods)
    assert _get(cluster)[0] == 500
    cluster.client.end_fault(fault_id)
    fault = _ended(cluster, fault_id)
    assert {times.end_reason for times in fault.pods} == {"recovered"}
    assert wait_for(lambda: _get(cluster)[0] == 200)


def test_cpu_stress_takes_the_pods_own_quota(cluster: RunningCluster) -> None:
    before = _cgroups(cluster)["currencyservice-0"]
    fault_id = _inject(cluster, "cpu-stress", ["currencyservice-0"], workers=2, load=100)
    assert len(_cgroups(cluster)["currencyservice-0"]["pids"]) == 3
    workers = _cgroups(cluster)["currencyservice-0"]["pids"][1:]
    _ended(cluster, fault_id)
    after = _cgroups(cluster)["currencyservice-0"]
    assert after["cfs_throttled_periods"] - before["cfs_throttled_periods"] > 10
    assert len(after["pids"]) == 1
    assert not any(is_alive(pid) for pid in workers)


def test_cpu_stress_ends_with_its_pod(cluster: RunningCluster) -> None:
    fault_id = _inject(cluster, "cpu-stress", ["emailservice-0"], duration=30, workers=2)
    workers = _cgroups(cluster)["emailservice-0"]["pids"][1:]
    os.kill(_pid(cluster, "emailservice-0"), signal.SIGKILL)
    fault = _ended(cluster, fault_id)
    assert fault.pods[0].end_reason == "pod-restarted"
    assert fault.pods[0].end_us is not None
    assert fault.pods[0].end_us < fault.deadline_us
    assert not any(is_alive(pid) for pid in workers)
    wait_for(lambda: _ready_again(cluster, "emailservice-0", 0))


def test_network_delay_slows_the_cart(cluster: RunningCluster) -> None:
    before = _latency(cluster, "/cart")
    pods = [pod.name for pod in cluster.client.pods() if pod.service == "cartservice"]
    fault_id = _inject(cluster, "network-delay", pods, 6, latency_ms=250, direction="to", target="frontend")
    assert _latency(cluster, "/cart") > before + 0.2
    _ended(cluster, fault_id)
    assert _latency(cluster, "/cart") < before + 0.2


def test_http_abort_fails_requests_to_the_pod(cluster: RunningCluster) -> None:
    fault_id = _inject(cluster, "http-abort", ["frontend-0"], status=503, percent=100)
    assert _get(cluster)[0] == 503
    _ended(cluster, fault_id)
    assert _get(cluster)[0] == 200


def test_http_abort_with_a_grpc_code(cluster: RunningCluster) -> None:
    fault_id = _inject(cluster, "http-abort", ["currencyservice-0"], status=14, percent=100)
    assert _get(cluster)[0] == 500
    _ended(cluster, fault_id)
    assert _get(cluster)[0] == 200


def test_the_same_fault_id_is_the_same_fault(cluster: RunningCluster) -> None:
    fault_id = _inject(cluster, "cpu-stress", ["shippingservice-0"], workers=1, load=10)
    again = cluster.client.apply_fault(
        fault_id=fault_id, kind="cpu-stress", pods=["shippingservice-0"], duration_s=99, parameters={}
    )
    assert again.deadline_us == cluster.client.fault(fault_id).deadline_us
    with pytest.raises(ClusterRefused, match=f"shippingservice-0 has fault {fault_id}") as refused:
        _inject(cluster, "pod-failure", ["shippingservice-0"])
    assert refused.value.status == 409
    assert cluster.client.end_fault(fault_id).fault_id == fault_id
    ended = _ended(cluster, fault_id)
    assert cluster.client.end_fault(fault_id) == ended


def test_an_unknown_fault_is_not_found(cluster: RunningCluster) -> None:
    for call in (cluster.client.fault, cluster.client.end_fault):
        with pytest.raises(ClusterRefused, match="no fault has the id") as refused:
            call("nobody")
        assert refused.value.status == 404


def _pid(cluster: RunningCluster, name: str) -> int:
    pid = next(pod.pid for pod in cluster.client.pods() if pod.name == name)
    assert pid is not None
    return pid


def _cgroups(cluster: RunningCluster) -> dict[str, Any]:
    transport = httpx.HTTPTransport(uds=str(cluster.state / "run" / "cluster.sock"))
    with httpx.Client(transport=transport, base_url="http://cluster") as http:
        answer: dict[str, Any] = http.get("/cgroups").json()
        return answer


def test_nobody_else_may_read_what_it_writes(cluster: RunningCluster) -> None:
    """The folder was made 0755 by hand before the start."""
    cluster.log.chmod(0o600)  # the test's own
    assert open_to_others(cluster.state) == []
    assert {umask_of(psutil.Process(pid)) for pid in cluster.pids()} == {"0077"}
