"""The wire between real sockets: order, ends, back-pressure, refusals, and impairments that change while it runs."""

import asyncio
import gc
import socket
import struct
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from local_cluster.topology import HOST, PortAllocator
from local_cluster.wire.impairment import Impairment
from local_cluster.wire.lane import HIGH_WATER
from local_cluster.wire.state import Impairments, Wire

PAIR = "a-0__b-0"
TIMEOUT = 10
Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Bench:
    """A wire of one pair; `connect` gives both ends of a connection through it."""

    def __init__(self, listen: int, target: int) -> None:
        self.listen, self.target = listen, target
        self.wire = Wire()
        self.accepted: asyncio.Queue[Streams] = asyncio.Queue()
        self._servers: list[asyncio.Server] = []
        self._writers: list[asyncio.StreamWriter] = []

    async def open(self, *, with_target: bool) -> None:
        await self.wire.configure({PAIR: {"listen": self.listen, "target": self.target}}, Impairments())
        if with_target:
            self._servers.append(await asyncio.start_server(self._accept, HOST, self.target))

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await self.accepted.put((reader, writer))

    async def connect(self) -> tuple[Streams, Streams]:
        client = await asyncio.open_connection(HOST, self.listen)
        server = await asyncio.wait_for(self.accepted.get(), TIMEOUT)
        self._writers += [client[1], server[1]]
        return client, server

    def impair(self, *, request: Impairment | None = None, response: Impairment | None = None) -> None:
        given = {"request": request, "response": response}
        links = {direction: impairment for direction, impairment in given.items() if impairment}
        self.wire.impair(Impairments(links, {(PAIR, direction): (direction,) for direction in links}))

    async def close(self) -> None:
        for writer in self._writers:
            writer.transport.abort()
        for server in self._servers:
            server.close()
        await self.wire.configure({}, Impairments())


@pytest.fixture
def bench(ports: PortAllocator) -> Any:
    @asynccontextmanager
    async def opened(*, with_target: bool = True) -> AsyncIterator[Bench]:
        made = Bench(ports.allocate(), ports.allocate())
        try:
            await made.open(with_target=with_target)
            yield made
        finally:
            await made.close()

    return opened


async def read(stream: Streams, size: int) -> bytes:
    return await asyncio.wait_for(stream[0].readexactly(size), TIMEOUT)


async def rest(stream: Streams) -> bytes:
    return await asyncio.wait_for(stream[0].read(), TIMEOUT)


def reset(stream: Streams) -> None:
    stream[1].get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    stream[1].transport.abort()


def test_bytes_pass_both_ways_and_are_counted(bench: Any) -> None:
    async def scenario() -> None:
        async with bench() as b:
            client, server = await b.connect()
            client[1].write(b"hello")
            assert await read(server, 5) == b"hello"
            server[1].write(b"answer")
            assert await read(client, 6) == b"answer"
            expected = {"opened": 1, "closed": 0, "request_bytes": 5, "response_bytes": 6}
            assert b.wire.counters() == {PAIR: expected}

    asyncio.run(scenario())


@pytest.mark.parametrize("impairment", [None, Impairment(latency_ms=30)])
def test_half_close_leaves_the_other_direction_open(bench: Any, impairment: Impairment | None) -> None:
    async def scenario() -> None:
        async with bench() as b:
            b.impair(request=impairment, response=impairment)
            client, server = await b.connect()
            client[1].write(b"question")
            client[1].write_eof()
            assert await rest(server) == b"question"
            server[1].write(b"late answer")
            assert await read(client, 11) == b"late answer"
            server[1].write_eof()
            assert await rest(client) == b""
            client[1].close()
            server[1].close()
            await asyncio.sleep(0.1)
            assert b.wire.counters()[PAIR]["closed"] == 1
            assert not any(lane.flows for lane in b.wire.pairs[PAIR].lanes.values())

    asyncio.run(scenario())


