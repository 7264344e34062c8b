"""The mesh on a disk without room: faults begin and end, and pods come and go."""

import asyncio
from pathlib import Path
from typing import Any, NoReturn

import pytest

from local_cluster.mesh import HttpFault, Impairment
from local_cluster.mesh import mesh as module
from local_cluster.mesh.discovery import LiveDocument
from tests.full_disk import small_disk

LATENCY = 0.3
SLOW = Impairment(latency_ms=LATENCY * 1000)


async def _eventually(holds: Any) -> None:
    async with asyncio.timeout(15):
        while not await holds():
            await asyncio.sleep(0.05)


def test_everything_can_be_changed_without_a_free_byte(stage: Any, tmp_path: Path) -> None:
    async def scenario() -> None:
        async with stage() as shop:
            disk.fill()
            await shop.mesh.set_http_fault("ad-0", HttpFault(percent=100, abort_status=503))
            await shop.mesh.set_impairment("cart-0", SLOW, direction="to", target="")
            await shop.mesh.set_endpoints("ad", ["ad-0"])
            assert disk.left == 0
            assert {answer.status for answer in await shop.calls("frontend-0", "ad", 4)} == {503}
            assert (await shop.call_pod("frontend-0", "cart-0")).back >= LATENCY - 0.01
            await shop.mesh.set_http_fault("ad-0", None)
            await shop.mesh.set_impairment("cart-0", None, direction="to", target="")
            assert {answer.pod for answer in await shop.calls("frontend-0", "ad", 4)} == {"ad-0"}
            assert (await shop.call_pod("frontend-0", "cart-0")).back < LATENCY - 0.01
            await shop.mesh.set_endpoints("ad", ["ad-0", "ad-1"])
            assert {answer.pod for answer in await shop.calls("frontend-0", "ad", 20)} == {"ad-0", "ad-1"}

    with small_disk(tmp_path, 4) as disk:
        asyncio.run(scenario())


def test_where_a_full_disk_takes_nothing_at_all(stage: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file system that never overwrites in place: what must reach the wire does, the rest follows."""

    def no_room(*_: object) -> NoReturn:
        raise OSError(28, "No space left on device")

    async def scenario() -> None:
        async with stage() as shop:
            await shop.mesh.set_impairment("cart-0", SLOW, direction="to", target="")
            with monkeypatch.context() as full:
                full.setattr(LiveDocument, "write", no_room)
                await shop.mesh.set_endpoints("ad", ["ad-1"])
                with pytest.raises(OSError, match="No space"):
                    await shop.mesh.set_impairment("cart-0", None, direction="to", target="")
                assert (await shop.call_pod("frontend-0", "cart-0")).back < LATENCY - 0.01

            async def only_one() -> bool:
                return {answer.pod for answer in await shop.calls("frontend-0", "ad", 6)} == {"ad-1"}

            await _eventually(only_one)

    monkeypatch.setattr(module, "REWRITE_INTERVAL", 0.05)
    asyncio.run(scenario())
