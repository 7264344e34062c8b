"""Each kind of fault on the real shop: it bites, it ends by itself, and it leaves nothing behind."""

import json
import os
import signal
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest

from local_cluster.client import ClusterRefused, FaultInfo, PodInfo
from local_cluster.faults.kinds import KINDS
from local_cluster.leftovers import Snapshot, leftovers, snapshot
from local_cluster.linux import is_stopped, now_us

from .conftest import RunningCluster, is_alive, wait_for

POD = "currencyservice-0"
MEGABYTE = 1 << 20
CASES = Path(__file__).parents[1] / "data" / "field-cases"
DURATION = 1.5
ANY_PARAMETERS: dict[str, dict[str, Any]] = {
    "pod-kill": {"grace_period_s": 1},
    "pod-failure": {},
    "container-kill": {},
    "process-pause": {},
    "cpu-stress": {"workers": 2},
    "memory-stress": {"workers": 2, "size_bytes": 24 * MEGABYTE},
    "network-delay": {"latency_ms": 50},
    "network-loss": {"loss": 20, "correlation": 25, "direction": "both"},
    "network-partition": {"direction": "from"},
    "network-bandwidth": {"rate_bytes_per_s": 2000},
    "http-abort": {"status": 14, "percent": 50},
    "http-delay": {"delay_ms": 100, "direction": "from", "target": "frontend"},
}


@pytest.fixture(autouse=True)
def nothing_left(cluster: RunningCluster) -> Iterator[None]:
    """The system after each test is the system before it. A failed test's faults are ended, or the next fails too."""
    before = _snapshot(cluster)
    yield
    for fault in cluster.client.faults():
        if fault.state not in ("ended", "failed"):
            cluster.client.end_fault(fault.fault_id)
            _ended(cluster, fault.fault_id)
    wait_for(lambda: all(pod.ready for pod in cluster.client.pods()), timeout=30)
    assert leftovers(before, _snapshot(cluster)) == []


def _snapshot(cluster: RunningCluster) -> Snapshot:
    return snapshot(cluster.client, cluster.state / "cluster")


def _begin(cluster: RunningCluster, kind: str, pods: list[str], duration: float = DURATION, **parameters: Any) -> str:
    fault_id = uuid.uuid4().hex
    cluster.client.apply_fault(fault_id=fault_id, kind=kind, pods=pods, duration_s=duration, parameters=parameters)
    return fault_id


def _inject(cluster: RunningCluster, kind: str, pods: list[str], duration: float = DURATION, **parameters: Any) -> str:
    fault_id = _begin(cluster, kind, pods, duration, **parameters)
    fault = wait_for(lambda: _if(cluster.client.fault(fault_id), "active", "recovering", "ended", "failed"), 20)
    assert fault.state != "failed", fault
    return fault_id


def _if(fault: FaultInfo, *states: str) -> FaultInfo | None:
    return fault if fault.state in states else None


def _ended(cluster: RunningCluster, fault_id: str) -> FaultInfo:
    fault: FaultInfo = wait_for(lambda: _if(cluster.client.fault(fault_id), "ended", "failed"), 40)
    assert fault.state == "ended", fault
    for pod in fault.pods:
        assert pod.start_us is not None
        assert pod.end_us is not None
        assert fault.created_us <= pod.start_us <= pod.end_us
    return fault


def _end(cluster: RunningCluster, fault_id: str) -> FaultInfo:
    cluster.client.end_fault(fault_id)
    return _ended(cluster, fault_id)


def _pod(cluster: RunningCluster, name: str = POD) -> PodInfo:
    return next(pod for pod in cluster.client.pods() if pod.name == name)


def _pid(cluster: RunningCluster, name: str = POD) -> int:
    pid = _pod(cluster, name).pid
    assert pid is not None
    return pid


def _get(cluster: RunningCluster, path: str = "/") -> tuple[int, float]:
    began = time.monotonic()
    status = httpx.get(cluster.shop + path, timeout=20).status_code
    return status, time.monotonic() - began