def test_a_reset_is_passed_on(bench: Any) -> None:
    async def scenario() -> None:
        async with bench() as b:
            for reset_by_server in (True, False):
                ends = await b.connect()
                reset(ends[reset_by_server])
                with pytest.raises(ConnectionResetError):
                    await rest(ends[not reset_by_server])
            await asyncio.sleep(0.05)
            assert not any(lane.flows for lane in b.wire.pairs[PAIR].lanes.values())

    asyncio.run(scenario())


def test_a_refused_target_resets_the_caller(bench: Any) -> None:
    async def scenario() -> None:
        async with bench(with_target=False) as b:
            reader, writer = await asyncio.open_connection(HOST, b.listen)
            writer.write(b"anybody?")
            with pytest.raises(ConnectionResetError):
                await rest((reader, writer))
            writer.close()
            await asyncio.sleep(0.05)
            assert b.wire.counters()[PAIR]["closed"] == 1
            assert not any(lane.flows for lane in b.wire.pairs[PAIR].lanes.values())

    asyncio.run(scenario())


def test_latency_is_per_direction_and_jitter_keeps_the_order(bench: Any) -> None:
    async def scenario() -> None:
        async with bench() as b:
            client, server = await b.connect()
            b.impair(request=Impairment(latency_ms=100, jitter_ms=50))
            payload = b"".join(index.to_bytes(4, "big") for index in range(200))
            began = time.monotonic()
            for start in range(0, len(payload), 40):
                client[1].write(payload[start : start + 40])
                await asyncio.sleep(0.002)
            assert await read(server, len(payload)) == payload
            assert time.monotonic() - began > 0.1
            b.impair(response=Impairment(latency_ms=300))
            began = time.monotonic()
            client[1].write(b"x")
            await read(server, 1)
            assert time.monotonic() - began < 0.3, "the request direction is clean"
            server[1].write(b"x")
            await read(client, 1)
            assert time.monotonic() - began >= 0.3

    asyncio.run(scenario())


@pytest.mark.parametrize("impairment", [Impairment(latency_ms=60_000), Impairment(bandwidth=1)])
def test_lifting_an_impairment_delivers_what_is_on_its_way(bench: Any, impairment: Impairment) -> None:
    async def scenario() -> None:
        async with bench() as b:
            client, server = await b.connect()
            b.impair(request=impairment)
            client[1].write(b"slow")
            await asyncio.sleep(0.1)
            b.impair()
            client[1].write(b"fast")
            assert await read(server, 8) == b"slowfast"

    asyncio.run(scenario())


def test_partition_holds_and_releases(bench: Any) -> None:
    async def scenario() -> None:
        async with bench() as b:
            client, server = await b.connect()
            b.impair(request=Impairment(partition=True))
            client[1].write(b"held")
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(server[0].read(1), 0.3)
            b.impair()
            assert await read(server, 4) == b"held"

    asyncio.run(scenario())


SHUT = [Impairment(partition=True), Impairment(loss=100)]


@pytest.mark.parametrize("shut", SHUT)
@pytest.mark.parametrize("direction", ["request", "response"])
def test_a_partitioned_callee_sees_no_new_connections(bench: Any, shut: Impairment, direction: str) -> None:
    """Neither during the fault nor after it those that have hung up; those that still wait are connected then."""

    async def scenario() -> None:
        async with bench() as b:
            b.impair(**{direction: shut})
            given_up = [await asyncio.open_connection(HOST, b.listen) for _ in range(20)]
            for _, writer in given_up:
                writer.write(b"in vain")
            patient = await asyncio.open_connection(HOST, b.listen)
            patient[1].write(b"patient")
            await asyncio.sleep(0.1)
            for number, stream in enumerate(given_up):
                stream[1].close() if number % 2 else reset(stream)
            await closed(b, 20)
            assert b.accepted.empty()
            assert [len(lane.flows) for lane in b.wire.pairs[PAIR].lanes.values()] == [1, 1]
            b.impair()
            server = await asyncio.wait_for(b.accepted.get(), TIMEOUT)
            assert await read(server, 7) == b"patient"
            assert b.accepted.empty()
            patient[1].close()
            server[1].close()

    asyncio.run(scenario())


