"""The wire as a process: its control socket, and the state it begins with."""

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from local_cluster import without
from local_cluster.mesh.layout import MeshError
from local_cluster.mesh.wire_client import WireClient
from local_cluster.topology import HOST, PortAllocator

ROOT = Path(__file__).resolve().parents[3] / "platform_backend"
CLEAN: dict[str, Any] = {"links": {}, "lanes": {}}
SLOW: dict[str, Any] = {"links": {"slow": {"latency_ms": 300}}, "lanes": {"a__b/request": ["slow"]}}


class WireProcess:
    def __init__(self, directory: Path, ports: PortAllocator, impairments: dict[str, Any]) -> None:
        self.control = directory / "wire.sock"
        self.client = WireClient(self.control)
        self.listen, self.target = ports.allocate(), ports.allocate()
        config = directory / "wire.json"
        pairs = {"a__b": {"listen": self.listen, "target": self.target}}
        config.write_text(json.dumps({"pairs": pairs, "impairments": impairments}))
        argv = [sys.executable, "-S", *without.WIRE, "--config", str(config)]
        self.process = subprocess.Popen(
            [*argv, "--control", str(self.control)], env={"PYTHONPATH": str(ROOT)}, stderr=subprocess.PIPE
        )

    async def ready(self) -> None:
        async with asyncio.timeout(10):
            while not await self.client.is_ready():
                await asyncio.sleep(0.02)

    async def one_way(self) -> float:
        """Seconds that a byte needs from caller to callee."""
        arrived: asyncio.Future[float] = asyncio.get_running_loop().create_future()

        async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.read(1)
            arrived.set_result(time.monotonic())
            writer.close()

        async with await asyncio.start_server(accept, HOST, self.target):
            _, writer = await asyncio.open_connection(HOST, self.listen)
            began = time.monotonic()
            writer.write(b"x")
            took = await asyncio.wait_for(arrived, 10) - began
            writer.close()
        return took


@pytest.fixture
def start(tmp_path: Path, ports: PortAllocator) -> Iterator[Any]:
    started: list[WireProcess] = []

    def begin(impairments: dict[str, Any] = CLEAN) -> WireProcess:
        started.append(WireProcess(tmp_path, ports, impairments))
        return started[-1]

    yield begin
    for wire in started:
        wire.process.kill()
        wire.process.communicate()


def test_it_begins_with_the_impairments_of_its_file_and_takes_others(start: Any) -> None:
    async def scenario() -> None:
        wire = start(SLOW)
        await wire.ready()
        assert await wire.one_way() >= 0.299
        await wire.client.impair(CLEAN)
        assert await wire.one_way() < 0.299
        await wire.client.impair(SLOW)
        assert await wire.one_way() >= 0.299
        assert (await wire.client.counters())["a__b"]["opened"] == 3

    asyncio.run(scenario())


@pytest.mark.parametrize(
    ("impairments", "message"),
    [
        ({"links": {}, "lanes": {"a__z/request": []}}, "no such pair: a__z"),
        ({"links": {}, "lanes": {"a__b/request": ["slow"]}}, "not among"),
        ({"links": {}, "lanes": {"a__b": []}}, "is not <pair>/<request"),
        ({"links": {"slow": {"latency_ms": -1}}, "lanes": {}}, "latency_ms"),
        ({"links": {}}, "lanes"),
    ],
)
def test_a_wrong_request_is_refused_and_changes_nothing(start: Any, impairments: Any, message: str) -> None:
    async def scenario() -> None:
        wire = start(SLOW)
        await wire.ready()
        with pytest.raises(MeshError, match=message):
            await wire.client.impair(impairments)
        assert await wire.one_way() >= 0.299

    asyncio.run(scenario())


def test_nonsense_on_the_control_socket_is_answered_and_survived(start: Any) -> None:
    async def scenario() -> None:
        wire = start()
        await wire.ready()
        reader, writer = await asyncio.open_unix_connection(wire.control)
        for line in (b"nonsense\n", b"[]\n", b'{"op": "dance"}\n'):
            writer.write(line)
            assert "error" in json.loads(await reader.readline())
        writer.write(b"x" * (2 << 20) + b"\n")
        writer.close()
        assert await wire.client.is_ready()
        assert wire.control.stat().st_mode & 0o077 == 0, "nobody else may change the network"

    asyncio.run(scenario())


def test_a_taken_port_ends_it_with_a_message(start: Any) -> None:
    async def scenario() -> None:
        wire = start()
        await wire.ready()
        argv = [*wire.process.args[:-1], f"{wire.control}.other"]
        done = subprocess.run(argv, env={"PYTHONPATH": str(ROOT)}, capture_output=True, text=True, timeout=20)
        assert done.returncode == 1
        assert "address already in use" in done.stderr
        assert len(done.stderr.splitlines()) == 1

    asyncio.run(scenario())
