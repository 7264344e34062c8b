"""io-latency and io-fault on the real shop: writes to carts wait for the disk, or fail; nothing else does."""

import os
import signal
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as LostConnection
from redis.exceptions import TimeoutError as TimedOut
from redis.retry import Retry

from local_cluster.client import ClusterRefused, FaultInfo, PodInfo
from local_cluster.faults.kinds import KINDS
from local_cluster.leftovers import leftovers, snapshot

from .conftest import RunningCluster, is_alive, wait_for

WHY_NOT = KINDS["io-latency"].unavailable()
pytestmark = pytest.mark.skipif(bool(WHY_NOT), reason=WHY_NOT)

POD = "redis-cart-0"
DELAY_MS = 300


@pytest.fixture(autouse=True)
def nothing_left(cluster: RunningCluster) -> Iterator[None]:
    """The shop stands still, so that nobody else writes, and the system after each test is the system before it."""
    cluster.client.set_load(0)
    before = snapshot(cluster.client, cluster.state / "cluster")
    yield
    wait_for(lambda: all(pod.ready for pod in cluster.client.pods()), timeout=60)
    assert leftovers(before, snapshot(cluster.client, cluster.state / "cluster")) == []


def _begin(cluster: RunningCluster, kind: str, pod: str = POD, duration: float = 60, **parameters: Any) -> str:
    fault_id = uuid.uuid4().hex
    cluster.client.apply_fault(fault_id=fault_id, kind=kind, pods=[pod], duration_s=duration, parameters=parameters)
    return fault_id


def _inject(cluster: RunningCluster, kind: str, **parameters: Any) -> str:
    fault_id = _begin(cluster, kind, **parameters)
    wait_for(lambda: cluster.client.fault(fault_id).state == "active")
    return fault_id


def _ended(cluster: RunningCluster, fault_id: str) -> FaultInfo:
    fault: FaultInfo = wait_for(lambda: _if_over(cluster.client.fault(fault_id)), 60)
    assert fault.state == "ended", fault
    return fault


def _if_over(fault: FaultInfo) -> FaultInfo | None:
    return fault if fault.state in ("ended", "failed") else None


def _recovered(cluster: RunningCluster, fault_id: str) -> None:
    cluster.client.end_fault(fault_id)
    assert _ended(cluster, fault_id).pods[0].end_reason == "recovered"


def _pod(cluster: RunningCluster) -> PodInfo:
    return next(pod for pod in cluster.client.pods() if pod.name == POD)


def _back(cluster: RunningCluster, restarts: int) -> PodInfo:
    def restarted() -> PodInfo | None:
        pod = _pod(cluster)
        return pod if pod.restarts > restarts and pod.ready else None

    found: PodInfo = wait_for(restarted, 60)
    return found


def _store(cluster: RunningCluster, timeout: float = 30) -> Redis:
    """A connection to the pod itself, past the mesh. It tries each command once."""
    command = Path(f"/proc/{_pod(cluster).pid}/cmdline").read_text().split("\0")
    port = int(command[command.index("--port") + 1])
    return Redis(port=port, password=cluster.token, socket_timeout=timeout, retry=Retry(NoBackoff(), 0))


def _volume(cluster: RunningCluster) -> Path:
    return cluster.state / "cluster" / "pods" / POD / "volumes" / "data"


def _fastest(act: Callable[[], Any], times: int = 10) -> float:
    """Seconds of the fastest of a few: what is merely slow for now must not be taken for a fault."""
    durations = []
    for _ in range(times):
        began = time.monotonic()
        act()
        durations.append(time.monotonic() - began)
    return min(durations)


def test_writes_wait_for_the_disk_and_reads_do_not(cluster: RunningCluster) -> None:
    store = _store(cluster)
    fault_id = _inject(cluster, "io-latency", delay_ms=DELAY_MS, methods=["fsync"])
    assert _fastest(lambda: store.set("cart", "full"), 3) >= DELAY_MS / 1000
    assert _fastest(lambda: store.get("cart")) < DELAY_MS / 1000
    _recovered(cluster, fault_id)
    assert _fastest(lambda: store.set("cart", "empty")) < DELAY_MS / 1000


