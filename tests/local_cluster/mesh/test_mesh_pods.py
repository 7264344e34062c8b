"""Pods that come and go while the mesh runs: reached, reaching others, and forgotten, and nobody else notices."""

import asyncio
import os
import signal
from collections.abc import Callable
from typing import Any

import pytest

from local_cluster.mesh import MeshError
from local_cluster.topology import PodSpec
from local_cluster.wire.impairment import Impairment

from ..conftest import eventually, run


async def add(shop: Any, service: str, ports: Any, index: int = 7) -> PodSpec:
    pod = PodSpec(f"{service}-{index}", shop.topology.services[service], ports.allocate())
    shop.topology.pods[pod.name] = pod
    await shop.mesh.add(pod)
    await shop.start_pod(pod)
    await publish(shop, service)
    return pod


async def remove(shop: Any, pod: PodSpec) -> None:
    del shop.topology.pods[pod.name]
    await publish(shop, pod.service.name)
    await shop.stop_pod(pod.name)
    await shop.hang_up(pod.name)
    await shop.mesh.remove(pod.name)


async def publish(shop: Any, service: str) -> None:
    await shop.mesh.set_endpoints(service, [pod.name for pod in shop.topology.pods_of(service)])


async def forgotten(shop: Any, pod: str) -> bool:
    return f'pod="{pod}"' not in await shop.page()


@pytest.mark.parametrize("service", ["cart", "ad"])
def test_a_new_pod_is_reached_and_balanced(stage: Callable[..., Any], ports: Any, tally: Any, service: str) -> None:
    async def scenario() -> None:
        async with stage() as shop:
            pod = await add(shop, service, ports)
            answers = tally(await shop.calls("frontend-0", service, 30), "pod")
            assert answers[pod.name] == 10
            await remove(shop, pod)
            answers = tally(await shop.calls("frontend-0", service, 20), "pod")
            assert set(answers) == {f"{service}-0", f"{service}-1"}

    run(scenario())


def test_a_new_pod_reaches_those_that_it_calls(stage: Callable[..., Any], ports: Any, tally: Any) -> None:
    async def scenario() -> None:
        async with stage() as shop:
            pod = await add(shop, "frontend", ports)
            assert set(tally(await shop.calls(pod.name, "cart", 10), "pod")) == {"cart-0", "cart-1"}
            assert (await shop.call(pod.name, "checkout")).status == 0
            assert set(tally(await shop.calls("loadgenerator-0", "frontend", 10), "pod")) == {"frontend-0", pod.name}
            page = await shop.page()
            assert f'pod="{pod.name}"' in page
            await remove(shop, pod)
            with pytest.raises(MeshError, match="does not call"):
                shop.mesh.edge_port(pod.name, "cart")
            await eventually(lambda: forgotten(shop, pod.name), timeout=8)

    run(scenario())


def test_nobody_else_notices(stage: Callable[..., Any], ports: Any) -> None:
    """Calls of others go on over the same listeners, also those to the service that changes."""

    async def scenario() -> None:
        async with stage() as shop:
            ended = asyncio.Event()

            async def keep_calling(caller: str, callee: str) -> list[int]:
                statuses = []
                while not ended.is_set():
                    statuses.append((await shop.call(caller, callee)).status)
                return statuses

            edges = [
                ("frontend-0", "cart"),
                ("frontend-0", "ad"),
                ("checkout-0", "cart"),
                ("loadgenerator-0", "frontend"),
            ]
            calling = [asyncio.create_task(keep_calling(*edge)) for edge in edges]
            for index in (5, 6):
                pod = await add(shop, "cart", ports, index)
                await asyncio.sleep(0.3)
                del shop.topology.pods[pod.name]
                await publish(shop, "cart")
                await asyncio.sleep(0.3)  # what it has been asked, it answers
                await shop.stop_pod(pod.name)
                await shop.mesh.remove(pod.name)
            ended.set()
            for edge, task in zip(edges, calling, strict=True):
                statuses = await task
                assert len(statuses) > 10
                assert set(statuses) <= {0, 200}, edge

    run(scenario())


def test_ports_are_used_again(stage: Callable[..., Any], ports: Any) -> None:
    async def scenario() -> None:
        async with stage() as shop:
            await remove(shop, await add(shop, "frontend", ports))
            highest = ports.next_port
            for _ in range(8):
                pod = await add(shop, "frontend", ports)
                assert (await shop.call(pod.name, "cart")).status == 0
                await remove(shop, pod)
                ports.give_back([pod.port])
            # Those of a listener that went a moment ago are not free yet, so one more set of them may be in use.
            assert ports.next_port <= highest + len(ports.given_back)
            assert len(ports.given_back) <= 2 * 13 + 2

    run(scenario())


def test_new_pods_outlive_the_death_of_wire_and_envoy(stage: Callable[..., Any], ports: Any) -> None:
    async def scenario() -> None:
        async with stage() as shop:
            pod = await add(shop, "cart", ports)
            await shop.mesh.set_impairment(pod.name, Impairment(latency_ms=150), direction="to")
            for process in shop.children.processes():
                if process.pid:
                    os.kill(process.pid, signal.SIGKILL)
            async with asyncio.timeout(20):
                while True:
                    await asyncio.sleep(0.1)
                    try:
                        answer = await shop.call_pod("frontend-0", pod.name)
                        break
                    except (AssertionError, OSError):
                        continue
            assert answer.back > 0.1

    run(scenario())


def test_a_pod_that_goes_takes_its_impairments_with_it(stage: Callable[..., Any], ports: Any) -> None:
    async def scenario() -> None:
        async with stage() as shop:
            pod = await add(shop, "cart", ports)
            await shop.mesh.set_impairment(pod.name, Impairment(latency_ms=150), direction="to")
            await remove(shop, pod)
            again = await add(shop, "cart", ports)
            assert again.name == pod.name
            assert (await shop.call_pod("frontend-0", again.name)).back < 0.1

    run(scenario())
