"""Carts in a Redis-compatible store: one hash per user, product id → quantity."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, Final

import grpc
from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.connection import AbstractConnection
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as LostConnection
from redis.exceptions import RedisError

from shoplib.errors import Refused
from shoplib.tracing import client_span, mark_failed

CART_LIFETIME_S: Final = 3600  # abandoned carts must not fill the store
CONNECTIONS: Final = 20
# Below the deadline of the callers, so that they are told what is wrong.
TIMEOUT_S: Final = 2.0
# Connections that the load has not needed for this long are closed.
IDLE_S: Final = 10.0
IDLE_CHECK_S: Final = 2.5


class Pool(BlockingConnectionPool):
    """Gives connections up that were made for a burst, or while the store was slow; redis-py keeps them for good.

    What was given back last is taken first, so those that are too many fall idle.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._idle_since: dict[AbstractConnection, float] = {}

    async def release(self, connection: AbstractConnection) -> None:
        self._idle_since[connection] = time.monotonic()
        await super().release(connection)

    async def close_idle(self, idle_s: float = IDLE_S) -> None:
        before = time.monotonic() - idle_s
        for connection in [it for it in self._available_connections if self._idle_since[it] < before]:
            self._available_connections.remove(connection)  # first, so that nobody takes it meanwhile
            del self._idle_since[connection]
            await connection.disconnect(nowait=True)


@contextlib.asynccontextmanager
async def connect(address: str, password: str = "") -> AsyncIterator[Redis]:
    """Without a password the store is taken to have none."""
    pool = _pool(address, password)
    closing = asyncio.create_task(_keep_small(pool))
    try:
        async with Redis.from_pool(pool) as redis:
            yield redis
    finally:
        closing.cancel()


async def _keep_small(pool: Pool) -> None:
    while True:
        await asyncio.sleep(IDLE_CHECK_S)
        await pool.close_idle()


def _pool(address: str, password: str) -> Pool:
    host, _, port = address.rpartition(":")
    return Pool(
        host=host,
        port=int(port),
        password=password or None,
        max_connections=CONNECTIONS,
        timeout=TIMEOUT_S,
        socket_timeout=TIMEOUT_S,
        socket_connect_timeout=TIMEOUT_S,
        decode_responses=True,
        protocol=2,
        # A pooled connection may have died with its server since it was last used: try once more, afresh.
        retry=Retry(NoBackoff(), 1, supported_errors=(LostConnection,)),
    )


class CartStore:
    def __init__(self, redis: Redis, address: str) -> None:
        self._redis = redis
        host, _, port = address.rpartition(":")
        self._attributes: dict[str, str | int] = {
            "db.system": "redis",
            "server.address": host,
            "server.port": int(port),
        }

    async def add(self, user_id: str, product_id: str, quantity: int) -> None:
        async def command() -> None:
            async with self._redis.pipeline(transaction=True) as pipe:
                pipe.hincrby(_key(user_id), product_id, quantity)
                pipe.expire(_key(user_id), CART_LIFETIME_S)
                await pipe.execute()

        await self._traced("HINCRBY", command)

    async def get(self, user_id: str) -> dict[str, int]:
        async def command() -> Any:
            return await self._redis.hgetall(_key(user_id))

        found = await self._traced("HGETALL", command)
        return {product_id: int(quantity) for product_id, quantity in found.items()}

    async def empty(self, user_id: str) -> None:
        async def command() -> Any:
            return await self._redis.delete(_key(user_id))

        await self._traced("DEL", command)

    async def _traced(self, operation: str, command: Callable[[], Awaitable[Any]]) -> Any:
        with client_span(operation, {**self._attributes, "db.operation": operation}) as span:
            try:
                return await command()
            except (RedisError, OSError) as error:
                mark_failed(span, f"{type(error).__name__}: {error}")
                raise Refused(
                    grpc.StatusCode.UNAVAILABLE, f"can't access cart storage: {type(error).__name__}: {error}"
                ) from error


def _key(user_id: str) -> str:
    return f"cart:{user_id}"
