"""Request faults: who is hit, what the caller sees, and that nothing tells that a fault was injected."""

import asyncio
import re
from dataclasses import replace
from typing import Any

import psutil
import pytest

from local_cluster.mesh import HttpFault, MeshError
from local_cluster.mesh.failures import failure_text
from tests.local_cluster.mesh.conftest import FAILING, FAILURE, SLOW, service
from tests.local_cluster.mesh.test_mesh_calls import metrics

LEAK = re.compile(r"fault|abort|inject|\bFI\b|\bDI\b", re.IGNORECASE)
# What Envoy says of connections, none of which ends for an aborted request.
OF_CONNECTIONS = re.compile(r"upstream|reset|connect|terminat", re.IGNORECASE)
UNAVAILABLE, INTERNAL, UNIMPLEMENTED = 14, 13, 12


async def kill(shop: Any, name: str) -> None:
    """kill -9, then wait until it is up again under another pid."""
    before = {child.name: child.pid for child in shop.children.processes()}[name]
    psutil.Process(before).kill()
    async with asyncio.timeout(20):
        while True:
            child = next(child for child in shop.children.processes() if child.name == name)
            if child.pid not in (None, before) and await shop.mesh._admin.is_ready():
                return
            await asyncio.sleep(0.02)


def test_grpc_abort_hits_one_pod_only_and_begins_and_ends_with_the_call(stage: Any, tally: Any) -> None:
    async def scenario() -> None:
        async with stage() as shop:
            await shop.calls("frontend-0", "cart", 4)
            for _ in range(5):
                await shop.mesh.set_http_fault("cart-0", HttpFault(abort_status=INTERNAL))
                answers = await shop.calls("frontend-0", "cart", 2)
                assert tally(answers, "status") == {0: 1, INTERNAL: 1}
                assert {answer.pod for answer in answers if answer.pod} == {"cart-1"}
                await shop.mesh.set_http_fault("cart-0", None)
                assert tally(await shop.calls("frontend-0", "cart", 2), "status") == {0: 2}

    asyncio.run(scenario())


def test_percent_is_honoured(stage: Any, tally: Any) -> None:
    async def scenario() -> None:
        async with stage(cart=1) as shop:
            await shop.mesh.set_http_fault("cart-0", HttpFault(abort_status=UNAVAILABLE, percent=30))
            failed = tally(await shop.calls("frontend-0", "cart", 600), "status")[UNAVAILABLE]
            assert 120 < failed < 240, "binomial(600, 0.3) leaves this range once in 10^7 runs"

    asyncio.run(scenario())


def test_http_abort_by_path_prefix(stage: Any, tally: Any) -> None:
    async def scenario() -> None:
        async with stage() as shop:
            fault = HttpFault(abort_status=503, path="/cart")
            await shop.mesh.set_http_fault("frontend-0", fault)
            assert tally(await shop.calls("loadgenerator-0", "frontend", 5, "/cart/add"), "status") == {503: 5}
            assert tally(await shop.calls("loadgenerator-0", "frontend", 5, "/product"), "status") == {200: 5}

    asyncio.run(scenario())


def test_grpc_abort_by_method_path(stage: Any) -> None:
    async def scenario() -> None:
        async with stage(cart=1) as shop:
            await shop.mesh.set_http_fault("cart-0", HttpFault(abort_status=UNAVAILABLE, path="/shop.Cart/Add"))
            assert (await shop.call("frontend-0", "cart", "/shop.Cart/AddItem")).status == UNAVAILABLE
            assert (await shop.call("frontend-0", "cart", "/shop.Cart/Get")).status == 0

    asyncio.run(scenario())


def test_delay(stage: Any) -> None:
    async def scenario() -> None:
        async with stage(cart=1) as shop:
            await shop.mesh.set_http_fault("cart-0", HttpFault(delay_ms=400))
            assert (await shop.call("frontend-0", "cart")).there > 0.39
            await shop.mesh.set_http_fault("cart-0", None)
            assert (await shop.call("frontend-0", "cart")).there < 0.39

    asyncio.run(scenario())


def test_target_limits_the_fault_to_requests_of_one_service(stage: Any) -> None:
    async def scenario() -> None:
        async with stage(cart=1) as shop:
            await shop.mesh.set_http_fault("cart-0", HttpFault(abort_status=INTERNAL), target="checkout")
            assert (await shop.call("checkout-0", "cart")).status == INTERNAL
            assert (await shop.call("frontend-0", "cart")).status == 0
            await shop.mesh.set_http_fault("cart-0", None, target="checkout")
            assert (await shop.call("checkout-0", "cart")).status == 0

    asyncio.run(scenario())


