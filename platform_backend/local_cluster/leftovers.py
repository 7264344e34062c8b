"""What faults have left behind: the system's own state before and after, not the word of who ended them.

Looked at: processes (stopped, or in a pod's process group beside those that were there), readiness, the impairments
that the wire has in force, the request faults in the routes that Envoy uses, and what the supervisor of file
operations does to them.
"""

import json
import os
import socket
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import httpx

from local_cluster.client import LocalClusterClient, PodInfo
from local_cluster.linux import cpu_seconds, is_stopped
from local_cluster.mesh.admin import SOCKET_NAME as ADMIN_SOCKET
from local_cluster.mesh.wire_client import SOCKET_NAME

# The CPU quota stops pods too, but lets each of them run a little in every period.
STOPPED_LOOKS: Final = 8
STOPPED_INTERVAL: Final = 0.15
TIMEOUT: Final = 5.0


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What of the system a fault could change for good."""

    processes: dict[str, int]  # by pod: members of its process group
    stopped: frozenset[str]  # pods that stand still
    not_ready: frozenset[str]
    impairments: frozenset[str]
    request_faults: frozenset[str]
    io_rules: frozenset[str]
    open_faults: frozenset[str]


def snapshot(client: LocalClusterClient, cluster_dir: Path) -> Snapshot:
    """Of a running local cluster; `cluster_dir` is its folder of state. Raises ClusterUnavailable, OSError."""
    pods = [pod for pod in client.pods() if pod.pid]
    return Snapshot(
        processes={pod.name: len(_group(pod.pid)) for pod in pods if pod.pid},
        stopped=_stopped(pods),
        not_ready=frozenset(pod.name for pod in client.pods() if not pod.ready),
        impairments=frozenset(_impairments(client.socket_path.with_name(SOCKET_NAME))),
        request_faults=frozenset(_request_faults(client.socket_path.with_name(ADMIN_SOCKET))),
        io_rules=frozenset(f"{pod}: {rule}" for pod, rule in client.io_rules().items()),
        open_faults=frozenset(fault.fault_id for fault in client.faults() if fault.state not in ("ended", "failed")),
    )


def leftovers(before: Snapshot, after: Snapshot) -> list[str]:
    """One line for each thing that is there after and was not before."""
    return [
        *(
            f"{pod}: {count - before.processes.get(pod, 1)} more processes than before"
            for pod, count in after.processes.items()
            if count > before.processes.get(pod, 1)
        ),
        *(f"{pod}: stands still" for pod in sorted(after.stopped - before.stopped)),
        *(f"{pod}: is not ready" for pod in sorted(after.not_ready - before.not_ready)),
        *(f"wire: {lane} is impaired" for lane in sorted(after.impairments - before.impairments)),
        *(f"envoy: {route} has a fault" for route in sorted(after.request_faults - before.request_faults)),
        *(f"file operations of {rule}" for rule in sorted(after.io_rules - before.io_rules)),
        *(f"fault {fault_id} is open" for fault_id in sorted(after.open_faults - before.open_faults)),
    ]


def _group(leader: int) -> list[int]:
    members = []
    for entry in os.scandir("/proc"):
        if entry.name.isdigit() and _group_of(int(entry.name)) == leader:
            members.append(int(entry.name))
    return members


def _group_of(pid: int) -> int:
    try:
        return os.getpgid(pid)
    except ProcessLookupError:
        return 0


def _stopped(pods: list[PodInfo]) -> frozenset[str]:
    """Pods that were found stopped at every look, and none of whose processes ran in between."""
    suspects = {pod.name: pod.pid for pod in pods if pod.pid and is_stopped(pod.pid)}
    used = {name: _group_cpu(pid) for name, pid in suspects.items()}
    for _ in range(STOPPED_LOOKS):
        suspects = {name: pid for name, pid in suspects.items() if is_stopped(pid) and _group_cpu(pid) == used[name]}
        if not suspects:
            break
        time.sleep(STOPPED_INTERVAL)
    return frozenset(suspects)


def _group_cpu(leader: int) -> float:
    """CPU seconds that the living processes of a group have used."""
    total = 0.0
    for pid in _group(leader):
        with suppress(OSError):  # it has ended
            total += cpu_seconds(pid)
    return total


def _impairments(control: Path) -> list[str]:
    """Impaired lanes, as the wire itself says."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(TIMEOUT)
        connection.connect(str(control))
        connection.sendall(b'{"op": "impairments"}\n')
        with connection.makefile() as reply:
            lanes: dict[str, Any] = json.loads(reply.readline())["lanes"]
    return list(lanes)


def _request_faults(admin: Path) -> Iterator[str]:
    """Listeners with a fault, as Envoy itself says."""
    with httpx.Client(transport=httpx.HTTPTransport(uds=str(admin)), timeout=TIMEOUT) as client:
        page = client.get("http://envoy/config_dump", params={"resource": "dynamic_route_configs"})
        configs = page.raise_for_status().json().get("configs", [])
    for config in configs:
        for host in config["route_config"]["virtual_hosts"]:
            if any("typed_per_filter_config" in route for route in host["routes"]):
                yield host["name"]
