"""Calls through the mesh: they arrive, are balanced, are counted, and fail as they should without a ready pod."""

import asyncio
import re
import socket
import stat
import time
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from local_cluster.mesh import INGRESS, Impairment, MeshError
from local_cluster.mesh.mesh import _check_free
from local_cluster.stat_names import (
    HTTP_METRICS,
    HTTP_TAGS,
    PREFIX,
    TCP_LABEL,
    TCP_METRICS,
    TcpEdge,
    tcp_edge,
    tcp_prefix,
)
from local_cluster.topology import HOST
from tests.local_cluster.mesh.conftest import SLOW

UNAVAILABLE = 14
LABEL = re.compile(r'(\w+)="([^"]*)"')


def metrics(page: str, name: str) -> list[tuple[dict[str, str], float]]:
    """(labels, value) of each line of one metric."""
    lines = [line for line in page.splitlines() if line.startswith(f"{name}{{")]
    return [(dict(LABEL.findall(line)), float(line.rsplit(" ", 1)[1])) for line in lines]


def total(page: str, name: str, reporter: str = "") -> float:
    found = metrics(page, PREFIX + name)
    return sum(value for labels, value in found if reporter in ("", labels["reporter"]))


def test_grpc_is_balanced_over_both_pods_of_a_service(stage: Any, tally: Any) -> None:
    async def scenario() -> None:
        async with stage() as shop:
            answers = await shop.calls("frontend-0", "cart", 20)
            assert tally(answers, "status") == {0: 20}
            assert tally(answers, "pod") == {"cart-0": 10, "cart-1": 10}

    asyncio.run(scenario())


def test_http_is_balanced_and_shows_the_app_no_trace_of_the_mesh(stage: Any, tally: Any) -> None:
    async def scenario() -> None:
        async with stage() as shop:
            answers = await shop.calls("frontend-0", "ad", 10, "/ads?x=1")
            assert tally(answers, "pod") == {"ad-0": 5, "ad-1": 5}
            assert not [name for name in answers[0].request_headers if "envoy" in name or "microservo" in name]
            assert not [name for name in answers[0].headers if "envoy" in name]

    asyncio.run(scenario())


def test_tcp_passes_and_the_public_address_reaches_the_frontend(stage: Any) -> None:
    async def scenario() -> None:
        async with stage() as shop:
            assert await shop.echo("cart-0", b"PING" * 100_000) == b"PING" * 100_000
            host, port = shop.mesh._shop_address
            async with aiohttp.ClientSession() as session, session.get(f"http://{host}:{port}/") as response:
                assert (await response.json(content_type=None))["pod"] == "frontend-0"
            assert (await shop.call("loadgenerator-0", "frontend", "/")).pod == "frontend-0"

    asyncio.run(scenario())


def test_pods_that_are_not_ready_get_no_calls(stage: Any, tally: Any) -> None:
    async def scenario() -> None:
        async with stage() as shop:
            await shop.calls("frontend-0", "cart", 4)
            await shop.mesh.set_endpoints("cart", ["cart-1"])
            assert tally(await shop.calls("frontend-0", "cart", 10), "pod") == {"cart-1": 10}
            await shop.mesh.set_endpoints("cart", [])
            answer = await shop.call("frontend-0", "cart")
            assert (answer.status, answer.message) == (UNAVAILABLE, "no healthy upstream")
            await shop.mesh.set_endpoints("cart", ["cart-0", "cart-1"])
            assert tally(await shop.calls("frontend-0", "cart", 10), "pod") == {"cart-0": 5, "cart-1": 5}

    asyncio.run(scenario())


def test_a_dead_pod_fails_its_calls_and_no_other(stage: Any, tally: Any) -> None:
    async def scenario() -> None:
        async with stage() as shop:
            await shop.calls("frontend-0", "cart", 4)
            await shop.stop_pod("cart-0")
            answers = await shop.calls("frontend-0", "cart", 10)
            assert tally(answers, "status") == {0: 5, UNAVAILABLE: 5}, "no retries, so each failure is seen"
            await shop.start_pod(shop.topology.pods["cart-0"])
            assert tally(await shop.calls("frontend-0", "cart", 10), "status") == {0: 10}

    asyncio.run(scenario())


