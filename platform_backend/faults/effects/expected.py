"""Which KPIs each kind of fault must move on its target, the most typical first, and by how much at least."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import median
from types import MappingProxyType
from typing import Any, Final

from faults.effects import calls, samples
from faults.effects.kpis import MILLISECOND, Context, Kpi, Points
from faults.effects.readings import Readings, Way
from faults.windows import SECOND
from telemetry.records import Window

Parameters = Mapping[str, Any]  # as the catalogue has them

BOTH: Final[Sequence[Way]] = ("in", "out")
TO_POD: Final[Sequence[Way]] = ("in",)
FROM_POD: Final[Sequence[Way]] = ("out",)
SERVED: Final[Sequence[Way]] = ("served",)
OTHERS: Final[Sequence[Way]] = ("elsewhere",)
MEBIBYTE: Final = 1 << 20
ASKED: Final = "asked:"  # prefix of what the callers' proxies counted of the service as a whole

# A delay below this is within what calls scatter by.
LEAST_FLOOR_US: Final = 5 * MILLISECOND
# Timers may fire this much early.
EARLY_US: Final = MILLISECOND
# Of a jitter's normal distribution, one in 741 deviates more to this side.
JITTER_SIGMAS: Final = 3.0
# The end of a label is when the end was known; a busy machine knows it this much late.
TAIL_US: Final = SECOND
# What a stress worker is made of, before it does what it is for.
WORKER_BYTES: Final = 6 * MEBIBYTE
# Of what was asked for, so much has to be seen.
HALF: Final = 0.5

GRPC: Final = range(17)
GRPC_UNKNOWN: Final = 2
# What a gRPC client makes of an HTTP status: grpc/doc/http-grpc-status-mapping.md.
HTTP_TO_GRPC: Final = {400: 13, 401: 16, 403: 7, 404: 12, 429: 14, 502: 14, 503: 14, 504: 14}
FASTER: Final = "faster than the injected delay"


@dataclass(frozen=True, slots=True)
class Past:
    """What the pod was like before: how much a fault can change depends on it."""

    readings: Readings
    windows: Sequence[Window]

    def median(self, points: Points) -> float | None:
        context = Context(self.readings, 0.0, "")
        values = [point.value for window in self.windows for point in points(context, window)]
        return median(values) if values else None

    def limit(self) -> float | None:
        """Cores."""
        quota, period = (self.median(samples.gauge(name)) for name in ("cpu_quota", "cpu_period"))
        return quota / period if quota and period and quota > 0 else None


@dataclass(frozen=True, slots=True)
class Expected:
    """`ways`: the calls by which "slow" is learnt. `lasting`: for how long after its end a brief fault still shows."""

    kpis: Sequence[Kpi]
    ways: Sequence[Way] = BOTH
    lasting: int = 0


def _latency(ways: Sequence[Way], name: str) -> Kpi:
    points, signs = calls.latency(ways), calls.late(ways)
    return Kpi(name, "ms", "level", points, 5.0, relative=0.25, distinct=0.33, signs=signs, of_calls=True, by_load=True)


def _slow(ways: Sequence[Way], name: str) -> Kpi:
    points, signs = calls.slow_share(ways), calls.slow(ways)
    others = calls.slow_share(OTHERS)
    return Kpi(name, "share", "share", points, 0.1, signs=signs, others=others, of_calls=True, by_load=True)


def _errors(ways: Sequence[Way], name: str) -> Kpi:
    points, signs = calls.error_share(ways), calls.failures(ways)
    others = calls.error_share(OTHERS)
    return Kpi(name, "share", "share", points, smallest=0.05, signs=signs, others=others, of_calls=True)


def _rate(ways: Sequence[Way], name: str, *, succeeded: bool = False) -> Kpi:
    points = calls.call_rate(ways, succeeded=succeeded)
    return Kpi(name, "1/s", "level", points, 0.5, relative=0.5, harm=-1, by_load=True, is_rate=True)


def _through(ways: Sequence[Way], name: str) -> Kpi:
    """A cut lets nothing pass."""
    return Kpi(
        name,
        "share",
        "share",
        calls.through_share(ways),
        smallest=0.2,
        harm=-1,
        signs=calls.failures(ways),
        others=calls.through_share(OTHERS),
        of_calls=True,
        expected=_none,
        sure=True,
    )


def _none(_: float) -> float:
    return 0.0


def _floor(ways: Sequence[Way], name: str, floor_us: float, *, hit: float | None = 1.0) -> Sequence[Kpi]:
    """A delay leaves no call that is faster than itself, or of `hit` of them none; None: nobody knows of how many."""
    limit = floor_us - EARLY_US
    if floor_us < LEAST_FLOOR_US:
        return ()
    kpi = Kpi(
        name,
        "share",
        "share",
        calls.fast_share(ways, limit, TAIL_US),
        smallest=0.1,
        harm=-1,
        signs=calls.late_by(ways, limit),
        others=calls.fast_share(OTHERS, limit, TAIL_US),
        of_calls=True,
    )
    if hit is None:
        return (kpi,)
    return (replace(kpi, expected=lambda before: before * (1 - hit), sure=hit == 1),)


CALL_LATENCY: Final = _latency(BOTH, "latency of calls to and from the pod")
LATENCY_TO: Final = _latency(TO_POD, "latency of calls to the pod")
SERVED_LATENCY: Final = _latency(SERVED, "time the pod takes to serve a request")
SLOW: Final = _slow(BOTH, "slow calls to and from the pod")
SLOW_TO: Final = _slow(TO_POD, "slow calls to the pod")
SLOW_SERVED: Final = _slow(SERVED, "slow requests served by the pod")
ERRORS: Final = _errors(BOTH, "failed calls to and from the pod")
ERRORS_TO: Final = _errors(TO_POD, "failed calls to the pod")
ERRORS_SERVED: Final = _errors(SERVED, "failed requests served by the pod")
SERVED_RATE: Final = _rate(SERVED, "requests served by the pod")
GOOD_RATE: Final = _rate(BOTH, "successful calls to and from the pod", succeeded=True)
THROUGH: Final = _through(BOTH, "calls to and from the pod that got through")
TCP_RATE: Final = Kpi(
    "bytes to and from the pod",
    "bytes/s",
    "level",
    samples.rate("tcp_bytes"),
    smallest=100.0,
    relative=0.5,
    harm=-1,
    by_load=True,
    is_rate=True,
)
MESH_LATENCY: Final = Kpi(
    "duration of requests at the proxies of its callers",
    "ms",
    "level",
    samples.ratio(f"{ASKED}request_ms", f"{ASKED}requests"),
    smallest=5.0,
    relative=0.25,
    distinct=0.33,
    by_load=True,
)
CPU: Final = Kpi(
    "CPU used by the pod", "cores", "level", samples.rate("cpu"), smallest=0.02, relative=0.25, by_load=True
)
WORKED: Final = Kpi(
    "ticks in which the pod used CPU",
    "share",
    "share",
    samples.worked,
    smallest=0.2,
    harm=-1,
    expected=_none,
    sure=True,
)
THROTTLED: Final = Kpi(
    "CPU periods in which the pod was held back",
    "share",
    "level",
    samples.ratio("throttled", "periods", fill=0.0),
    smallest=0.2,
    by_load=True,
)
MEMORY: Final = Kpi(
    "memory used by the pod",
    "bytes",
    "level",
    samples.gauge("memory"),
    smallest=4.0 * MEBIBYTE,
    relative=0.05,
    by_host=False,
)
UNREADY: Final = Kpi("the pod is not ready", "share", "share", samples.unready, smallest=0.2)
MISSING: Final = Kpi("the pod has no process", "share", "share", samples.missing, smallest=0.2, by_host=False)
RESTARTS: Final = Kpi(
    "restarts of the pod",
    "1/s",
    "events",
    samples.restarts,
    smallest=0.0,
    before=samples.anywhere(samples.restarts),
    by_host=False,
)
# Where the fault may restart it, and need not.
MAY_RESTART: Final = replace(RESTARTS, by_host=True)
INTERRUPTED: Final = Kpi(
    "the pod is not ready or has just restarted",
    "share",
    "share",
    samples.interrupted,
    smallest=0.1,
    before=samples.anywhere(samples.interrupted),
)


_NETWORK: Final = Expected((CALL_LATENCY, SLOW, ERRORS, GOOD_RATE, TCP_RATE))
_LOSSY: Final = Expected((SLOW, CALL_LATENCY, ERRORS, GOOD_RATE, TCP_RATE))
_SLOW_WORK: Final = Expected((SERVED_LATENCY, SLOW_SERVED, ERRORS_SERVED, SERVED_RATE), SERVED)


def _network_delay(parameters: Parameters, _: Past) -> Expected:
    floor = _floor(BOTH, f"calls to and from the pod {FASTER}", _delay_us(parameters))
    return Expected((*floor, *_NETWORK.kpis))


def _delay_us(parameters: Parameters) -> float:
    """What each call takes longer at least: it crosses the hurt direction once, or both of them."""
    latency, jitter = parameters.get("latency_ms", 0), parameters.get("jitter_ms", 0)
    crossings = 2 if parameters.get("direction") == "both" else 1
    return float(crossings * latency - JITTER_SIGMAS * crossings**0.5 * jitter) * MILLISECOND


def _network_bandwidth(parameters: Parameters, past: Past) -> Expected:
    """An average call, which brings or takes so many bytes, needs so long for them alone."""
    rate, size = parameters.get("rate_bytes_per_s"), _bytes_a_call(parameters, past)
    if not rate or not size:
        return _NETWORK
    name = "calls to the pod faster than its rate lets their bytes pass"
    return Expected((*_floor(TO_POD, name, size / rate * SECOND, hit=None), *_NETWORK.kpis))


def _bytes_a_call(parameters: Parameters, past: Past) -> float:
    """Seen from the pod, answers go to its callers and requests come from them."""
    directions = {"to": ("response",), "from": ("request",), "both": ("request", "response")}
    kinds = () if parameters.get("target") else directions[parameters.get("direction", "to")]
    sizes = [past.median(samples.ratio(f"{kind}_bytes", "requests")) for kind in kinds]
    return sum(size for size in sizes if size)


# Prefixes of what readings count, and who has counted it: the pod's own proxy, or those of its callers. Where these
# abort, as Istio's do, its own proxy counts the others alone, and an abort does not show in its share.
_COUNTED: Final[Sequence[tuple[str, Way, str]]] = (
    ("", "in", "to the pod"),
    (ASKED, "in", "to the service"),
    ("made:", "out", "by the pod"),
)


def _http_abort(parameters: Parameters, _: Past) -> Expected:
    ways, whose = _requests(parameters)
    return Expected((*_answers(parameters, ways, whose), _errors(ways, f"failed calls {whose}")), ways)


def _answers(parameters: Parameters, ways: Sequence[Way], whose: str) -> Sequence[Kpi]:
    """Requests that got the status which was asked for: as their callers saw it, and as proxies counted it."""
    status = parameters.get("status")
    if status is None:
        return [
            _rejected(f"{prefix}failed_requests", f"{prefix}requests", f"requests {whom} answered with an error")
            for prefix, way, whom in _COUNTED
            if way in ways
        ]
    grpc, hit = status if status in GRPC else HTTP_TO_GRPC.get(status, GRPC_UNKNOWN), _hit(parameters)
    codes = tuple(dict.fromkeys((status, grpc)))
    seen = Kpi(
        f"calls {whose} answered with {status}",
        "share",
        "share",
        calls.status_share(ways, codes),
        smallest=0.05,
        signs=calls.answers(ways, codes),
        others=calls.status_share(OTHERS, codes),
        of_calls=True,
        expected=lambda before: hit + (1 - hit) * before,
        sure=True,
    )
    counted = [
        replace(
            _rejected(f"{prefix}answer {code}", f"{prefix}requests", f"requests {whom} answered with {code}"),
            expected=seen.expected if way == "out" else None,
            sure=way == "out",
        )
        for prefix, way, whom in _COUNTED
        for code in codes
        if way in ways
    ]
    return (seen, *counted)


def _rejected(part: str, whole: str, name: str) -> Kpi:
    return Kpi(name, "share", "share", samples.counter_share(part, whole), smallest=0.05)


def _http_delay(parameters: Parameters, _: Past) -> Expected:
    ways, whose = _requests(parameters)
    delay_us = parameters.get("delay_ms", 0) * MILLISECOND
    floor = _floor(ways, f"calls {whose} {FASTER}", delay_us, hit=_hit(parameters))
    general = (_latency(ways, f"latency of calls {whose}"), _slow(ways, f"slow calls {whose}"))
    at_proxy = (MESH_LATENCY,) if "in" in ways else ()
    return Expected((*floor, *general, *at_proxy, _errors(ways, f"failed calls {whose}")), ways)


def _requests(parameters: Parameters) -> tuple[Sequence[Way], str]:
    """Which calls a fault of requests hits: those that others make, those that the pod makes, or both."""
    found: Mapping[str, tuple[Sequence[Way], str]] = {
        "from": (TO_POD, "to the pod"),
        "to": (FROM_POD, "from the pod"),
        "both": (BOTH, "to and from the pod"),
    }
    return found[parameters.get("direction", "from")]


def _hit(parameters: Parameters) -> float:
    return float(parameters.get("percent", 100)) / 100


def _io_latency(parameters: Parameters, _: Past) -> Expected:
    """Seen by the callers, as a store makes no spans; slow calls before their latency, as only writes wait."""
    delay_us = parameters.get("delay_ms", 0) * MILLISECOND
    floor = _floor(TO_POD, f"calls to the pod {FASTER}", delay_us, hit=None)
    return Expected((*floor, SLOW_TO, LATENCY_TO, ERRORS_TO), TO_POD)


def _jvm_latency(parameters: Parameters, _: Past) -> Expected:
    delay_us = parameters.get("latency_ms", 0) * MILLISECOND
    floor = _floor(SERVED, f"requests served by the pod {FASTER}", delay_us, hit=None)
    return Expected((*floor, *_SLOW_WORK.kpis), SERVED)


def _cpu_stress(parameters: Parameters, past: Past) -> Expected:
    """Half of what the workers may take within the pod's own limit: no busy machine gives a pod so much more."""
    used, limit = past.median(CPU.points), past.limit()
    if "workers" not in parameters or used is None or limit is None:
        return Expected((CPU, THROTTLED), SERVED)
    asked = parameters["workers"] * parameters.get("load", 100) / 100
    room = min(asked, limit - used)
    return Expected((replace(CPU, smallest=max(CPU.smallest, HALF * room), sure=True), THROTTLED), SERVED)