def test_direction_to_hits_the_requests_that_a_pod_makes(stage: Any, tally: Any) -> None:
    async def scenario() -> None:
        async with stage() as shop:
            fault = HttpFault(abort_status=503)
            await shop.mesh.set_http_fault("frontend-0", fault, direction="to", target="ad")
            assert tally(await shop.calls("frontend-0", "ad", 4, "/"), "status") == {503: 4}, "whichever pod is meant"
            assert tally(await shop.calls("frontend-0", "cart", 2), "status") == {0: 2}
            assert (await shop.call("loadgenerator-0", "frontend", "/")).status == 200
            await shop.mesh.set_http_fault("frontend-0", None, direction="to", target="ad")
            assert tally(await shop.calls("frontend-0", "ad", 2, "/"), "status") == {200: 2}

    asyncio.run(scenario())


def test_both_directions_and_nothing_of_the_mesh_reaches_an_application(stage: Any) -> None:
    async def scenario() -> None:
        async with stage(cart=1, checkout=1) as shop:
            await shop.mesh.set_http_fault("checkout-0", HttpFault(delay_ms=300), direction="both")
            assert (await shop.call("checkout-0", "cart")).there > 0.29
            answer = await shop.call("frontend-0", "checkout")
            assert answer.there > 0.29
            assert not [name for name in answer.request_headers if name.startswith("x-mesh")]

    asyncio.run(scenario())


def test_an_aborted_caller_sees_what_a_failing_server_says(stage: Any) -> None:
    async def scenario() -> None:
        async with stage(cart=1) as shop:
            for asked, status, text in (
                (UNAVAILABLE, UNAVAILABLE, FAILURE),
                (INTERNAL, INTERNAL, FAILURE),
                (503, UNAVAILABLE, FAILURE),
                (500, 2, FAILURE),
                (404, UNIMPLEMENTED, "Method not found!"),
                (8, 8, "Concurrent RPC limit exceeded!"),
            ):
                await shop.mesh.set_http_fault("cart-0", HttpFault(abort_status=asked))
                aborted = await shop.call("frontend-0", "cart")
                assert (aborted.status, aborted.message) == (status, text)
                assert not LEAK.search(str(aborted.headers))

    asyncio.run(scenario())


@pytest.mark.parametrize("status", [*range(1, 17), *range(400, 600)])
@pytest.mark.parametrize("name", ["cart", "ad", "checkout"])
def test_no_text_tells_of_a_fault_or_of_connections(name: str, status: int) -> None:
    text = failure_text(status, service(name))
    assert text
    assert not LEAK.search(text)
    assert not OF_CONNECTIONS.search(text)


def test_the_services_own_words_have_other_values_each_time() -> None:
    loading = replace(service("cart"), failure="revision {hex} is loaded, {few} of {n} after {ms} ms {so}")
    texts = {failure_text(UNAVAILABLE, loading) for _ in range(20)}
    assert len(texts) > 10
    words = re.compile(r"revision [0-9a-f]{8} is loaded, [2-9] of \d+ after \d+ ms \{so\}")
    assert all(words.fullmatch(text) for text in texts)


def test_no_header_tells_an_aborted_call_from_one_that_the_server_failed(stage: Any, tally: Any) -> None:
    async def scenario() -> None:
        async with stage(cart=1) as shop:
            real = await shop.call("frontend-0", "cart", FAILING)
            await shop.mesh.set_http_fault("cart-0", HttpFault(abort_status=INTERNAL))
            aborted = await shop.call("frontend-0", "cart", FAILING)
            assert (aborted.status, aborted.message) == (real.status, real.message)
            assert set(aborted.headers) == set(real.headers)

    asyncio.run(scenario())


def test_an_http_abort_reads_as_aiohttp_words_it(stage: Any) -> None:
    async def scenario() -> None:
        async with stage(ad=1) as shop:
            for status, text in ((503, "503: Service Unavailable"), (404, "404: Not Found"), (599, "599")):
                await shop.mesh.set_http_fault("ad-0", HttpFault(abort_status=status))
                aborted = await shop.call("frontend-0", "ad", "/")
                assert (aborted.status, aborted.message) == (status, text)
                assert not LEAK.search(str(aborted.headers))

    asyncio.run(scenario())