def test_calls_on_their_way_survive_a_change_of_endpoints(stage: Any) -> None:
    async def scenario() -> None:
        async with stage() as shop:
            await shop.calls("frontend-0", "cart", 4)
            slow = Impairment(latency_ms=500)
            for pod in ("cart-0", "cart-1"):
                await shop.mesh.set_impairment(pod, slow, direction="both", target="frontend")
            calls = [asyncio.create_task(shop.call("frontend-0", "cart")) for _ in range(6)]
            reader, writer = await asyncio.open_connection(HOST, shop.mesh.edge_port("cart-0", "redis-cart"))
            writer.write(b"1")
            await reader.readexactly(1)
            await shop.mesh.set_endpoints("cart", ["cart-1"])
            await shop.mesh.set_endpoints("redis-cart", [])
            assert not any(call.done() for call in calls)
            assert {answer.status for answer in await asyncio.gather(*calls)} == {0}
            writer.write(b"2")
            assert await reader.readexactly(1) == b"2", "an open TCP connection lives on"
            writer.close()

    asyncio.run(scenario())


def test_envoy_takes_few_of_the_users_inotify_instances(stage: Any) -> None:
    async def scenario() -> int:
        async with stage() as shop:
            envoy = next(child.pid for child in shop.children.processes() if child.name == "envoy")
            return sum("inotify" in str(fd.readlink()) for fd in Path(f"/proc/{envoy}/fd").iterdir())

    assert 0 < asyncio.run(scenario()) <= 4, "one a watched file; a user has 128 for all programs"


def test_requests_are_counted_under_istio_names_by_both_reporters(stage: Any) -> None:
    async def scenario() -> str:
        async with stage() as shop:
            await shop.calls("frontend-0", "cart", 10)
            await shop.calls("loadgenerator-0", "frontend", 3, "/")
            page: str = await shop.page()
            return page

    page = asyncio.run(scenario())
    counted = {
        (labels["reporter"], labels["pod"], labels["source_workload"], labels["destination_service_name"]): value
        for labels, value in metrics(page, f"{PREFIX}istio_requests_total")
    }
    assert counted == {
        ("source", "frontend-0", "frontend", "cart"): 10,
        ("destination", "cart-0", "frontend", "cart"): 5,
        ("destination", "cart-1", "frontend", "cart"): 5,
        ("source", "loadgenerator-0", "loadgenerator", "frontend"): 3,
        ("destination", "frontend-0", "loadgenerator", "frontend"): 3,
    }
    for labels, _ in metrics(page, f"{PREFIX}istio_requests_total"):
        grpc = labels["request_protocol"] == "grpc"
        assert set(labels) == set(HTTP_TAGS) - (set() if grpc else {"grpc_response_status"})
        assert labels["response_code"] == "200"
        assert labels.get("grpc_response_status") == ("0" if grpc else None)
    assert total(page, "istio_request_duration_milliseconds_count") == sum(counted.values())
    assert total(page, "istio_response_bytes_sum") > 100 * sum(counted.values()), "each answer is JSON with headers"


def test_the_sums_are_exact(stage: Any) -> None:
    async def scenario() -> tuple[str, float]:
        async with stage(cart=1) as shop:
            began = time.monotonic()
            await shop.calls("frontend-0", "cart", 10, SLOW)
            took = time.monotonic() - began
            return await shop.page(), took

    page, took = asyncio.run(scenario())
    for reporter in ("source", "destination"):
        assert 1000 <= total(page, "istio_request_duration_milliseconds_sum", reporter) <= took * 1000
        assert total(page, "istio_request_bytes_sum", reporter) == 10 * len(b"12345?"), (
            "gRPC frames a message by 5 bytes"
        )


