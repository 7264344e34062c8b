"""Is a pod ready? One short question straight to its port: gRPC health, HTTP /_healthz, PING or a connection."""

import asyncio
import contextlib
import struct
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Final

from local_cluster.topology import HOST, PASSWORD, PodSpec

TIMEOUT: Final = 1.0
ANSWER_LIMIT: Final = 65536

Check = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[bool]]


async def is_ready(pod: PodSpec, token: str = "") -> bool:
    """False for any failure: refused, too slow, or an answer other than healthy."""
    check = _check_for(pod, token)
    try:
        async with asyncio.timeout(TIMEOUT):
            return await _ask(pod.port, check)
    except (OSError, TimeoutError, asyncio.IncompleteReadError, ValueError):
        return False


def _check_for(pod: PodSpec, token: str) -> Check:
    if pod.service.runtime == "valkey":
        return partial(_ping, password=token if PASSWORD in pod.service.secrets else "")
    return CHECKS[pod.service.protocol]


async def _ask(port: int, check: Check) -> bool:
    reader, writer = await asyncio.open_connection(HOST, port, limit=ANSWER_LIMIT)
    try:
        return await check(reader, writer)
    finally:
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()


async def _connects(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
    return True


async def _ping(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, password: str) -> bool:
    if password:
        writer.write(b"AUTH %s\r\n" % password.encode())
        if await reader.readline() != b"+OK\r\n":
            return False
    writer.write(b"PING\r\n")
    return await reader.readline() == b"+PONG\r\n"


async def _http(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
    writer.write(b"GET /_healthz HTTP/1.1\r\nHost: pod\r\nConnection: close\r\n\r\n")
    status = await reader.readline()
    return status.split(b" ")[1:2] == [b"200"]


# grpc.health.v1 Check by hand: one request with an empty message, and the answer's message must say SERVING. The
# controller would pay 20 MB for the gRPC library just to ask this. Frame types and flags: RFC 9113, section 6.
PREFACE: Final = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
DATA, HEADERS, RST_STREAM, SETTINGS, GOAWAY = 0, 1, 3, 4, 7
ACK, END_STREAM, END_HEADERS = 1, 1, 4
STREAM: Final = 1
EMPTY_MESSAGE: Final = b"\0\0\0\0\0"
SERVING: Final = b"\0\0\0\0\2\x08\x01"
REQUEST_HEADERS: Final[Mapping[bytes, bytes]] = {
    b":method": b"POST",
    b":scheme": b"http",
    b":path": b"/grpc.health.v1.Health/Check",
    b":authority": b"pod",
    b"content-type": b"application/grpc",
    b"te": b"trailers",
}


def _frame(kind: int, flags: int, stream: int, payload: bytes = b"") -> bytes:
    return struct.pack(">I", len(payload))[1:] + struct.pack(">BBI", kind, flags, stream) + payload


def _headers_block() -> bytes:
    # Literal header fields without indexing and without Huffman coding: RFC 7541, section 6.2.2.
    return b"".join(
        b"\0" + bytes([len(name)]) + name + bytes([len(value)]) + value for name, value in REQUEST_HEADERS.items()
    )


HEALTH_REQUEST: Final = (
    PREFACE
    + _frame(SETTINGS, 0, 0)
    + _frame(HEADERS, END_HEADERS, STREAM, _headers_block())
    + _frame(DATA, END_STREAM, STREAM, EMPTY_MESSAGE)
)


async def _grpc(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
    writer.write(HEALTH_REQUEST)
    while True:
        header = await reader.readexactly(9)
        kind, flags = header[3], header[4]
        payload = await reader.readexactly(int.from_bytes(header[:3]))
        if kind == DATA and payload:
            return payload == SERVING
        if kind in (GOAWAY, RST_STREAM) or (kind == HEADERS and flags & END_STREAM):
            return False
        if kind == SETTINGS and not flags & ACK:
            writer.write(_frame(SETTINGS, ACK, 0))


CHECKS: Final[Mapping[str, Check]] = {"grpc": _grpc, "http": _http, "tcp": _connects, "": _connects}