def test_aborted_requests_are_counted_by_the_caller_alone(stage: Any) -> None:
    """As with Istio, where the caller's proxy aborts; what goes through is counted by both."""

    async def scenario() -> str:
        async with stage(cart=1) as shop:
            await shop.mesh.set_http_fault("cart-0", HttpFault(abort_status=UNAVAILABLE, delay_ms=1, path="/shop.Cart"))
            await shop.calls("frontend-0", "cart", 3)
            await shop.calls("frontend-0", "cart", 2, "/shop.Other/Get")
            page: str = await shop.page()
            return page

    page = asyncio.run(scenario())
    found = metrics(page, "envoy_istio_requests_total")
    counted = sorted((labels["reporter"], labels["grpc_response_status"], value) for labels, value in found)
    assert counted == [("destination", "0", 2), ("source", "0", 2), ("source", "14", 3)]
    assert not LEAK.search(page)


def test_a_delay_is_seen_by_the_caller_alone(stage: Any) -> None:
    async def scenario() -> str:
        async with stage(cart=1) as shop:
            await shop.mesh.set_http_fault("cart-0", HttpFault(delay_ms=400))
            await shop.calls("frontend-0", "cart", 4)
            await shop.calls("frontend-0", "cart", 1, SLOW)
            page: str = await shop.page()
            return page

    page = asyncio.run(scenario())
    durations = metrics(page, "envoy_istio_request_duration_milliseconds_sum")
    found = {labels["reporter"]: value for labels, value in durations}
    assert found["source"] >= 2000
    assert 100 <= found["destination"] < 2000
    counts = metrics(page, "envoy_istio_request_duration_milliseconds_count")
    assert {labels["reporter"]: value for labels, value in counts} == {"source": 5, "destination": 5}


def test_a_fault_survives_the_death_of_envoy_and_can_be_ended_after(stage: Any, tally: Any) -> None:
    async def scenario() -> None:
        async with stage(cart=1) as shop:
            await shop.mesh.set_http_fault("cart-0", HttpFault(abort_status=INTERNAL))
            await kill(shop, "envoy")
            assert (await shop.call("checkout-0", "cart")).status == INTERNAL
            await shop.mesh.set_http_fault("cart-0", None)
            assert tally(await shop.calls("checkout-0", "cart", 3), "status") == {0: 3}

    asyncio.run(scenario())


def test_a_fault_set_while_envoy_is_down_is_confirmed_once_it_is_back(stage: Any) -> None:
    async def scenario() -> None:
        async with stage(cart=1) as shop:
            child = next(child for child in shop.children.processes() if child.name == "envoy")
            psutil.Process(child.pid).kill()
            await shop.mesh.set_http_fault("cart-0", HttpFault(abort_status=INTERNAL))
            assert (await shop.call("frontend-0", "cart")).status == INTERNAL

    asyncio.run(scenario())


def test_a_fault_is_not_reported_before_envoy_uses_it(stage: Any) -> None:
    async def scenario() -> None:
        async with stage(cart=1) as shop:
            envoy = psutil.Process(next(c.pid for c in shop.children.processes() if c.name == "envoy"))
            envoy.suspend()
            setting = asyncio.create_task(shop.mesh.set_http_fault("cart-0", HttpFault(abort_status=INTERNAL)))
            await asyncio.sleep(0.5)
            assert not setting.done()
            envoy.resume()
            await setting
            assert (await shop.call("frontend-0", "cart")).status == INTERNAL

    asyncio.run(scenario())


def test_a_new_mesh_begins_without_the_faults_of_the_one_before(stage: Any) -> None:
    async def scenario() -> None:
        async with stage(cart=1) as shop:
            await shop.mesh.set_http_fault("cart-0", HttpFault(abort_status=INTERNAL))
            await shop.mesh.stop()
            await shop.mesh.start()
            await shop.mesh.set_endpoints("cart", ["cart-0"])
            assert (await shop.call("frontend-0", "cart")).status == 0

    asyncio.run(scenario())


def test_pods_without_requests_are_refused(stage: Any) -> None:
    async def scenario() -> None:
        async with stage() as shop:
            for pod, direction, target in (
                ("redis-cart-0", "both", ""),
                ("loadgenerator-0", "from", ""),
                ("cart-0", "to", ""),  # it calls a store that speaks raw TCP
                ("cart-0", "from", "ad"),
                ("no-such-pod", "both", ""),
            ):
                with pytest.raises(MeshError, match="has no HTTP or gRPC requests"):
                    await shop.mesh.set_http_fault(pod, HttpFault(abort_status=500), direction=direction, target=target)

    asyncio.run(scenario())


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({}, "would do nothing"),
        ({"abort_status": 500, "percent": 0}, "percent"),
        ({"abort_status": 500, "percent": 101}, "percent"),
        ({"abort_status": 17}, "abort_status"),
        ({"abort_status": 600}, "abort_status"),
        ({"abort_status": 500, "path": "cart"}, "path"),
    ],
)
def test_wrong_faults_are_refused(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        HttpFault(**arguments)