def test_tcp_is_counted_by_both_reporters_with_parsable_names(stage: Any) -> None:
    async def scenario() -> str:
        async with stage() as shop:
            await shop.echo("cart-1", b"x" * 5000)
            page: str = await shop.page()
            return page

    page = asyncio.run(scenario())
    assert all(metrics(page, name) for name in TCP_METRICS)
    received = {
        tcp_edge(labels[TCP_LABEL]): value
        for labels, value in metrics(page, "envoy_tcp_downstream_cx_rx_bytes_total")
        if value
    }
    assert received == {
        TcpEdge("source", "cart-1", "cart", "redis-cart"): 5000,
        TcpEdge("destination", "redis-cart-0", "cart", "redis-cart"): 5000,
    }


def test_the_page_holds_only_what_the_collector_reads(stage: Any) -> None:
    async def scenario() -> str:
        async with stage() as shop:
            await shop.call("frontend-0", "cart")
            await shop.echo("cart-0", b"x")
            page: str = await shop.page()
            return page

    names = {line.split("{")[0] for line in asyncio.run(scenario()).splitlines() if line and line[0] != "#"}
    assert {name for name in names if "istio" in name} == {PREFIX + name for name in HTTP_METRICS}
    assert set(TCP_METRICS) < {name for name in names if "istio" not in name}
    assert all(name.startswith("envoy_tcp_downstream_") for name in names if "istio" not in name)


def test_the_admin_socket_is_private_and_only_answers_questions(stage: Any) -> None:
    async def scenario() -> None:
        async with stage() as shop:
            admin = shop.mesh.envoy_admin
            assert stat.S_IMODE(admin.stat().st_mode) == 0o600
            async with aiohttp.ClientSession(connector=aiohttp.UnixConnector(str(admin))) as session:
                for path in ("/quitquitquit", "/healthcheck/fail", "/runtime_modify?a=b", "/logging?level=trace"):
                    async with session.post(f"http://envoy{path}") as response:
                        assert response.status == 403, path
            assert (await shop.call("frontend-0", "cart")).status == 0

    asyncio.run(scenario())


def test_a_client_can_not_choose_the_pod_by_a_header(stage: Any) -> None:
    async def scenario() -> None:
        async with stage(ad=1) as shop:
            url = f"http://{HOST}:{shop.mesh.edge_port('frontend-0', 'ad')}/"
            forged = {"x-mesh-pod": "frontend-0"}
            async with aiohttp.ClientSession(headers=forged) as session, session.get(url) as response:
                assert (await response.json(content_type=None))["pod"] == "ad-0"

    asyncio.run(scenario())


def test_tcp_prefix_and_edge_are_inverse() -> None:
    edge = TcpEdge("destination", "redis-cart-0", "cart", "redis-cart")
    assert tcp_edge(tcp_prefix(edge)) == edge
    for wrong in ("redis", "somebody__a__b__c", "source__a__b"):
        with pytest.raises(ValueError, match="statistics prefix"):
            tcp_edge(wrong)


@pytest.mark.skipif(not socket.has_ipv6, reason="this machine has no IPv6")
def test_the_shop_may_listen_on_ipv6() -> None:
    with socket.socket(socket.AF_INET6) as other:
        try:
            other.bind(("::1", 0))
        except OSError:
            pytest.skip("this machine has no ::1")
        other.listen()
        with pytest.raises(MeshError, match=r"can't listen on ::1:\d+: Address already in use"):
            _check_free(("::1", other.getsockname()[1]))
    _check_free(("::1", 0))


def test_unknown_edges_and_a_taken_shop_port_are_named(stage: Any, ports: Any) -> None:
    async def scenario() -> None:
        async with stage() as shop:
            with pytest.raises(MeshError, match=r"'ad-0' does not call service 'cart'"):
                shop.mesh.edge_port("ad-0", "cart")
            assert shop.mesh.edge_port(INGRESS, "frontend") == shop.mesh._shop_address[1]
            with pytest.raises(MeshError, match=r"shop\.port: can't listen"):
                await shop.mesh.start()

    asyncio.run(scenario())
