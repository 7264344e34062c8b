"""How a service refuses a call: a gRPC status and a message for the caller."""

import grpc


class Refused(Exception):
    """Ends the RPC with `code`; the message reaches the caller."""

    def __init__(self, code: grpc.StatusCode, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


def upstream_failed(doing: str, error: grpc.aio.AioRpcError) -> Refused:
    """The status of a failed call, passed on with what it was needed for."""
    return Refused(error.code(), f"failed to {doing}: {describe(error)}")


def describe(error: grpc.aio.AioRpcError) -> str:
    return f"rpc error: code = {error.code().name} desc = {error.details()}"