def _memory_stress(parameters: Parameters, _: Past) -> Expected:
    """More than its workers are made of, and half of what they were told to take."""
    size = parameters.get("size_bytes")
    if size is None:
        return Expected((MEMORY, MAY_RESTART), SERVED)
    least = parameters.get("workers", 1) * WORKER_BYTES + HALF * size
    return Expected((replace(MEMORY, smallest=least), MAY_RESTART), SERVED)


def _always(expected: Expected) -> Callable[[Parameters, Past], Expected]:
    return lambda _, __: expected


# A short time: a kill shows in a tick or two, which must not be lost among others.
_KILL: Final = Expected((RESTARTS, INTERRUPTED), TO_POD, lasting=5 * SECOND // 2)
_DOWN: Final = Expected((UNREADY, MISSING, SERVED_RATE, ERRORS_TO), TO_POD)
_STILL: Final = Expected((WORKED, SERVED_RATE, UNREADY, replace(CPU, side=-1), SLOW_TO, ERRORS_TO, TCP_RATE), TO_POD)
_CUT: Final = Expected((THROUGH, ERRORS, GOOD_RATE, CALL_LATENCY, SLOW, TCP_RATE))
# Most programs end when they can't write: that is the last moment of the fault, and shows after it.
_UNWRITABLE: Final = Expected((MAY_RESTART, ERRORS_TO, INTERRUPTED), TO_POD, lasting=5 * SECOND // 2)
_UNRESOLVED: Final = Expected((ERRORS, GOOD_RATE, ERRORS_SERVED))
_JVM_STRESS: Final = Expected((CPU, replace(MEMORY, by_load=True), THROTTLED), SERVED)

EXPECTED: Final[Mapping[str, Callable[[Parameters, Past], Expected]]] = MappingProxyType(
    {
        "pod-kill": _always(_KILL),
        "container-kill": _always(_KILL),
        "pod-failure": _always(_DOWN),
        "process-pause": _always(_STILL),
        "cpu-stress": _cpu_stress,
        "memory-stress": _memory_stress,
        "network-delay": _network_delay,
        "network-loss": _always(_LOSSY),
        "network-partition": _always(_CUT),
        "network-bandwidth": _network_bandwidth,
        "network-corrupt": _always(_LOSSY),
        "network-duplicate": _always(_LOSSY),
        "http-abort": _http_abort,
        "http-delay": _http_delay,
        "io-latency": _io_latency,
        "io-fault": _always(_UNWRITABLE),
        "time-skew": _always(_SLOW_WORK),
        "dns-error": _always(_UNRESOLVED),
        "dns-random": _always(_UNRESOLVED),
        "jvm-latency": _jvm_latency,
        "jvm-return": _always(_SLOW_WORK),
        "jvm-exception": _always(_SLOW_WORK),
        "jvm-stress": _always(_JVM_STRESS),
        "jvm-gc": _always(_SLOW_WORK),
        "jvm-rule-data": _always(_SLOW_WORK),
        "jvm-mysql": _always(_SLOW_WORK),
    }
)
_BRIEF: Final[Mapping[str, Expected]] = {"pod-kill": _KILL, "container-kill": _KILL, "io-fault": _UNWRITABLE}


def lasts(kind: str) -> int:
    """Microseconds after a fault's end that belong to its check."""
    return _BRIEF[kind].lasting if kind in _BRIEF else 0


def expected_of(kind: str, parameters: Parameters, past: Past) -> Expected | None:
    """None for a kind that nobody has described."""
    make = EXPECTED.get(kind)
    return make(parameters, past) if make else None
