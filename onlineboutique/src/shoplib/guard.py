"""Server interceptor: turns strangers away, before there is a span or a log line of them."""

from collections.abc import Awaitable, Callable
from typing import Any, Final

import grpc

from shoplib.callers import HEADER, may_call

HEALTH: Final = "/grpc.health.v1.Health/"  # asked by who watches the pod, and it changes nothing


class CallerInterceptor(grpc.aio.ServerInterceptor):
    """The first of all."""

    async def intercept_service(
        self,
        continuation: Callable[[grpc.HandlerCallDetails], Awaitable[grpc.RpcMethodHandler]],
        handler_call_details: grpc.HandlerCallDetails,
    ) -> grpc.RpcMethodHandler:
        if handler_call_details.method.startswith(HEALTH) or may_call(_sent(handler_call_details)):
            return await continuation(handler_call_details)
        return grpc.unary_unary_rpc_method_handler(_refuse)


def _sent(details: grpc.HandlerCallDetails) -> str | bytes | None:
    return next((value for key, value in details.invocation_metadata if key == HEADER), None)


async def _refuse(request: Any, context: grpc.aio.ServicerContext) -> Any:
    return await context.abort(grpc.StatusCode.UNAUTHENTICATED, f"send the token of this shop as {HEADER}")
