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


# gRPC's own name for how many milliseconds later the caller may ask again.
PUSHBACK: Final = "grpc-retry-pushback-ms"


class Refused(Exception):
    """Ends the RPC with `code`; the message reaches the caller, who may ask again after `again_ms` unless it is 0."""

    def __init__(self, code: grpc.StatusCode, message: str, again_ms: int = 0) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.again_ms = again_ms


def again_after(error: grpc.aio.AioRpcError) -> float | None:
    """Seconds after which the service may be asked again; None unless it said so."""
    sent = next((value for key, value in error.trailing_metadata() or () if key == PUSHBACK), None)
    text = sent.decode("ascii", "replace") if isinstance(sent, bytes) else sent
    return int(text) / 1000 if text and text.isascii() and text.isdigit() else None


def upstream_failed(doing: str, error: grpc.aio.AioRpcError) -> Refused:
    """The status of a failed call, passed on with what it was needed for."""
    return Refused(error.code(), f"failed to {doing}: {describe(error)}")


def severity(code: grpc.StatusCode) -> int:
    """Of the log line about an RPC that ends with `code`."""
    return logging.WARNING if code in CALLERS_FAULT else logging.ERROR


def describe(error: grpc.aio.AioRpcError) -> str:
    return f"rpc error: code = {error.code().name} desc = {error.details()}"
