"""The cart service's connections to its store: as many as the load needs, and not as many as it once needed."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from cartservice.store import Pool, connect

BURST = 8


def with_store(shop: Any, scenario: Callable[[Any], Awaitable[None]]) -> None:
    async def run() -> None:
        async with connect(shop.address("redis-cart")) as redis:
            await scenario(redis)

    asyncio.run(run())


async def burst(redis: Any) -> None:
    await asyncio.gather(*(redis.blpop("nothing-comes-here", timeout=0.3) for _ in range(BURST)))


def test_what_a_burst_needed_is_closed_when_it_is_idle(shop: Any) -> None:
    async def scenario(redis: Any) -> None:
        pool: Pool = redis.connection_pool
        await burst(redis)
        assert len(pool._available_connections) == BURST
        await pool.close_idle(60)
        assert len(pool._available_connections) == BURST
        await pool.close_idle(0)
        assert pool._available_connections == []
        assert await redis.ping()
        assert len(pool._available_connections) == 1

    with_store(shop, scenario)


def test_a_connection_in_use_is_never_closed(shop: Any) -> None:
    async def scenario(redis: Any) -> None:
        waiting = asyncio.create_task(redis.blpop("nothing-comes-here", timeout=0.5))
        await asyncio.sleep(0.1)
        await redis.connection_pool.close_idle(0)
        assert await waiting is None

    with_store(shop, scenario)


def test_the_store_does_not_keep_what_was_closed(shop: Any) -> None:
    async def scenario(redis: Any) -> None:
        before = len(await redis.client_list())
        await burst(redis)
        await redis.connection_pool.close_idle(0)
        async with asyncio.timeout(10):
            while len(await redis.client_list()) > before:
                await asyncio.sleep(0.05)

    with_store(shop, scenario)
