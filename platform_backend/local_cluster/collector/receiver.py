"""OTLP/HTTP receiver for traces: POST /v1/traces, protobuf, plain or gzip. A reply means the spans are stored.

Whoever sends must have the token of this instance: every user of the machine can reach the port.
"""

import asyncio
import hmac
import logging
import time
from typing import Final

from aiohttp import web
from aiohttp.http_exceptions import ContentEncodingError
from google.protobuf.message import DecodeError
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)

from local_cluster.collector.gaps import GapLog
from local_cluster.collector.otlp import add_spans, empty_columns
from telemetry_store.writer import StoreWriter

logger = logging.getLogger(__name__)

MAX_REQUEST_BYTES: Final = 16 << 20  # after decompression
# Requests of this long share one stored batch: few large batches are quick to read, many small ones are not.
GROUP_SECONDS: Final = 0.25
PROTOBUF: Final = "application/x-protobuf"
NOT_STORED: Final = "spans could not be stored: those that services gave up sending are missing"


class SpanBuffer:
    """Spans that wait for the next group commit."""

    def __init__(self, writer: StoreWriter, gaps: GapLog) -> None:
        self._writer, self._gaps = writer, gaps
        self._columns = empty_columns()
        self._stored: asyncio.Future[None] | None = None

    def add(self, request: ExportTraceServiceRequest) -> tuple[int, asyncio.Future[None]]:
        """How many spans were rejected, and a future that is done when the others are stored."""
        loop = asyncio.get_running_loop()
        if self._stored is None:
            self._stored = loop.create_future()
            loop.call_later(GROUP_SECONDS, self.flush)
        return add_spans(request, self._columns), self._stored

    def flush(self) -> None:
        if self._stored is None:
            return
        columns, stored = self._columns, self._stored
        self._columns, self._stored = empty_columns(), None
        try:
            self._writer.append("spans", columns)
        except OSError as error:
            logger.error("spans can't be stored: %s", error)
            self._gaps.begin(NOT_STORED, min(columns["timestamp"], default=_now_us()), table="spans")
            stored.set_exception(error)
            stored.exception()  # every sender may have gone; then nobody asks for it
        else:
            self._gaps.end(NOT_STORED, _now_us(), table="spans")
            stored.set_result(None)


class Receiver:
    def __init__(self, host: str, port: int, writer: StoreWriter, gaps: GapLog, *, token: str = "") -> None:
        self._buffer = SpanBuffer(writer, gaps)
        self._authorization = f"Bearer {token}".encode() if token else b""
        self._address = host, port
        application = web.Application(client_max_size=MAX_REQUEST_BYTES)
        application.router.add_post("/v1/traces", self._traces)
        self._runner = web.AppRunner(application, access_log=None, shutdown_timeout=2.0)

    async def start(self) -> None:
        await self._runner.setup()
        await web.TCPSite(self._runner, *self._address).start()

    async def stop(self) -> None:
        """Store what was received, then close."""
        self._buffer.flush()
        await self._runner.cleanup()
        self._buffer.flush()

    def _may_send(self, request: web.Request) -> bool:
        sent = request.headers.get("Authorization", "").encode(errors="replace")
        return not self._authorization or hmac.compare_digest(sent, self._authorization)

    async def _traces(self, request: web.Request) -> web.Response:
        if not self._may_send(request):  # before any of the body is read
            raise web.HTTPUnauthorized(
                text="send the token of this instance as 'Authorization: Bearer TOKEN'",
                headers={"WWW-Authenticate": "Bearer"},
            )
        if request.content_type != PROTOBUF:
            raise web.HTTPUnsupportedMediaType(text=f"send {PROTOBUF}, not {request.content_type}")
        try:
            message = ExportTraceServiceRequest.FromString(await request.read())
        except (DecodeError, web.RequestPayloadError, ContentEncodingError):
            raise web.HTTPBadRequest(text="the body is not an ExportTraceServiceRequest, plain or gzip") from None
        rejected, stored = self._buffer.add(message)
        try:
            await asyncio.shield(stored)
        except OSError as error:
            raise web.HTTPServiceUnavailable(text=f"spans can't be stored now: {error.strerror}") from None
        return web.Response(body=_reply(rejected), content_type=PROTOBUF)


def _now_us() -> int:
    return time.time_ns() // 1000


def _reply(rejected: int) -> bytes:
    reply = ExportTraceServiceResponse()
    if rejected:
        reply.partial_success.rejected_spans = rejected
        reply.partial_success.error_message = "trace_id must have 16 bytes and span_id 8"
    return bytes(reply.SerializeToString())
