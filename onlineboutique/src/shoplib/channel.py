"""gRPC channels whose every call has a deadline and a client span.

The generated stubs take a `Channel` where they would take a grpc.aio one. Spans are made here rather than by the
instrumentation's interceptors: those lose the span of a call whose caller was cancelled, which leaves the callee's
span without its parent, and they cost a task per call.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from types import TracebackType
from typing import Any, Final, Self

import grpc
from opentelemetry.propagate import inject
from opentelemetry.trace import Span

from shoplib.callers import credentials
from shoplib.deadlines import at_most
from shoplib.errors import again_after, describe
from shoplib.tracing import client_span, mark_failed

DEADLINE_S: Final = 3.0

OPTIONS: Final = (
    # A service that comes back after a fault is found within a second or two, not after gRPC's two minutes.
    ("grpc.initial_reconnect_backoff_ms", 200),
    ("grpc.min_reconnect_backoff_ms", 1000),
    ("grpc.max_reconnect_backoff_ms", 1500),
    ("grpc.enable_http_proxy", 0),
)

Call = Callable[..., Awaitable[Any]]

logger = logging.getLogger(__name__)


class Channel:
    """An async context manager; `address` is host:port, `deadline_s` the longest that a call may take."""

    def __init__(self, address: str, *, deadline_s: float = DEADLINE_S) -> None:
        self._channel = grpc.aio.insecure_channel(address, options=OPTIONS)
        self._deadline_s = deadline_s
        self._credentials = credentials()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._channel.close()

    def unary_unary(
        self, method: str, request_serializer: Any, response_deserializer: Any, _registered_method: bool = False
    ) -> Call:
        call = self._channel.unary_unary(method, request_serializer, response_deserializer)
        service, name = method.lstrip("/").split("/")
        attributes = {"rpc.system": "grpc", "rpc.service": service, "rpc.method": name}

        async def traced(request: Any) -> Any:
            with client_span(method, attributes) as span:
                return await _answer(call, request, at_most(self._deadline_s), span, self._credentials)

        async def insisting(request: Any) -> Any:
            """A service that is too busy for a moment is asked once more, if it says when."""
            try:
                return await traced(request)
            except grpc.aio.AioRpcError as error:
                pause_s = again_after(error)
                if pause_s is None or pause_s >= at_most(self._deadline_s):
                    raise
                logger.warning("%s: %s; trying again in %.0f ms", name, describe(error), pause_s * 1000)
            await asyncio.sleep(pause_s)
            return await traced(request)

        return insisting


async def _answer(call: Call, request: Any, timeout_s: float, span: Span, credentials: Mapping[str, str]) -> Any:
    headers = dict(credentials)
    inject(headers)
    code = grpc.StatusCode.OK
    try:
        return await call(request, timeout=timeout_s, metadata=tuple(headers.items()))
    except grpc.aio.AioRpcError as error:
        code = error.code()
        mark_failed(span, error.details() or code.name)
        raise
    except asyncio.CancelledError:
        code = grpc.StatusCode.CANCELLED
        mark_failed(span, "the caller went away")
        raise
    finally:
        span.set_attribute("rpc.grpc.status_code", code.value[0])