@pytest.mark.parametrize("kind", list(ANY_PARAMETERS))  # those of files: test_io_faults.py
def test_each_kind_ends_by_itself(cluster: RunningCluster, kind: str) -> None:
    fault = _ended(cluster, _begin(cluster, kind, [POD], **ANY_PARAMETERS[kind]))
    (pod,) = fault.pods
    expected = "completed" if KINDS[kind].one_shot else "deadline"
    assert (pod.end_reason, pod.error) == (expected, "")
    assert pod.end_us is not None
    assert expected == "completed" or pod.end_us >= fault.deadline_us


def test_pod_kill_asks_first_and_starts_the_pod_again(cluster: RunningCluster) -> None:
    pid, restarts = _pid(cluster), _pod(cluster).restarts
    log = cluster.state / "cluster" / "pods" / POD / "stdout.log"
    size = log.stat().st_size
    fault = _ended(cluster, _begin(cluster, "pod-kill", [POD], duration=30, grace_period_s=20))
    assert not is_alive(pid)
    assert (_pod(cluster).restarts, _pod(cluster).ready) == (restarts + 1, True)
    assert "stopped" in log.read_text()[size:], "it had time to end by itself"
    assert fault.pods[0].end_us is not None
    assert fault.pods[0].end_us < fault.deadline_us


def test_the_grace_period_of_a_pod_kill_can_be_cut_short(cluster: RunningCluster) -> None:
    os.kill(_pid(cluster), signal.SIGSTOP)  # it will not stop by itself; the quota may not wake it, it is idle
    fault_id = _begin(cluster, "pod-kill", [POD], duration=60, grace_period_s=60)
    time.sleep(0.3)
    assert _end(cluster, fault_id).pods[0].end_reason == "recovered"


def test_container_kill_kills_at_once_and_knows_its_containers(cluster: RunningCluster) -> None:
    pid, restarts = _pid(cluster), _pod(cluster).restarts
    with pytest.raises(ClusterRefused, match="has no container 'sidecar'"):
        _begin(cluster, "container-kill", [POD], container="sidecar")
    _ended(cluster, _begin(cluster, "container-kill", [POD], container="currencyservice"))
    assert not is_alive(pid)
    assert _pod(cluster).restarts == restarts + 1


def test_a_paused_pod_stands_still_although_its_quota_would_let_it_run(cluster: RunningCluster) -> None:
    fault_id = _inject(cluster, "process-pause", [POD], duration=60)
    for _ in range(20):
        assert is_stopped(_pid(cluster))
        time.sleep(0.02)
    status, seconds = _get(cluster)
    assert seconds > 0.5
    assert status in (200, 500)
    _end(cluster, fault_id)
    wait_for(lambda: not is_stopped(_pid(cluster)))  # the quota may stop it for a moment
    wait_for(lambda: _get(cluster)[0] == 200)


def test_a_pause_ends_with_its_pod(cluster: RunningCluster) -> None:
    fault_id = _inject(cluster, "process-pause", [POD], duration=30)
    os.kill(_pid(cluster), signal.SIGKILL)
    fault = _ended(cluster, fault_id)
    assert (fault.pods[0].end_reason, fault.pods[0].error) == ("pod-restarted", "killed by SIGKILL")
    wait_for(lambda: _pod(cluster).ready)
    wait_for(lambda: not is_stopped(_pid(cluster)))


def test_memory_stress_is_held_in_the_pod_and_given_back(cluster: RunningCluster) -> None:
    before = _pod(cluster).memory_bytes
    assert before is not None
    fault_id = _inject(cluster, "memory-stress", [POD], duration=60, workers=2, size_bytes=40 * MEGABYTE)
    wait_for(lambda: (_pod(cluster).memory_bytes or 0) > before + 38 * MEGABYTE)
    assert (_pod(cluster).memory_bytes or 0) < before + 60 * MEGABYTE
    _end(cluster, fault_id)
    wait_for(lambda: (_pod(cluster).memory_bytes or 0) < before + 20 * MEGABYTE)