def test_it_ends_by_itself_at_its_deadline(cluster: RunningCluster) -> None:
    fault = _ended(cluster, _begin(cluster, "io-latency", duration=1.5, delay_ms=5))
    (pod,) = fault.pods
    assert (pod.end_reason, pod.error) == ("deadline", "")
    assert pod.start_us is not None
    assert pod.end_us is not None
    assert fault.created_us <= pod.start_us <= pod.end_us
    assert pod.end_us >= fault.deadline_us


def test_only_the_named_files_are_hit(cluster: RunningCluster) -> None:
    store = _store(cluster)
    for path, is_hit in (("/data/other", False), ("/data/appendonlydir/*.aof", True), ("/data", True)):
        fault_id = _inject(cluster, "io-latency", delay_ms=DELAY_MS, path=path)
        assert (_fastest(lambda: store.set("cart", "full"), 3) >= DELAY_MS / 1000) == is_hit, path
        _recovered(cluster, fault_id)


def test_the_end_lets_go_what_is_being_delayed(cluster: RunningCluster) -> None:
    fault_id = _inject(cluster, "io-latency", duration=300, delay_ms=60_000)
    with pytest.raises(TimedOut):
        _store(cluster, timeout=0.5).set("cart", "full")
    assert "1 delayed now" in cluster.client.io_rules()[POD]
    _recovered(cluster, fault_id)
    assert cluster.client.io_rules() == {}
    assert wait_for(lambda: _store(cluster).get("cart") == b"full")


def test_a_store_that_can_not_write_ends_and_comes_back_with_an_empty_volume(cluster: RunningCluster) -> None:
    before = _pod(cluster)
    (_volume(cluster) / "mark").touch()
    store = _store(cluster)
    fault_id = _inject(cluster, "io-fault", errno=5)
    with pytest.raises(LostConnection):
        store.set("cart", "full")
    fault = _ended(cluster, fault_id)
    (pod,) = fault.pods
    assert (pod.end_reason, pod.error) == ("pod-restarted", "exit status 1")
    assert pod.end_us is not None
    assert pod.end_us < fault.deadline_us
    _back(cluster, before.restarts)
    assert not (_volume(cluster) / "mark").exists()
    assert _store(cluster).set("cart", "full"), "the new process has no fault"
    log = (cluster.state / "cluster" / "pods" / POD / "stdout.log").read_text()
    assert "AOF" in log, "it says itself why it ended"


def test_a_delayed_pod_can_be_killed(cluster: RunningCluster) -> None:
    before = _pod(cluster)
    assert before.pid is not None
    fault_id = _inject(cluster, "io-latency", duration=300, delay_ms=60_000)
    with pytest.raises(TimedOut):
        _store(cluster, timeout=0.5).set("cart", "full")
    os.kill(before.pid, signal.SIGKILL)
    wait_for(lambda: not is_alive(before.pid or 0))
    assert _ended(cluster, fault_id).pods[0].end_reason == "pod-restarted"
    _back(cluster, before.restarts)
    assert cluster.client.io_rules() == {}


def test_what_is_in_force_is_found_as_a_leftover(cluster: RunningCluster) -> None:
    before = snapshot(cluster.client, cluster.state / "cluster")
    fault_id = _inject(cluster, "io-latency", delay_ms=2, percent=50, methods=["write"])
    found = leftovers(before, snapshot(cluster.client, cluster.state / "cluster"))
    rule = f"file operations of {POD}: 50 % of write on all files delayed by 2 ms, 0 delayed now"
    assert found == [rule, f"fault {fault_id} is open"]
    _recovered(cluster, fault_id)


def test_a_pod_without_a_volume_is_refused(cluster: RunningCluster) -> None:
    with pytest.raises(ClusterRefused, match="currencyservice-0 has no volume; choose a pod of redis-cart"):
        _begin(cluster, "io-latency", "currencyservice-0", delay_ms=5)
    assert {service.name: service.volumes for service in cluster.client.services() if service.volumes} == {
        "redis-cart": ("/data",)
    }
