"""Network faults: which pairs and which direction they hit, when they begin and end, and that they survive."""

import asyncio
import time
from typing import Any

import psutil
import pytest

from local_cluster.mesh import Impairment, MeshError

LATENCY = 0.4
SLOW = Impairment(latency_ms=LATENCY * 1000)


def slow_ways(answer: Any) -> tuple[bool, bool]:
    """(request slow, response slow)"""
    return answer.there >= LATENCY - 0.01, answer.back >= LATENCY - 0.01


def test_only_the_pod_is_slowed_in_the_direction_asked_for(stage: Any) -> None:
    async def scenario() -> None:
        async with stage() as shop:
            await shop.calls("frontend-0", "cart", 4)
            for direction, expected in (("to", (False, True)), ("from", (True, False)), ("both", (True, True))):
                await shop.mesh.set_impairment("cart-0", SLOW, direction=direction, target="")
                assert slow_ways(await shop.call_pod("frontend-0", "cart-0")) == expected
                assert slow_ways(await shop.call_pod("frontend-0", "cart-1")) == (False, False)
                await shop.mesh.set_impairment("cart-0", None, direction=direction, target="")
                assert slow_ways(await shop.call_pod("frontend-0", "cart-0")) == (False, False)

    asyncio.run(scenario())


def test_target_limits_the_fault_to_one_neighbour(stage: Any) -> None:
    async def scenario() -> None:
        async with stage(cart=1) as shop:
            await shop.mesh.set_impairment("cart-0", SLOW, direction="to", target="checkout")
            assert slow_ways(await shop.call("checkout-0", "cart")) == (False, True)
            assert slow_ways(await shop.call("frontend-0", "cart")) == (False, False)

    asyncio.run(scenario())


def test_a_caller_is_slowed_towards_all_it_calls_and_all_that_call_it(stage: Any) -> None:
    async def scenario() -> None:
        async with stage(cart=1) as shop:
            await shop.mesh.set_impairment("checkout-0", SLOW, direction="to", target="")
            assert slow_ways(await shop.call("checkout-0", "cart")) == (True, False)
            assert slow_ways(await shop.call("frontend-0", "checkout")) == (False, True)
            assert slow_ways(await shop.call("frontend-0", "cart")) == (False, False)

    asyncio.run(scenario())


def test_raw_tcp_is_slowed_too(stage: Any) -> None:
    async def scenario() -> float:
        async with stage() as shop:
            await shop.mesh.set_impairment("redis-cart-0", SLOW, direction="both", target="cart")
            began = time.monotonic()
            await shop.echo("cart-0", b"PING")
            return time.monotonic() - began

    assert asyncio.run(scenario()) >= 2 * LATENCY - 0.01


def test_faults_of_two_pods_add_up_where_they_meet(stage: Any) -> None:
    async def scenario() -> None:
        async with stage(cart=1) as shop:
            await shop.mesh.set_impairment("frontend-0", SLOW, direction="to", target="cart")
            await shop.mesh.set_impairment("cart-0", SLOW, direction="from", target="")
            assert (await shop.call("frontend-0", "cart")).there >= 2 * LATENCY - 0.01
            await shop.mesh.set_impairment("frontend-0", None, direction="to", target="cart")
            assert LATENCY - 0.01 <= (await shop.call("frontend-0", "cart")).there < 2 * LATENCY - 0.01

    asyncio.run(scenario())


def test_the_end_of_a_fault_frees_what_it_held(stage: Any) -> None:
    async def scenario() -> float:
        async with stage(cart=1) as shop:
            await shop.call("frontend-0", "cart")
            await shop.mesh.set_impairment("cart-0", Impairment(latency_ms=60_000), direction="from", target="")
            call = asyncio.create_task(shop.call("frontend-0", "cart"))
            await asyncio.sleep(0.5)
            assert not call.done()
            ended = time.monotonic()
            await shop.mesh.set_impairment("cart-0", None, direction="from", target="")
            assert (await call).status == 0
            return time.monotonic() - ended

    assert asyncio.run(scenario()) < 10


def test_jitter_spreads_the_latencies(stage: Any) -> None:
    async def scenario() -> list[float]:
        async with stage(cart=1) as shop:
            jittery = Impairment(latency_ms=60, jitter_ms=30)
            await shop.mesh.set_impairment("cart-0", jittery, direction="to", target="")
            return [answer.back for answer in await shop.calls("frontend-0", "cart", 40)]

    latencies = asyncio.run(scenario())
    assert min(latencies) < 0.055
    assert max(latencies) > 0.08


def test_a_fault_survives_the_death_of_the_wire(stage: Any) -> None:
    async def scenario() -> None:
        async with stage(cart=1) as shop:
            await shop.mesh.set_impairment("cart-0", SLOW, direction="to", target="")
            wire = next(child for child in shop.children.processes() if child.name == "wire")
            psutil.Process(wire.pid).kill()
            await shop.mesh.set_impairment("ad-0", SLOW, direction="to", target="")  # waits for the wire
            assert slow_ways(await shop.call("frontend-0", "cart")) == (False, True)
            await shop.mesh.set_impairment("cart-0", None, direction="to", target="")
            assert slow_ways(await shop.call("frontend-0", "cart")) == (False, False)

    asyncio.run(scenario())


def test_a_fault_is_not_reported_before_the_wire_has_it(stage: Any) -> None:
    async def scenario() -> None:
        async with stage(cart=1) as shop:
            wire = psutil.Process(next(c.pid for c in shop.children.processes() if c.name == "wire"))
            wire.suspend()
            setting = asyncio.create_task(shop.mesh.set_impairment("cart-0", SLOW, direction="to", target=""))
            await asyncio.sleep(0.5)
            assert not setting.done()
            wire.resume()
            await setting
            assert slow_ways(await shop.call("frontend-0", "cart")) == (False, True)

    asyncio.run(scenario())


def test_the_wire_counts_per_pair(stage: Any) -> None:
    async def scenario() -> None:
        async with stage() as shop:
            await shop.echo("cart-0", b"x" * 1000)
            counters = await shop.mesh.wire_counters()
            pair = counters["cart-0__redis-cart-0"]
            assert (pair["opened"], pair["request_bytes"], pair["response_bytes"]) == (1, 1000, 1000)
            assert counters["cart-1__redis-cart-0"]["opened"] == 0

    asyncio.run(scenario())


def test_a_fault_without_any_traffic_is_refused(stage: Any) -> None:
    async def scenario() -> None:
        async with stage() as shop:
            with pytest.raises(MeshError, match=r"'ad-0' has no calls from or to service 'cart'"):
                await shop.mesh.set_impairment("ad-0", SLOW, direction="to", target="cart")
            with pytest.raises(ValueError, match="direction"):
                await shop.mesh.set_impairment("ad-0", SLOW, direction="sideways", target="")

    asyncio.run(scenario())