def _workers(cluster: RunningCluster, name: str = POD) -> list[int]:
    """Members of the pod's process group beside its main process."""
    leader = _pid(cluster, name)
    return [pid for pid in psutil.pids() if pid != leader and _group(pid) == leader]


def _group(pid: int) -> int:
    try:
        return os.getpgid(pid)
    except ProcessLookupError:
        return 0


@pytest.mark.parametrize("workers", [1, 8])
def test_a_megabyte_of_memory_stress_is_one_and_not_what_its_workers_need_themselves(
    cluster: RunningCluster, workers: int
) -> None:
    pod = "emailservice-0"  # idle enough to have the same memory for a second
    before = _pod(cluster, pod).memory_bytes
    assert before is not None
    fault_id = _inject(cluster, "memory-stress", [pod], duration=60, workers=workers, size_bytes=MEGABYTE)
    wait_for(lambda: len(_workers(cluster, pod)) == workers)
    grown = (_pod(cluster, pod).memory_bytes or 0) - before
    assert MEGABYTE // 2 < grown < 2.5 * MEGABYTE
    _end(cluster, fault_id)


@pytest.mark.parametrize(("kind", "parameters"), [("cpu-stress", {}), ("memory-stress", {"size_bytes": 16 * MEGABYTE})])
def test_stress_is_over_with_its_last_worker_and_says_why(
    cluster: RunningCluster, kind: str, parameters: dict[str, Any]
) -> None:
    log = cluster.state / "cluster" / "pods" / POD / "stdout.log"
    fault_id = _inject(cluster, kind, [POD], duration=60, workers=2, **parameters)
    first, second = wait_for(lambda: len(_workers(cluster)) == 2 and _workers(cluster))
    os.kill(first, signal.SIGKILL)
    wait_for(lambda: _workers(cluster) == [second])
    time.sleep(0.5)
    assert cluster.client.fault(fault_id).state == "active", "one of them is at it"
    killed = now_us()
    os.kill(second, signal.SIGTERM)
    fault = _ended(cluster, fault_id)
    (pod,) = fault.pods
    assert pod.end_reason == "ended-early"
    assert pod.error == "2 of 2 stress workers ended: killed by SIGKILL, killed by SIGTERM"
    assert pod.end_us is not None
    assert killed <= pod.end_us < fault.deadline_us
    assert "stress" not in log.read_text()


def test_a_lost_worker_is_told_at_the_end(cluster: RunningCluster) -> None:
    fault_id = _inject(cluster, "cpu-stress", [POD], duration=60, workers=3)
    os.kill(wait_for(lambda: _workers(cluster))[0], signal.SIGKILL)
    time.sleep(0.5)
    (pod,) = _end(cluster, fault_id).pods
    assert (pod.end_reason, pod.error) == ("recovered", "1 of 3 stress workers ended: killed by SIGKILL")


def test_a_pod_that_dies_takes_its_workers_along_and_that_is_the_reason(cluster: RunningCluster) -> None:
    fault_id = _inject(cluster, "cpu-stress", [POD], duration=60, workers=4)
    os.killpg(_pid(cluster), signal.SIGKILL)
    (pod,) = _ended(cluster, fault_id).pods
    assert (pod.end_reason, pod.error) == ("pod-restarted", "killed by SIGKILL")


def test_memory_stress_beyond_the_computer_is_oom_at_the_limit_of_the_pod(cluster: RunningCluster) -> None:
    """Four workers of 250 GB each: they were refused at once, and the fault was called active for its minute."""
    case = json.loads((CASES / "memory-beyond-all.json").read_text())
    fault = _ended(cluster, _begin(cluster, case["kind"], case["pods"], case["duration_s"], **case["parameters"]))
    (pod,) = fault.pods
    assert (pod.end_reason, pod.error) == ("pod-restarted", "OOMKilled")
    assert pod.end_us is not None
    assert pod.end_us < fault.deadline_us


