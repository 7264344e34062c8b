"""Compare the wire's model of packet loss with the TCP of this machine's kernel, under the same calls.

The kernel's side: a client and a server in network namespaces of their own, joined by two TUN devices whose packets
this program carries from one to the other, and drops as asked. Needs /dev/net/tun, and root or unprivileged user
namespaces; says so where they are missing.

    .venv/bin/python benchmarks/wire_loss.py [--seconds 15] [--loss 0 1 5 10 30] [--bytes 1000] [--rounds 3]
"""

import argparse
import asyncio
import ctypes
import fcntl
import json
import multiprocessing as mp
import os
import random
import selectors
import socket
import statistics
import struct
import sys
import time
from dataclasses import astuple, dataclass
from multiprocessing.connection import Connection
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "platform_backend"))

from local_cluster.wire.impairment import Impairment
from local_cluster.wire.state import Impairments, Wire

CLONE_NEWNET, CLONE_NEWUSER = 0x40000000, 0x10000000
TUNSETIFF, IFF_TUN, IFF_NO_PI = 0x400454CA, 0x0001, 0x1000
SIOCSIFADDR, SIOCSIFNETMASK, SIOCSIFFLAGS, SIOCSIFMTU, UP_RUNNING = 0x8916, 0x891C, 0x8914, 0x8922, 0x41
MTU = 1500
SERVER, CLIENT, PORT = "10.77.0.2", "10.77.0.1", 7000
CONNECTIONS, RATE, REQUEST = 4, 50.0, 200
HEADER = struct.Struct("!II")  # id, length of what follows
SETTLE = 8.0  # how long answers may still come after the last call


@dataclass(frozen=True)
class Latencies:
    """Of the calls that were answered, in milliseconds; `late` is the share that took over 3 s, as a deadline would."""

    median: float
    p95: float
    p99: float
    mean: float
    late: float

    @classmethod
    def of(cls, seconds: list[float], asked: int) -> "Latencies":
        cuts = statistics.quantiles(seconds, n=100)
        late = asked - sum(value <= 3 for value in seconds)
        return cls(cuts[49] * 1e3, cuts[94] * 1e3, cuts[98] * 1e3, statistics.fmean(seconds) * 1e3, late / asked)

    def __str__(self) -> str:
        return f"{self.median:>9.1f}{self.p95:>9.1f}{self.p99:>9.1f}{self.mean:>9.1f}{100 * self.late:>7.1f} %"


async def serve(host: str, port: int, size: int) -> asyncio.Server:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                call, length = HEADER.unpack(await reader.readexactly(HEADER.size))
                await reader.readexactly(length)
                writer.write(HEADER.pack(call, size) + bytes(size))
        except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            writer.close()

    return await asyncio.start_server(answer, host, port)


