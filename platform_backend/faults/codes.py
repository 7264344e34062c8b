"""Names of numbers that requests and file operations fail with."""

import errno
import os
from http import HTTPStatus
from typing import Final

from common.parameters import Named

# https://grpc.github.io/grpc/core/md_doc_statuscodes.html
_GRPC: Final = (
    "CANCELLED", "UNKNOWN", "INVALID_ARGUMENT", "DEADLINE_EXCEEDED", "NOT_FOUND", "ALREADY_EXISTS",
    "PERMISSION_DENIED", "RESOURCE_EXHAUSTED", "FAILED_PRECONDITION", "ABORTED", "OUT_OF_RANGE", "UNIMPLEMENTED",
    "INTERNAL", "UNAVAILABLE", "DATA_LOSS", "UNAUTHENTICATED",
)  # fmt: skip
GRPC_CODES: Final = tuple(Named(code, name, "gRPC") for code, name in enumerate(_GRPC, start=1))
HTTP_CODES: Final = tuple(Named(each.value, each.name, each.phrase) for each in HTTPStatus if each.value >= 400)
ERRNOS: Final = tuple(
    Named(number, name, os.strerror(number)) for number, name in sorted(errno.errorcode.items()) if number <= 133
)