def test_too_much_memory_stress_is_oom(cluster: RunningCluster) -> None:
    restarts = _pod(cluster).restarts
    fault = _ended(cluster, _begin(cluster, "memory-stress", [POD], duration=30, size_bytes=1 << 30))
    assert (fault.pods[0].end_reason, fault.pods[0].error) == ("pod-restarted", "OOMKilled")
    assert fault.pods[0].end_us is not None
    assert fault.pods[0].end_us < fault.deadline_us
    wait_for(lambda: _pod(cluster).restarts == restarts + 1)


def test_a_partition_lets_nothing_pass_and_heals(cluster: RunningCluster) -> None:
    fault_id = _inject(cluster, "network-partition", ["currencyservice-0"], duration=60, target="frontend")
    assert _get(cluster)[0] == 500
    _end(cluster, fault_id)
    wait_for(lambda: _get(cluster)[0] == 200)


def test_partition_of_one_neighbour_leaves_the_others(cluster: RunningCluster) -> None:
    fault_id = _inject(cluster, "network-partition", ["currencyservice-0"], duration=10, target="checkoutservice")
    assert _get(cluster)[0] == 200
    _end(cluster, fault_id)


def test_loss_makes_some_pages_slow(cluster: RunningCluster) -> None:
    fault_id = _inject(cluster, "network-loss", [POD], duration=30, loss=60, direction="both")
    wait_for(lambda: _get(cluster)[1] > 0.2)
    _end(cluster, fault_id)


def test_little_bandwidth_makes_pages_slow(cluster: RunningCluster) -> None:
    pods = [pod.name for pod in cluster.client.pods() if pod.service == "productcatalogservice"]
    fault_id = _inject(cluster, "network-bandwidth", pods, duration=60, rate_bytes_per_s=1000, target="frontend")
    wait_for(lambda: _get(cluster)[1] > 0.5)
    _end(cluster, fault_id)


def test_http_delay_of_the_requests_that_a_pod_makes(cluster: RunningCluster) -> None:
    fault_id = _inject(
        cluster, "http-delay", ["frontend-0"], duration=15, delay_ms=600, direction="to", target="adservice"
    )
    assert _get(cluster)[1] > 0.25  # the ad is waited for a little, or the page is late as a whole
    _end(cluster, fault_id)


def test_several_pods_at_once_each_with_its_own_times(cluster: RunningCluster) -> None:
    pods = ["cartservice-0", "cartservice-1", "adservice-0"]
    fault_id = _inject(cluster, "http-abort", pods, duration=20, status=14)
    os.kill(_pid(cluster, "cartservice-1"), signal.SIGKILL)
    cut = wait_for(lambda: cluster.client.fault(fault_id).pods[1].end_us)
    assert cluster.client.fault(fault_id).state == "active"  # the others still have it
    first, second, third = _end(cluster, fault_id).pods
    assert (first.end_reason, second.end_reason, third.end_reason) == ("recovered", "pod-restarted", "recovered")
    assert second.end_us == cut


def test_leftovers_are_found(cluster: RunningCluster) -> None:
    before = _snapshot(cluster)
    faults = [
        _inject(cluster, "cpu-stress", ["emailservice-0"], duration=120, workers=2),
        _inject(cluster, "process-pause", ["paymentservice-0"], duration=120),
        _inject(cluster, "network-delay", ["adservice-0"], duration=120, latency_ms=1, target="frontend"),
        _inject(cluster, "http-abort", ["shippingservice-0"], duration=120, status=14, target="frontend"),
    ]
    found = leftovers(before, _snapshot(cluster))
    assert set(found) == {
        "emailservice-0: 2 more processes than before",
        "paymentservice-0: stands still",
        "wire: frontend-0__adservice-0/response is impaired",
        "envoy: in__shippingservice-0__frontend has a fault",
        *(f"fault {fault_id} is open" for fault_id in faults),
    }
    for fault_id in faults:
        _end(cluster, fault_id)
