"""Which KPIs each kind of fault must move on its target, the most typical first, and by how much at least."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from faults.effects.kpis import (
    Kpi,
    anywhere,
    call_rate,
    counter_share,
    error_share,
    failures,
    gauge,
    interrupted,
    late,
    latency,
    missing,
    rate,
    ratio,
    restarts,
    slow,
    slow_share,
    unready,
)
from faults.effects.readings import Way
from faults.windows import SECOND

BOTH: Final[Sequence[Way]] = ("in", "out")
TO_POD: Final[Sequence[Way]] = ("in",)
SERVED: Final[Sequence[Way]] = ("served",)
MEBIBYTE: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Expected:
    """`ways`: the calls by which "slow" is learnt. `lasting`: for how long after its end a brief fault still shows."""

    kpis: Sequence[Kpi]
    ways: Sequence[Way] = BOTH
    lasting: int = 0


def _latency(ways: Sequence[Way], name: str) -> Kpi:
    return Kpi(name, "ms", "level", latency(ways), smallest=5.0, relative=0.25, distinct=0.33, signs=late(ways))


def _slow(ways: Sequence[Way], name: str) -> Kpi:
    return Kpi(name, "share", "share", slow_share(ways), smallest=0.1, signs=slow(ways))


def _errors(ways: Sequence[Way], name: str) -> Kpi:
    return Kpi(name, "share", "share", error_share(ways), smallest=0.05, signs=failures(ways))


CALL_LATENCY: Final = _latency(BOTH, "latency of calls to and from the pod")
LATENCY_TO: Final = _latency(TO_POD, "latency of calls to the pod")
SERVED_LATENCY: Final = _latency(SERVED, "time the pod takes to serve a request")
SLOW: Final = _slow(BOTH, "slow calls to and from the pod")
SLOW_TO: Final = _slow(TO_POD, "slow calls to the pod")
SLOW_SERVED: Final = _slow(SERVED, "slow requests served by the pod")
ERRORS: Final = _errors(BOTH, "failed calls to and from the pod")
ERRORS_TO: Final = _errors(TO_POD, "failed calls to the pod")
ERRORS_SERVED: Final = _errors(SERVED, "failed requests served by the pod")
SERVED_RATE: Final = Kpi(
    "requests served by the pod", "1/s", "level", call_rate(SERVED), smallest=0.5, relative=0.5, harm=-1
)
GOOD_RATE: Final = Kpi(
    "successful calls to and from the pod",
    "1/s",
    "level",
    call_rate(BOTH, succeeded=True),
    smallest=0.5,
    relative=0.5,
    harm=-1,
)
TCP_RATE: Final = Kpi(
    "bytes to and from the pod", "bytes/s", "level", rate("tcp_bytes"), smallest=100.0, relative=0.5, harm=-1
)
REJECTED: Final = Kpi(
    "requests to the pod answered with an error",
    "share",
    "share",
    counter_share("failed_requests", "requests"),
    smallest=0.05,
)
MESH_LATENCY: Final = Kpi(
    "duration of requests at the pod's proxy",
    "ms",
    "level",
    ratio("request_ms", "requests"),
    smallest=5.0,
    relative=0.25,
    distinct=0.33,
)
CPU: Final = Kpi("CPU used by the pod", "cores", "level", rate("cpu"), smallest=0.02, relative=0.25)
THROTTLED: Final = Kpi(
    "CPU periods in which the pod was held back",
    "share",
    "level",
    ratio("throttled", "periods", fill=0.0),
    smallest=0.2,
)
MEMORY: Final = Kpi("memory used by the pod", "bytes", "level", gauge("memory"), smallest=4.0 * MEBIBYTE, relative=0.05)
UNREADY: Final = Kpi("the pod is not ready", "share", "share", unready, smallest=0.2)
MISSING: Final = Kpi("the pod has no process", "share", "share", missing, smallest=0.2)
RESTARTS: Final = Kpi("restarts of the pod", "1/s", "events", restarts, smallest=0.0, before=anywhere(restarts))
INTERRUPTED: Final = Kpi(
    "the pod is not ready or has just restarted",
    "share",
    "share",
    interrupted,
    smallest=0.1,
    before=anywhere(interrupted),
)

_NETWORK: Final = Expected((CALL_LATENCY, SLOW, ERRORS, GOOD_RATE, TCP_RATE))
_LOSSY: Final = Expected((SLOW, CALL_LATENCY, ERRORS, GOOD_RATE, TCP_RATE))
# A short time: a kill shows in a tick or two, which must not be lost among others.
_KILL: Final = Expected((RESTARTS, INTERRUPTED), TO_POD, lasting=5 * SECOND // 2)
_SLOW_WORK: Final = Expected((SERVED_LATENCY, SLOW_SERVED, ERRORS_SERVED, SERVED_RATE), SERVED)

EXPECTED: Final[Mapping[str, Expected]] = MappingProxyType(
    {
        "pod-kill": _KILL,
        "container-kill": _KILL,
        "pod-failure": Expected((UNREADY, MISSING, SERVED_RATE, ERRORS_TO), TO_POD),
        "process-pause": Expected((SERVED_RATE, UNREADY, CPU, SLOW_TO, ERRORS_TO, TCP_RATE), TO_POD),
        "cpu-stress": Expected((CPU, THROTTLED), SERVED),
        "memory-stress": Expected((MEMORY, RESTARTS), SERVED),
        "network-delay": _NETWORK,
        "network-loss": _LOSSY,
        "network-partition": Expected((ERRORS, GOOD_RATE, CALL_LATENCY, SLOW, TCP_RATE)),
        "network-bandwidth": _NETWORK,
        "network-corrupt": _LOSSY,
        "network-duplicate": _LOSSY,
        "http-abort": Expected((REJECTED, ERRORS_TO), TO_POD),
        "http-delay": Expected((LATENCY_TO, SLOW_TO, MESH_LATENCY, ERRORS_TO), TO_POD),
        # Seen by the callers, as a store makes no spans; slow calls first, as only writes wait for the disk.
        "io-latency": Expected((SLOW_TO, LATENCY_TO, ERRORS_TO), TO_POD),
        # Most programs end when they can't write: that is the last moment of the fault, and shows after it.
        "io-fault": Expected((RESTARTS, ERRORS_TO, INTERRUPTED), TO_POD, lasting=5 * SECOND // 2),
        "time-skew": _SLOW_WORK,
        "dns-error": Expected((ERRORS, GOOD_RATE, ERRORS_SERVED)),
        "dns-random": Expected((ERRORS, GOOD_RATE, ERRORS_SERVED)),
        "jvm-latency": _SLOW_WORK,
        "jvm-return": _SLOW_WORK,
        "jvm-exception": _SLOW_WORK,
        "jvm-stress": Expected((CPU, MEMORY, THROTTLED), SERVED),
        "jvm-gc": _SLOW_WORK,
        "jvm-rule-data": _SLOW_WORK,
        "jvm-mysql": _SLOW_WORK,
    }
)
