"""How a service refuses a call: a gRPC status and a message for the caller."""

import logging
from typing import Final

import grpc

# What these say is the caller's to mend, so the service that says it works as it should.
CALLERS_FAULT: Final = frozenset(
    {
        grpc.StatusCode.INVALID_ARGUMENT,
        grpc.StatusCode.OUT_OF_RANGE,
        grpc.StatusCode.FAILED_PRECONDITION,
        grpc.StatusCode.NOT_FOUND,
    }
)


class Refused(Exception):
    """Ends the RPC with `code`; the message reaches the caller."""

    def __init__(self, code: grpc.StatusCode, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


def upstream_failed(doing: str, error: grpc.aio.AioRpcError) -> Refused:
    """The status of a failed call, passed on with what it was needed for."""
    return Refused(error.code(), f"failed to {doing}: {describe(error)}")


def severity(code: grpc.StatusCode) -> int:
    """Of the log line about an RPC that ends with `code`."""
    return logging.WARNING if code in CALLERS_FAULT else logging.ERROR


def describe(error: grpc.aio.AioRpcError) -> str:
    return f"rpc error: code = {error.code().name} desc = {error.details()}"
