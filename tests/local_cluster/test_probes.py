"""Readiness: the question each kind of pod understands, and what counts as no."""

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor

import grpc
import pytest
from grpc_health.v1 import health, health_pb2, health_pb2_grpc

from local_cluster import probes
from local_cluster.topology import PodSpec, Protocol, Runtime, ServiceSpec

from .conftest import free_port, run

HEALTH = health_pb2.HealthCheckResponse


def _pod(protocol: Protocol, port: int, runtime: Runtime = "python") -> PodSpec:
    return PodSpec("a-0", ServiceSpec("a", protocol, port, runtime, 1, {}, 1.0, 1 << 30), port)


def test_a_grpc_pod_is_ready_when_it_says_serving() -> None:
    server = grpc.server(ThreadPoolExecutor(2))
    servicer = health.HealthServicer()
    health_pb2_grpc.add_HealthServicer_to_server(servicer, server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()

    async def scenario() -> None:
        for status, expected in ((HEALTH.SERVING, True), (HEALTH.NOT_SERVING, False), (HEALTH.SERVING, True)):
            servicer.set("", status)
            assert await probes.is_ready(_pod("grpc", port)) is expected

    try:
        run(scenario())
    finally:
        server.stop(None)


def test_a_grpc_server_without_health_service_is_not_ready() -> None:
    server = grpc.server(ThreadPoolExecutor(1))
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    try:
        run(_expect(_pod("grpc", port), False))
    finally:
        server.stop(None)


async def _expect(pod: PodSpec, expected: bool) -> None:
    assert await probes.is_ready(pod) is expected


Reply = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


def _says(answer: bytes) -> Reply:
    async def reply(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(4096)
        writer.write(answer)
        await writer.drain()
        writer.close()

    return reply


@pytest.mark.parametrize(
    ("protocol", "runtime", "answer", "expected"),
    [
        ("http", "python", b"HTTP/1.1 200 OK\r\n\r\n", True),
        ("http", "python", b"HTTP/1.1 503 Service Unavailable\r\n\r\n", False),
        ("http", "python", b"", False),
        ("http", "python", b"x" * 100_000, False),
        ("grpc", "python", b"HTTP/1.1 400 Bad Request\r\n\r\n", False),
        ("tcp", "valkey", b"+PONG\r\n", True),
        ("tcp", "valkey", b"-LOADING Redis is loading the dataset in memory\r\n", False),
        ("tcp", "python", b"", True),
        ("", "python-exec", b"", True),
    ],
)
def test_answers(protocol: Protocol, runtime: Runtime, answer: bytes, expected: bool) -> None:
    async def scenario() -> None:
        server = await asyncio.start_server(_says(answer), "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        async with server:
            await _expect(_pod(protocol, port, runtime), expected)

    run(scenario())


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ([b"+OK\r\n", b"+PONG\r\n"], True),
        ([b"-WRONGPASS invalid username-password pair or user is disabled.\r\n"], False),
        ([b"+OK\r\n", b"-LOADING Redis is loading the dataset in memory\r\n"], False),
    ],
)
def test_a_store_with_a_password_is_asked_with_it(answers: list[bytes], expected: bool) -> None:
    asked: list[bytes] = []

    async def reply(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for answer in answers:
            asked.append(await reader.readline())
            writer.write(answer)
        writer.close()

    async def scenario() -> None:
        server = await asyncio.start_server(reply, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        service = ServiceSpec("a", "tcp", port, "valkey", 1, {}, 1.0, 1 << 30, secrets=("REDIS_PASSWORD",))
        async with server:
            assert await probes.is_ready(PodSpec("a-0", service, port), "secret") is expected

    run(scenario())
    assert asked == [b"AUTH secret\r\n", b"PING\r\n"][: len(answers)]


def test_a_pod_that_does_not_listen_is_not_ready() -> None:
    run(_expect(_pod("http", free_port()), False))


def test_a_hung_pod_is_not_ready(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(probes, "TIMEOUT", 0.2)

    async def hang(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    async def scenario() -> None:
        server = await asyncio.start_server(hang, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        async with server:
            await _expect(_pod("http", port), False)

    run(scenario())