async def closed(b: Bench, count: int) -> None:
    async with asyncio.timeout(TIMEOUT):
        while b.wire.counters()[PAIR]["closed"] < count:
            await asyncio.sleep(0.01)


def test_bandwidth_spreads_the_bytes_over_time(bench: Any) -> None:
    async def scenario() -> None:
        async with bench() as b:
            client, server = await b.connect()
            b.impair(request=Impairment(bandwidth=100_000))
            began = time.monotonic()
            client[1].write(bytes(50_000))
            await read(server, 10_000)
            first = time.monotonic() - began
            await read(server, 40_000)
            assert first < 0.5 <= time.monotonic() - began + 0.001

    asyncio.run(scenario())


@pytest.mark.parametrize("impairment", [None, Impairment(latency_ms=20), Impairment(partition=True)])
def test_a_reader_that_stops_stops_the_writer(bench: Any, impairment: Impairment | None) -> None:
    """Neither the sockets nor the wire take more than a bounded number of bytes; all of them arrive in the end."""

    async def scenario() -> None:
        async with bench() as b:
            client, server = await b.connect()
            b.impair(request=impairment)
            server[0]._transport.pause_reading()  # type: ignore[attr-defined]
            total = 64 << 20
            writing = asyncio.create_task(_write(client[1], total))
            await asyncio.sleep(1.0)
            assert not writing.done()
            [flow] = b.wire.pairs[PAIR].lanes["request"].flows
            assert flow._waiting <= 2 * HIGH_WATER
            b.impair()
            server[0]._transport.resume_reading()  # type: ignore[attr-defined]
            left = total
            while left:
                left -= len(await asyncio.wait_for(server[0].read(1 << 20), TIMEOUT))
            await writing

    asyncio.run(scenario())


async def _write(writer: asyncio.StreamWriter, total: int) -> None:
    chunk = bytes(1 << 18)
    for _ in range(total // len(chunk)):
        writer.write(chunk)
        await writer.drain()


def test_finished_connections_leave_nothing_behind(bench: Any) -> None:
    async def scenario() -> None:
        async with bench() as b:
            b.impair(response=Impairment(latency_ms=5))
            for _ in range(50):
                client, server = await b.connect()
                client[1].write(b"x")
                await read(server, 1)
                client[1].close()
                await rest(server)
                server[1].close()
            await asyncio.sleep(0.2)
            gc.collect()
            assert b.wire.counters()[PAIR]["opened"] == b.wire.counters()[PAIR]["closed"] == 50
            assert not any(lane.flows for lane in b.wire.pairs[PAIR].lanes.values())

    asyncio.run(scenario())


def test_a_lossy_lane_delivers_all_in_order_and_its_end_frees_what_is_held(bench: Any) -> None:
    async def scenario() -> float:
        async with bench() as b:
            client, server = await b.connect()
            sent = bytes(range(256)) * 400
            b.impair(request=Impairment(loss=20))
            client[1].write(sent)
            assert await read(server, 1000) == sent[:1000]
            b.impair(request=Impairment(loss=100))
            client[1].write(b"late")
            await asyncio.sleep(0.3)
            ended = time.monotonic()
            b.impair()
            assert await read(server, len(sent) - 1000 + 4) == sent[1000:] + b"late"
            return time.monotonic() - ended

    assert asyncio.run(scenario()) < TIMEOUT


def test_an_end_behind_lost_bytes_waits_for_them(bench: Any) -> None:
    async def scenario() -> None:
        async with bench() as b:
            client, server = await b.connect()
            b.impair(request=Impairment(loss=30))
            client[1].write(b"x" * 20_000)
            client[1].write_eof()
            assert await rest(server) == b"x" * 20_000

    asyncio.run(scenario())


def test_a_reset_reaches_both_ends(bench: Any) -> None:
    async def scenario() -> None:
        async with bench() as b:
            client, server = await b.connect()
            b.impair(request=Impairment(reset=100))
            client[1].write(b"?")
            for end in (client, server):
                with pytest.raises(ConnectionResetError):
                    await rest(end)

    asyncio.run(scenario())
