"""A gRPC service process: health, tracing, failures, graceful stop."""

import asyncio
import logging
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Final

import grpc
from grpc_health.v1 import health, health_pb2_grpc
from opentelemetry.instrumentation.grpc import aio_server_interceptor, filters

from shoplib import process
from shoplib.behaviour import Behaviour, connection_options, lived
from shoplib.environment import listen_host, listen_port
from shoplib.failures import FailureInterceptor
from shoplib.guard import CallerInterceptor
from shoplib.habits import Habits

GRACE_S: Final = 3.0

logger = logging.getLogger(__name__)

# Adds the service to the server; holds what the service needs (channels, stores) while it runs.
Register = Callable[[grpc.aio.Server], AbstractAsyncContextManager[None]]


def run(service: str, register: Register, habits: Habits) -> None:
    async def serve(stopping: asyncio.Event) -> None:
        async with lived(service, habits) as behaviour:
            server = _new_server(behaviour)
            async with register(server):
                await _serve(server, stopping)

    process.run(service, serve)


def _new_server(behaviour: Behaviour) -> grpc.aio.Server:
    tracing = aio_server_interceptor(filter_=filters.negate(filters.health_check()))
    return grpc.aio.server(
        interceptors=(CallerInterceptor(), tracing, FailureInterceptor(behaviour)),
        # A second process on the same port must fail, not share it.
        options=(("grpc.so_reuseport", 0), *connection_options()),
    )


async def _serve(server: grpc.aio.Server, stopping: asyncio.Event) -> None:
    servicer = health.aio.HealthServicer()
    health_pb2_grpc.add_HealthServicer_to_server(servicer, server)
    address = f"{listen_host()}:{listen_port()}"
    server.add_insecure_port(address)
    await server.start()
    logger.info("listening on %s", address)
    await stopping.wait()
    await servicer.enter_graceful_shutdown()
    await server.stop(GRACE_S)
