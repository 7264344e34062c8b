"""Every fault kind of the catalogue: those of the local cluster, and why it does not have the others."""

from collections.abc import Mapping
from typing import Final

from local_cluster.faults.base import FaultKind
from local_cluster.faults.cpu_stress import CpuStress
from local_cluster.faults.http import HttpAbort, HttpDelay
from local_cluster.faults.io import IoFault, IoLatency
from local_cluster.faults.kills import ContainerKill, PodKill
from local_cluster.faults.memory_stress import MemoryStress
from local_cluster.faults.network import NetworkBandwidth, NetworkDelay, NetworkLoss, NetworkPartition
from local_cluster.faults.pod_failure import PodFailure
from local_cluster.faults.process_pause import ProcessPause

_KINDS: Final[tuple[FaultKind, ...]] = (
    PodKill(),
    PodFailure(),
    ContainerKill(),
    ProcessPause(),
    CpuStress(),
    MemoryStress(),
    NetworkDelay(),
    NetworkLoss(),
    NetworkPartition(),
    NetworkBandwidth(),
    HttpAbort(),
    HttpDelay(),
    IoLatency(),
    IoFault(),
)
KINDS: Final[Mapping[str, FaultKind]] = {kind.name: kind for kind in _KINDS}

_NO_PACKETS: Final = "the local cluster's wire carries bytes of TCP streams, not packets that could be altered"
_NO_CLOCK: Final = "all pods of the local cluster share the machine's clock"
_NO_DNS: Final = "services of the local cluster are reached by address, without DNS"
_NO_JVM: Final = "no service of this shop runs on a JVM"

UNSUPPORTED: Final[Mapping[str, str]] = {
    "network-corrupt": _NO_PACKETS,
    "network-duplicate": _NO_PACKETS,
    "time-skew": _NO_CLOCK,
    "dns-error": _NO_DNS,
    "dns-random": _NO_DNS,
    "jvm-latency": _NO_JVM,
    "jvm-return": _NO_JVM,
    "jvm-exception": _NO_JVM,
    "jvm-gc": _NO_JVM,
    "jvm-stress": _NO_JVM,
    "jvm-rule-data": _NO_JVM,
    "jvm-mysql": _NO_JVM,
}


def support() -> dict[str, dict[str, bool | str]]:
    """Each kind with whether it works here and, if not, why."""
    reasons = {name: kind.unavailable() for name, kind in KINDS.items()} | dict(UNSUPPORTED)
    return {name: {"supported": not reason, "reason": reason} for name, reason in reasons.items()}
