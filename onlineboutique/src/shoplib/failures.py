"""Server interceptor: every RPC that can't be served ends with a gRPC status and one line in the log.

The line is an ERROR when the service has failed, and a WARNING when it refuses what its caller sent.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any

import grpc
from opentelemetry import trace

from shoplib.behaviour import Behaviour
from shoplib.deadlines import serve_for
from shoplib.errors import PUSHBACK, Refused, describe, severity
from shoplib.guard import HEALTH
from shoplib.tracing import mark_failed

Method = Callable[[Any, grpc.aio.ServicerContext], Awaitable[Any]]

logger = logging.getLogger(__name__)


class FailureInterceptor(grpc.aio.ServerInterceptor):
    def __init__(self, behaviour: Behaviour) -> None:
        self._behaviour = behaviour

    async def intercept_service(
        self,
        continuation: Callable[[grpc.HandlerCallDetails], Awaitable[grpc.RpcMethodHandler]],
        handler_call_details: grpc.HandlerCallDetails,
    ) -> grpc.RpcMethodHandler:
        handler = await continuation(handler_call_details)
        # Streams: only health's Watch, which has failures of its own. None: no such method.
        if handler is None or handler.unary_unary is None:
            return handler
        is_health = handler_call_details.method.startswith(HEALTH)
        name = handler_call_details.method.rpartition("/")[2]
        return grpc.unary_unary_rpc_method_handler(
            _guarded(name, handler.unary_unary, None if is_health else self._behaviour),
            handler.request_deserializer,
            handler.response_serializer,
        )


def _guarded(name: str, method: Method, behaviour: Behaviour | None) -> Method:
    async def guarded(request: Any, context: grpc.aio.ServicerContext) -> Any:
        serve_for(context.time_remaining())
        try:
            if behaviour is not None:
                await behaviour.before(name)
            return await method(request, context)
        except asyncio.CancelledError:
            _note_cancelled(name)
            raise
        except grpc.aio.AbortError:
            raise
        except Refused as refused:
            code, message = refused.code, refused.message
            if refused.again_ms:
                context.set_trailing_metadata(((PUSHBACK, str(refused.again_ms)),))
            logger.log(severity(code), "[%s] %s", name, message)
        except grpc.aio.AioRpcError as error:
            code, message = error.code(), describe(error)
            logger.log(severity(code), "[%s] %s", name, message)
        except Exception as error:
            code, message = grpc.StatusCode.INTERNAL, f"{type(error).__name__}: {error}"
            logger.exception("[%s] failed", name)
        return await context.abort(code, message)

    return guarded


def _note_cancelled(name: str) -> None:
    """The caller's deadline passed or it hung up. The span would otherwise look like a success."""
    span = trace.get_current_span()
    span.set_attribute("rpc.grpc.status_code", grpc.StatusCode.CANCELLED.value[0])
    mark_failed(span, "cancelled by the caller")
    logger.error("[%s] cancelled by the caller before it was done", name)
