"""With a token, requests without it get no answer, hit no fault and are not counted; visitors need none."""

import asyncio
import stat
from collections.abc import Mapping
from typing import Any

import aiohttp
import grpc

from local_cluster.environment import CALLER_HEADER
from local_cluster.mesh.http_fault import HttpFault
from local_cluster.mesh.layout import INGRESS
from local_cluster.topology import HOST

TOKEN = "of-this-instance"
METHOD = "/shop.Service/Get"
OURS = {CALLER_HEADER: TOKEN}


async def get(port: int, headers: Mapping[str, str]) -> tuple[int, dict[str, Any]]:
    async with aiohttp.ClientSession() as session, session.get(f"http://{HOST}:{port}/", headers=headers) as answer:
        return answer.status, (await answer.json(content_type=None))["headers"] if answer.status == 200 else {}


async def ask(port: int, headers: Mapping[str, str]) -> grpc.StatusCode:
    async with grpc.aio.insecure_channel(f"{HOST}:{port}") as channel:
        try:
            await channel.unary_unary(METHOD)(b"?", timeout=10, metadata=tuple(headers.items()))
        except grpc.aio.AioRpcError as error:
            return error.code()
    return grpc.StatusCode.OK


def counted(page: str) -> list[str]:
    return [line for line in page.splitlines() if "requests_total{" in line]


def test_strangers_get_no_answer_and_are_not_counted(stage: Any) -> None:
    async def scenario() -> None:
        async with stage(token=TOKEN, ad=1, cart=1) as shop:
            layout = shop.mesh.layout
            http = [layout.outbounds["frontend-0", "ad"].port, layout.inbounds["ad-0", "frontend"].port]
            http.append(layout.pairs["frontend-0", "ad-0"].listen)
            rpc = [layout.outbounds["frontend-0", "cart"].port, layout.inbounds["cart-0", "frontend"].port]
            for wrong in ({}, {CALLER_HEADER: "of-another"}, {"x-mesh-listener": "out__frontend-0__ad"}):
                assert {(await get(port, wrong))[0] for port in http} == {404}
                assert {await ask(port, wrong) for port in rpc} == {grpc.StatusCode.UNIMPLEMENTED}
            assert counted(await shop.page()) == []

            status, headers = await get(http[0], OURS)
            assert (status, headers[CALLER_HEADER]) == (200, TOKEN)  # the pod looks at it too
            assert await ask(rpc[0], OURS) is grpc.StatusCode.OK
            assert len(counted(await shop.page())) == 4  # of both sides

    asyncio.run(scenario())


def test_visitors_come_in_by_the_public_address_alone(stage: Any) -> None:
    async def scenario() -> None:
        async with stage(token=TOKEN) as shop:
            port = shop.mesh.edge_port(INGRESS, "frontend")
            for sent in ({}, {CALLER_HEADER: "of-another"}):
                status, headers = await get(port, sent)
                assert (status, headers[CALLER_HEADER]) == (200, TOKEN)

    asyncio.run(scenario())


def test_faults_hit_the_shops_own_requests(stage: Any) -> None:
    async def scenario() -> None:
        async with stage(token=TOKEN, ad=1) as shop:
            port = shop.mesh.edge_port("frontend-0", "ad")
            await shop.mesh.set_http_fault("ad-0", HttpFault(abort_status=503))
            assert (await get(port, OURS))[0] == 503
            assert (await get(port, {}))[0] == 404
            (aborted,) = counted(await shop.page())
            assert 'reporter="source"' in aborted
            await shop.mesh.set_http_fault("ad-0", HttpFault(abort_status=503, path="/other"))
            assert (await get(port, OURS))[0] == 200

    asyncio.run(scenario())


def test_files_with_the_token_are_private(stage: Any) -> None:
    async def scenario() -> None:
        async with stage(token=TOKEN) as shop:
            with_token = [path for path in shop.directory.rglob("*.json") if TOKEN in path.read_text()]
            assert {path.name for path in with_token} == {"listeners.json", "routes.json"}
            assert {stat.S_IMODE(path.stat().st_mode) for path in with_token} == {0o600}

    asyncio.run(scenario())
