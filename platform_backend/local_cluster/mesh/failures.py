"""What a failing server tells its caller: the texts that stand in the logs of who calls it.

An aborted request never reaches its server, and Envoy's own text would tell that. So the answer says what the service
itself says when it fails with that status (`failure` in values.yaml), or else what gRPC or an HTTP server says.
"""

import random
import re
from http import HTTPStatus
from typing import Final

from local_cluster.topology import ServiceSpec

GRPC_STATUSES: Final = range(1, 17)
UNKNOWN: Final = 2
# What a gRPC caller makes of an HTTP status: grpc/doc/http-grpc-status-mapping.md.
HTTP_TO_GRPC: Final = {400: 13, 401: 16, 403: 7, 404: 12, 429: 14, 502: 14, 503: 14, 504: 14}
# A server's own failure; with every other status it refuses the request.
OWN: Final = frozenset({UNKNOWN, 13, 14})
# A text that were the same in every fault would tell of it as well as Envoy's.
MAKERS: Final = {
    "few": lambda: str(random.randint(2, 9)),  # noqa: S311 - no secrets
    "n": lambda: str(random.randint(2, 400)),  # noqa: S311
    "ms": lambda: str(random.randint(2, 450)),  # noqa: S311
    "hex": lambda: f"{random.getrandbits(32):08x}",
}
VALUE: Final = re.compile(r"\{(few|n|ms|hex)\}")
REFUSALS: Final = {
    1: "the request was cancelled",
    3: "the request is not valid",
    4: "Deadline Exceeded",
    5: "not found",
    6: "it exists already",
    7: "permission denied",
    8: "Concurrent RPC limit exceeded!",
    9: "not possible in this state",
    10: "changed by another request meanwhile; try again",
    11: "out of range",
    12: "Method not found!",
    15: "the stored data is damaged",
    16: "who calls is not known",
}


def failure_text(status: int, service: ServiceSpec) -> str:
    """`status` of gRPC or HTTP, as it was asked for; the service decides in which of the two it is answered."""
    if service.protocol != "grpc":
        return _http_text(status)
    code = status if status in GRPC_STATUSES else HTTP_TO_GRPC.get(status, UNKNOWN)
    return _own_text(service) if code in OWN else REFUSALS[code]


def _own_text(service: ServiceSpec) -> str:
    text = service.failure or f"{service.name} can't serve the request"
    return VALUE.sub(lambda found: MAKERS[found[1]](), text)


def _http_text(status: int) -> str:
    """As aiohttp words it."""
    try:
        return f"{status}: {HTTPStatus(status).phrase}"
    except ValueError:  # none of the registered ones
        return str(status)
