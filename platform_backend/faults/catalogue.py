"""Every kind of fault with its parameters: the one source of validation, API schema and forms."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from common.parameters import Parameter, ProtocolBounds, integer, number, string
from faults.codes import ERRNOS, GRPC_CODES, HTTP_CODES


@dataclass(frozen=True, slots=True)
class Kind:
    name: str
    title: str
    help: str
    parameters: tuple[Parameter, ...] = ()
    protocols: tuple[str, ...] = ()  # of the requests that it hits; empty: any
    files: bool = False  # it hits files of the pod's volumes
    at_once: bool = False  # done and over; how long it was to last does not matter


WORKERS: Final = integer("workers", 1, 64, 1, "How many workers run in the pod.")
CORRELATION: Final = number("correlation", 0, 100, 0, "How much a packet's fate follows the one before it.", "%")
DIRECTION: Final = Parameter(
    "direction",
    "choice",
    "Traffic to the target, from it, or both, as the pod sees it.",
    choices=("to", "from", "both"),
    default="to",
)
TARGET: Final = string("target", "Only traffic with this service; empty: with all.", default="", format="service")
PEER: Final = (DIRECTION, TARGET)
PERCENT: Final = number("percent", 1, 100, 100, "Share of the requests.", "%")
PATH: Final = string(
    "path", "Only requests whose path begins with this; empty: all.", default="", format="request-path"
)
METHODS: Final = Parameter(
    "methods",
    "strings",
    "File operations; empty: all.",
    bounds=((0, 32),),
    choices=("open", "write", "fsync"),
    default=(),
)
OPERATIONS: Final = number("percent", 1, 100, 100, "Share of the operations.", "%")
FILES: Final = string(
    "path",
    "A file, a folder with all in it, or a pattern with * and ?, as the pod sees it; empty: all.",
    default="",
    format="path",
)
PATTERNS: Final = Parameter(
    "patterns", "strings", "Host names, * and ? allowed; empty: all.", bounds=((0, 64),), default=()
)
CLASS: Final = string("class", "Full name of the Java class.")
METHOD: Final = string("method", "Name of the method.")
GRPC: Final = (1, 16)
HTTP_ERRORS: Final = (400, 599)
HTTP_STATUS: Final = Parameter(
    "status",
    "integer",
    "HTTP status 400-599, or gRPC status code 1-16 for a service that speaks gRPC.",
    bounds=(GRPC, HTTP_ERRORS),
    required=True,
    protocol_bounds=(ProtocolBounds("grpc", (GRPC, HTTP_ERRORS)), ProtocolBounds("http", (HTTP_ERRORS,))),
    names=(*GRPC_CODES, *HTTP_CODES),
)
ERRNO: Final = Parameter(
    "errno",
    "integer",
    "Error number that they fail with, such as 5 (EIO).",
    bounds=((1, 133),),
    required=True,
    format="errno",
    names=ERRNOS,
)
HTTP_DIRECTION: Final = Parameter(
    "direction",
    "choice",
    "Requests from the target to the pod, from the pod to the target, or both.",
    choices=("from", "to", "both"),
    default="from",
)
HTTP_TARGET: Final = string(
    "target", "Only requests from or to this service; empty: all.", default="", format="service"
)
REQUESTS: Final = (PERCENT, PATH, HTTP_DIRECTION, HTTP_TARGET)
HTTP: Final = ("http", "grpc")

_KINDS: Final = (
    Kind(
        "pod-kill",
        "Kill the pod",
        "End the pod's process; it is started again.",
        (integer("grace_period_s", 0, 300, 0, "Time to stop by itself before it is killed.", "s"),),
        at_once=True,
    ),
    Kind("pod-failure", "Keep the pod down", "Kill the pod and keep it down until the fault ends."),
    Kind(
        "container-kill",
        "Kill a container",
        "Kill the main process of a container; it is started again.",
        (string("container", "Name of the container; empty: the first.", default="", format="container"),),
        at_once=True,
    ),
    Kind("process-pause", "Pause the process", "The pod is alive, but does nothing until the fault ends."),
    Kind(
        "cpu-stress",
        "Burn CPU",
        "Workers take CPU time out of the pod's own limit.",
        (WORKERS, integer("load", 1, 100, 100, "CPU load of each worker.", "%")),
    ),
    Kind(
        "memory-stress",
        "Fill memory",
        "Workers hold memory within the pod's own limit.",
        (WORKERS, integer("size_bytes", 1, 1 << 40, None, "Memory held by all workers together.", "bytes")),
    ),
    Kind(
        "network-delay",
        "Delay packets",
        "Traffic of the pod is late.",
        (
            integer("latency_ms", 1, 60_000, None, "Added to the way of each packet.", "ms"),
            integer("jitter_ms", 0, 60_000, 0, "Random deviation from the latency.", "ms"),
            CORRELATION,
            *PEER,
        ),
    ),
    Kind(
        "network-loss",
        "Lose packets",
        "Packets of the pod get lost and are sent again.",
        (number("loss", 0, 100, None, "Share of the packets.", "%"), CORRELATION, *PEER),
    ),
    Kind("network-partition", "Cut off", "No traffic passes between the pod and the target.", PEER),
    Kind(
        "network-bandwidth",
        "Limit bandwidth",
        "Traffic of the pod is slow.",
        (integer("rate_bytes_per_s", 1, 10**12, None, "At most this much traffic.", "bytes/s"), *PEER),
    ),
    Kind("network-corrupt", "Corrupt packets", "Bits of packets flip.", (PERCENT, CORRELATION, *PEER)),
    Kind("network-duplicate", "Duplicate packets", "Packets arrive twice.", (PERCENT, CORRELATION, *PEER)),
    Kind(
        "http-abort",
        "Answer with an error",
        "Requests to the pod, or by it, are answered with an error before they reach their service.",
        (HTTP_STATUS, *REQUESTS),
        HTTP,
    ),
    Kind(
        "http-delay",
        "Delay requests",
        "Requests to the pod, or by it, reach their service late.",
        (integer("delay_ms", 1, 60_000, None, "Added to each request.", "ms"), *REQUESTS),
        HTTP,
    ),
    Kind(
        "io-latency",
        "Slow files",
        "Operations on the files of the pod's volumes are late.",
        (integer("delay_ms", 1, 60_000, None, "Added to each operation.", "ms"), FILES, METHODS, OPERATIONS),
        files=True,
    ),
    Kind(
        "io-fault",
        "Failing files",
        "Operations on the files of the pod's volumes fail.",
        (ERRNO, FILES, METHODS, OPERATIONS),
        files=True,
    ),
    Kind(
        "time-skew",
        "Shift the clock",
        "The pod reads a wrong time.",
        (integer("offset_s", -31_536_000, 31_536_000, None, "Added to the time.", "s"),),
    ),
    Kind("dns-error", "Fail name lookups", "Looking up these names fails.", (PATTERNS,)),
    Kind("dns-random", "Wrong name lookups", "Looking up these names gives random addresses.", (PATTERNS,)),
    Kind(
        "jvm-latency",
        "Slow Java method",
        "Calls of the method are late.",
        (CLASS, METHOD, integer("latency_ms", 1, 60_000, None, "Added to each call.", "ms")),
    ),
    Kind(
        "jvm-return",
        "Wrong Java result",
        "The method returns this value.",
        (CLASS, METHOD, string("value", "What it returns, as Java source.")),
    ),
    Kind(
        "jvm-exception",
        "Java exception",
        "The method throws.",
        (CLASS, METHOD, string("exception", "What it throws, as Java source.")),
    ),
    Kind(
        "jvm-stress",
        "Java stress",
        "The Java process takes CPU time or memory.",
        (
            Parameter("resource", "choice", "What to take.", choices=("cpu", "heap", "stack"), default="cpu"),
            integer("cpu_count", 1, 64, 1, "Cores to take, for cpu."),
        ),
    ),
    Kind("jvm-gc", "Java garbage collection", "The Java process collects garbage once."),
    Kind(
        "jvm-rule-data",
        "Java rule",
        "The Java process follows a Byteman rule.",
        (string("rule_data", "The rule.", longest=10_000),),
    ),
    Kind(
        "jvm-mysql",
        "Failing MySQL calls from Java",
        "Statements that the Java process sends to MySQL fail or are late.",
        (
            Parameter("connector", "choice", "Major version of MySQL's connector.", choices=("5", "8"), default="8"),
            string("database", "Only of this database; empty: all.", default=""),
            string("table", "Only of this table; empty: all.", default=""),
            Parameter(
                "sql_type",
                "choice",
                "Only statements of this type.",
                choices=("all", "select", "insert", "update", "delete", "replace"),
                default="all",
            ),
            string("exception", "What the call throws; empty: it is only late.", default=""),
            integer("latency_ms", 0, 60_000, 0, "Added to each call.", "ms"),
        ),
    ),
)

CATALOGUE: Final[Mapping[str, Kind]] = MappingProxyType({kind.name: kind for kind in _KINDS})
