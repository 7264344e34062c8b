"""A fault leaves no sockets behind: after it the pods have as many as before, and a partition brings none."""

import time
import uuid
from collections.abc import Mapping
from pathlib import Path

import pytest

from .conftest import RunningCluster, wait_for

# Longest idle time of a pooled connection, how often that is looked after, and what the machine may add.
BACK_WITHIN_S = 30
LOOK_EVERY_S = 0.5
COME_AND_GO = 3  # what leaked were dozens


def sockets(cluster: RunningCluster) -> dict[str, int]:
    """Of every pod, as container_sockets counts them, and of the processes between them."""
    pids = {pod.name: pod.pid for pod in cluster.client.pods()} | {
        process.name: process.pid for process in cluster.client.processes() if process.name in ("envoy", "wire")
    }
    return {name: _count(pid) for name, pid in pids.items() if pid}


def _count(pid: int) -> int:
    return sum(_target(entry).startswith("socket:") for entry in Path(f"/proc/{pid}/fd").iterdir())


def _target(path: Path) -> str:
    try:
        return str(path.readlink())
    except FileNotFoundError:  # closed meanwhile
        return ""


def most(cluster: RunningCluster, seconds: float) -> dict[str, int]:
    """The highest number of each within that time: readiness is asked for by short connections."""
    highest: dict[str, int] = {}
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        highest = {name: max(count, highest.get(name, 0)) for name, count in sockets(cluster).items()}
        time.sleep(LOOK_EVERY_S)
    return highest


def above(cluster: RunningCluster, before: Mapping[str, int]) -> dict[str, tuple[int, int]]:
    """Who has more sockets than before, but for a few that come and go with the load: (then, now)."""
    now = sockets(cluster)
    return {name: (before[name], count) for name, count in now.items() if count > before[name] + COME_AND_GO}


@pytest.mark.parametrize("pod", ["redis-cart-0", "frontend-0"])
def test_sockets_return_to_the_level_before_a_partition(cluster: RunningCluster, pod: str) -> None:
    cluster.client.set_load(20)
    before = most(cluster, 10)
    fault = uuid.uuid4().hex
    cluster.client.apply_fault(
        fault_id=fault, kind="network-partition", pods=[pod], duration_s=60, parameters={"direction": "both"}
    )
    wait_for(lambda: cluster.client.fault(fault).state == "active")
    during = most(cluster, 10)
    cluster.client.end_fault(fault)
    wait_for(lambda: cluster.client.fault(fault).state == "ended")

    assert during[pod] <= before[pod] + COME_AND_GO, "a pod that nothing reaches has got new connections"
    assert any(during[name] > before[name] for name in before), "the partition was not felt: the test shows nothing"
    deadline = time.monotonic() + BACK_WITHIN_S
    while (left := above(cluster, before)) and time.monotonic() < deadline:
        time.sleep(LOOK_EVERY_S)
    assert left == {}
