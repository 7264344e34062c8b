"""Every fault kind of the catalogue: those that work here, and why the others don't."""

from collections.abc import Mapping
from typing import Final

from local_cluster.faults.base import FaultKind
from local_cluster.faults.cpu_stress import CpuStress
from local_cluster.faults.http_abort import HttpAbort
from local_cluster.faults.network_delay import NetworkDelay
from local_cluster.faults.pod_failure import PodFailure

_KINDS: Final[tuple[FaultKind, ...]] = (PodFailure(), CpuStress(), NetworkDelay(), HttpAbort())
KINDS: Final[Mapping[str, FaultKind]] = {kind.name: kind for kind in _KINDS}

_NOT_YET: Final = "the local cluster does not have this kind yet"
_NO_PACKETS: Final = "the local cluster's wire carries bytes of TCP streams, not packets that could be altered"
_NO_CLOCK: Final = "all pods of the local cluster share the machine's clock"
_NO_DNS: Final = "services of the local cluster are reached by address, without DNS"
_NO_JVM: Final = "no service of this shop runs on a JVM"

UNSUPPORTED: Final[Mapping[str, str]] = {
    "pod-kill": _NOT_YET,
    "container-kill": _NOT_YET,
    "process-pause": _NOT_YET,
    "memory-stress": _NOT_YET,
    "network-loss": _NOT_YET,
    "network-partition": _NOT_YET,
    "network-bandwidth": _NOT_YET,
    "http-delay": _NOT_YET,
    "io-latency": _NOT_YET,
    "io-fault": _NOT_YET,
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
    works: dict[str, dict[str, bool | str]] = {name: {"supported": True, "reason": ""} for name in KINDS}
    return works | {name: {"supported": False, "reason": reason} for name, reason in UNSUPPORTED.items()}
