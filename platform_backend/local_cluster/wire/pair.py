"""One listener per (caller pod, callee pod), and the two sockets of each connection through it."""

import asyncio
import contextlib
import socket
import struct
from collections.abc import Callable
from typing import Final

from local_cluster.wire.impairment import Direction
from local_cluster.wire.lane import End, Flow, Lane

HOST: Final = "127.0.0.1"
CONNECT_TIMEOUT: Final = 5.0
# l_onoff=1, l_linger=0: closing sends RST instead of FIN.
RESET_ON_CLOSE: Final = struct.pack("ii", 1, 0)


class Pair:
    """The way from one pod to another: two lanes and the connections on them."""

    def __init__(self, name: str, listen: int, target: tuple[str, int]) -> None:
        self.name = name
        self.listen = listen
        self.target = target
        self.lanes: dict[Direction, Lane] = {"request": Lane(), "response": Lane()}
        self.lanes["request"].join(self.lanes["response"])
        self.lanes["response"].join(self.lanes["request"])
        self.opened = 0
        self.closed = 0
        self._opening: set[asyncio.Task[None]] = set()
        self._connections: set[Connection] = set()

    @property
    def ports(self) -> tuple[int, int]:
        return self.listen, self.target[1]

    async def serve(self) -> asyncio.Server:
        loop = asyncio.get_running_loop()
        return await loop.create_server(lambda: Connection(self).client, HOST, self.listen, backlog=512)

    def close(self) -> None:
        """The pods at its ends are gone, and with them what they had to say."""
        for connection in list(self._connections):
            connection.cut()

    def accepted(self, connection: "Connection") -> asyncio.Task[None]:
        self.opened += 1
        self._connections.add(connection)
        task = asyncio.get_running_loop().create_task(connection.reach(self.target))
        self._opening.add(task)
        task.add_done_callback(self._opening.discard)
        return task

    async def passable(self) -> None:
        """Returns when packets get through in both directions, as a handshake needs it."""
        lanes = self.lanes.values()
        while shut := [lane for lane in lanes if not lane.passable.is_set()]:
            await shut[0].passable.wait()

    def ended(self, connection: "Connection") -> None:
        self.closed += 1
        self._connections.discard(connection)


class Connection:
    """Joins the caller's socket with a socket to the callee."""

    def __init__(self, pair: Pair) -> None:
        self.pair = pair
        self.client = Socket(self._client_made, self._client_lost, self._client_ended)
        self.server = Socket(_ignore, _ignore, _ignore)
        self._reaching: asyncio.Task[None] | None = None  # until there is a way to the callee
        self._request = Flow(pair.lanes["request"], self.client)
        self._response = Flow(pair.lanes["response"], self.server)
        self._request.join(self._response)
        self._response.join(self._request)
        self.client.join(reads=self._request, writes=self._response)
        self.server.join(reads=self._response, writes=self._request)

    async def reach(self, target: tuple[str, int]) -> None:
        loop = asyncio.get_running_loop()
        await self.pair.passable()
        self._reaching = None
        try:
            async with asyncio.timeout(CONNECT_TIMEOUT):
                await loop.create_connection(lambda: self.server, *target)
        except OSError:  # refused or, as TimeoutError, silent
            self._request.drop()
            self.client.end(End.RESET)
            return
        self._response.open(self.client)
        self._request.open(self.server)

    def cut(self) -> None:
        for end in (self.client, self.server):
            end.end(End.RESET)

    def _client_made(self) -> None:
        self._reaching = self.pair.accepted(self)

    def _client_ended(self) -> None:
        """A caller that hangs up while nothing gets through has never been connected: the callee must not see it."""
        if self._reaching is not None:
            self.client.end(End.RESET)

    def _client_lost(self) -> None:
        if self._reaching is not None:
            self._reaching.cancel()
            self._request.drop()
        self.pair.ended(self)


def _ignore() -> None:
    """The server's socket has nobody to tell: its flows do it."""


class Socket(asyncio.Protocol):
    """One end of a connection: what it reads goes into one flow, what the other flow delivers is written."""

    def __init__(self, made: Callable[[], None], lost: Callable[[], None], ended: Callable[[], None]) -> None:
        self._made, self._lost, self._ended = made, lost, ended
        self._transport: asyncio.Transport | None = None
        self._reads: Flow | None = None
        self._writes: Flow | None = None
        self._read_eof = self._wrote_eof = False

    def join(self, *, reads: Flow, writes: Flow) -> None:
        self._reads, self._writes = reads, writes

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._made()

    def data_received(self, data: bytes) -> None:
        if self._reads:
            self._reads.feed(data)

    def eof_received(self) -> bool:
        self._read_eof = True
        if self._reads:
            self._reads.feed(End.EOF)
        self._ended()
        self._close_when_done()
        return True  # keep the other direction open

    def pause_writing(self) -> None:
        if self._writes:
            self._writes.block(True)

    def resume_writing(self) -> None:
        if self._writes:
            self._writes.block(False)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._writes:
            self._writes.drop()
        if self._reads and not (self._read_eof and self._wrote_eof and exc is None):
            self._reads.feed(End.RESET)
        self._transport = None
        self._lost()

    def pause(self) -> None:
        if self._transport:
            self._transport.pause_reading()

    def resume(self) -> None:
        if self._transport and not self._read_eof:  # else asyncio would report the end once more
            self._transport.resume_reading()

    def write(self, data: bytes) -> None:
        if self._transport and not self._transport.is_closing():
            self._transport.write(data)

    def end(self, end: End) -> None:
        if self._transport is None or self._transport.is_closing():
            return
        if end is End.RESET:
            self._reset(self._transport)
        elif not self._wrote_eof:
            self._wrote_eof = True
            with contextlib.suppress(OSError):  # the other side may be gone; connection_lost tells
                self._transport.write_eof()
            self._close_when_done()

    def _reset(self, transport: asyncio.Transport) -> None:
        with contextlib.suppress(OSError):
            transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_ON_CLOSE)
        transport.abort()

    def _close_when_done(self) -> None:
        if self._transport and self._read_eof and self._wrote_eof:
            self._transport.close()