async def connect(host: str, port: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """The server may still be on its way up."""
    for _ in range(50):
        try:
            return await asyncio.open_connection(host, port)
        except OSError:
            await asyncio.sleep(0.1)
    raise TimeoutError(f"nobody listens at {host}:{port}")


async def call(host: str, port: int, seconds: float) -> tuple[list[float], int]:
    """Calls on one connection, begun at random moments whether or not the last has its answer, as gRPC does it."""
    reader, writer = await connect(host, port)
    writer.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    begun: dict[int, float] = {}
    taken: list[float] = []

    async def receive() -> None:
        while True:
            number, length = HEADER.unpack(await reader.readexactly(HEADER.size))
            await reader.readexactly(length)
            taken.append(time.monotonic() - begun.pop(number))

    receiving = asyncio.create_task(receive())
    until, asked = time.monotonic() + seconds, 0
    while time.monotonic() < until:
        begun[asked] = time.monotonic()
        writer.write(HEADER.pack(asked, REQUEST) + bytes(REQUEST))
        asked += 1
        await asyncio.sleep(random.expovariate(RATE))
    async with asyncio.timeout(SETTLE + 1):
        for _ in range(int(SETTLE / 0.1)):
            if not begun:
                break
            await asyncio.sleep(0.1)
    receiving.cancel()
    await asyncio.gather(receiving, return_exceptions=True)
    writer.transport.abort()
    return taken, asked


async def call_all(host: str, port: int, seconds: float) -> tuple[list[float], int]:
    found = await asyncio.gather(*(call(host, port, seconds) for _ in range(CONNECTIONS)))
    return [value for taken, _ in found for value in taken], sum(asked for _, asked in found)


async def over_the_wire(loss: float, size: int, seconds: float) -> Latencies:
    listen, target = free_port(), free_port()
    wire = Wire({"a__b": {"listen": listen, "target": target}})
    servers = [await serve("127.0.0.1", target, size), await wire.pairs["a__b"].serve()]
    lanes = {("a__b", direction): (direction,) for direction in ("request", "response")}
    wire.impair(Impairments({link: Impairment(loss=loss) for (link,) in lanes.values()}, lanes))  # type: ignore[arg-type]
    try:
        return Latencies.of(*await call_all("127.0.0.1", listen, seconds))
    finally:
        for server in servers:
            server.close()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def open_tun(address: str) -> int:
    """A TUN device as the only way out of a network namespace of this process."""
    libc = ctypes.CDLL(None, use_errno=True)
    flags = CLONE_NEWNET | (0 if os.geteuid() == 0 else CLONE_NEWUSER)
    if libc.unshare(flags) != 0:
        raise OSError(ctypes.get_errno(), "no network namespace for this user")
    tun = os.open("/dev/net/tun", os.O_RDWR)
    name = b"tun0"
    fcntl.ioctl(tun, TUNSETIFF, struct.pack("16sH22x", name, IFF_TUN | IFF_NO_PI))
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        for request, value in ((SIOCSIFADDR, address), (SIOCSIFNETMASK, "255.255.255.0")):
            inet = struct.pack("HH4s8x", socket.AF_INET, 0, socket.inet_aton(value))
            fcntl.ioctl(control, request, struct.pack("16s16s8x", name, inet))
        fcntl.ioctl(control, SIOCSIFMTU, struct.pack("16si20x", name, MTU))
        fcntl.ioctl(control, SIOCSIFFLAGS, struct.pack("16sH22x", name, UP_RUNNING))
    return tun


def server_side(handover: socket.socket, size: int) -> None:
    socket.send_fds(handover, [b"t"], [open_tun(SERVER)])

    async def forever() -> None:
        async with await serve(SERVER, PORT, size) as server:
            await server.serve_forever()

    asyncio.run(forever())


def client_side(handover: socket.socket, seconds: float, result: Connection) -> None:
    socket.send_fds(handover, [b"t"], [open_tun(CLIENT)])
    handover.recv(1)  # the packets are being carried
    result.send(asyncio.run(call_all(SERVER, PORT, seconds)))


def carry(tuns: tuple[int, int], loss: float, until: Connection) -> None:
    """Move packets between two TUN devices until there is a result, and lose some on the way."""
    with selectors.DefaultSelector() as selector:
        for ours, other in (tuns, tuns[::-1]):
            os.set_blocking(ours, False)
            selector.register(ours, selectors.EVENT_READ, other)
        selector.register(until, selectors.EVENT_READ)
        begun = time.monotonic()
        while time.monotonic() - begun < 600:
            for key, _ in selector.select(1):
                if key.fileobj is until:
                    return
                packet = os.read(key.fd, 65536)
                # The handshake is let through: the wire has none either.
                if random.random() * 100 >= loss or time.monotonic() - begun < 0.5:
                    os.write(key.data, packet)


def over_the_kernel(loss: float, size: int, seconds: float) -> Latencies:
    ends = [socket.socketpair() for _ in range(2)]
    mine, theirs = mp.Pipe(duplex=False)
    context = mp.get_context("fork")
    server = context.Process(target=server_side, args=(ends[0][1], size), daemon=True)
    client = context.Process(target=client_side, args=(ends[1][1], seconds, theirs), daemon=True)
    server.start(), client.start()
    try:
        tuns = []
        for end, _ in ends:
            end.settimeout(5)
            tuns.append(socket.recv_fds(end, 1, 1)[1][0])
        ends[1][0].send(b"g")
        carry((tuns[0], tuns[1]), loss, mine)
        return Latencies.of(*mine.recv())
    finally:
        client.terminate(), server.terminate()
        client.join(), server.join()


def why_no_kernel() -> str:
    """Why there is nothing to compare with here; empty when there is."""
    if not os.access("/dev/net/tun", os.R_OK | os.W_OK):
        return "/dev/net/tun is missing or not accessible"
    probe = mp.get_context("fork").Process(target=open_tun, args=(CLIENT,))
    probe.start()
    probe.join(10)
    return "" if probe.exitcode == 0 else "this user may make no network namespace with a TUN device"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=15)
    parser.add_argument(
        "--loss",
        type=float,
        nargs="+",
        default=[0, 1, 5, 10, 20, 30],
        help="percent, in each direction; 0 shows what the busy machine itself adds",
    )
    parser.add_argument("--bytes", type=int, nargs="+", default=[1000, 20000], help="size of an answer")
    parser.add_argument("--rounds", type=int, default=3, help="of each; the medians are shown, and the range of means")
    arguments = parser.parse_args()
    reason = why_no_kernel()
    if reason:
        print(f"No comparison with the kernel here: {reason}. The wire alone:")
    print(json.dumps({"kernel": os.uname().release, "connections": CONNECTIONS, "calls_per_s": RATE}))
    print(f"{'answer':>8}{'loss':>7}  {'':<7}{'p50 ms':>9}{'p95 ms':>9}{'p99 ms':>9}{'mean ms':>9}{'> 3 s':>9}  means")
    for size in arguments.bytes:
        for loss in arguments.loss:
            kernel: list[Latencies] = []
            wire: list[Latencies] = []
            for _ in range(arguments.rounds):  # by turns, for the machine's other load changes
                if not reason:
                    kernel.append(over_the_kernel(loss, size, arguments.seconds))
                wire.append(asyncio.run(over_the_wire(loss, size, arguments.seconds)))
            for name, found in (("kernel", kernel), ("wire", wire)):
                if found:
                    print(f"{size:>8}{loss:>6g}%  {name:<7}{summary(found)}", flush=True)
    return 0


def summary(rounds: list[Latencies]) -> str:
    middle = Latencies(*(statistics.median(values) for values in zip(*map(astuple, rounds), strict=True)))
    means = [one.mean for one in rounds]
    return f"{middle}  {min(means):.1f} to {max(means):.1f}"


if __name__ == "__main__":
    sys.exit(main())
