"""Bytes on their way: a lane is one direction of a pair of pods, a flow one direction of a connection."""

import asyncio
from collections import deque
from collections.abc import Sequence
from enum import Enum
from typing import Final, Protocol

from local_cluster.wire.impairment import Link
from local_cluster.wire.tcp import MSS, Sender

# A flow that holds this much stops reading, as a full TCP window would.
HIGH_WATER: Final = 256 * 1024
LOW_WATER: Final = HIGH_WATER // 2
# With a bandwidth limit, a chunk leaves in pieces, else it would arrive late and all at once.
PIECE: Final = 4096
# Timers fire up to this much early rather than one turn of the loop late.
TICK: Final = 0.0005
ALL: Final = 100.0  # percent


class End(Enum):
    """How a stream of bytes ends; it waits its turn behind the bytes before it."""

    EOF = "eof"
    RESET = "reset"


Item = bytes | End


class Source(Protocol):
    def pause(self) -> None: ...
    def resume(self) -> None: ...
    def end(self, end: End) -> None: ...


class Sink(Protocol):
    def write(self, data: bytes) -> None: ...
    def end(self, end: End) -> None: ...


class Lane:
    """One direction between two pods: its impairments, its counter, and the flows alive on it."""

    __slots__ = ("_back", "bytes", "flows", "links", "passable")

    def __init__(self) -> None:
        self.links: tuple[Link, ...] = ()
        self.passable = asyncio.Event()  # not set while nothing at all gets through
        self.passable.set()
        self.flows: set[Flow] = set()
        self.bytes = 0
        self._back: Lane = self

    def join(self, back: "Lane") -> None:
        """The other direction, by which acknowledgements come back."""
        self._back = back

    @property
    def lossy(self) -> bool:
        return any(link.impairment.loss for link in self.links)

    @property
    def held(self) -> bool:
        return any(link.impairment.partition for link in self.links)

    @property
    def piece(self) -> int:
        """The largest number of bytes that travel as one; 0 is no limit."""
        if any(link.impairment.loss or link.impairment.reset for link in self.links):
            return MSS
        return PIECE if any(link.impairment.bandwidth for link in self.links) else 0

    def arrival(self, sent: float, size: int) -> float:
        for link in self.links:
            sent = link.arrival(sent, size)
        return sent

    def forth(self, sent: float, size: int) -> float | None:
        """The same for one segment, which may get lost."""
        return None if any(link.loses() for link in self.links) else self.arrival(sent, size)

    def back(self, sent: float) -> float | None:
        """When an acknowledgement arrives, if it does."""
        return self._back.forth(sent, 0)

    def resets(self) -> bool:
        return any(link.resets() for link in self.links)

    def impair(self, links: Sequence[Link]) -> None:
        """Bytes already on their way arrive at once, so that the end of a fault is the end of its effect."""
        if self.links == tuple(links):
            return
        self.links = tuple(links)
        if any(link.impairment.partition or link.impairment.loss >= ALL for link in links):
            self.passable.clear()
        else:
            self.passable.set()
        for flow in list(self.flows):
            flow.hurry()


class Flow:
    """Holds the bytes of one connection and direction until they are due, in their order."""

    __slots__ = (
        "_blocked",
        "_dropped",
        "_last",
        "_loop",
        "_mate",
        "_paused",
        "_queue",
        "_sender",
        "_sink",
        "_source",
        "_timer",
        "_waiting",
        "lane",
    )

    def __init__(self, lane: Lane, source: Source) -> None:
        self.lane = lane
        self._loop = asyncio.get_running_loop()
        self._source = source
        self._sink: Sink | None = None
        self._queue: deque[tuple[float, Item]] = deque()
        self._waiting = 0
        self._last = 0.0
        self._timer: asyncio.TimerHandle | None = None
        self._paused = False
        self._blocked = False
        self._dropped = False
        self._sender: Sender | None = None  # while the lane loses segments
        self._mate: Flow | None = None
        lane.flows.add(self)

    def join(self, mate: "Flow") -> None:
        """The other direction of the same connection."""
        self._mate = mate

    def open(self, sink: Sink) -> None:
        """From now on bytes can leave."""
        if self._dropped:
            return
        self._sink = sink
        self._flush()

    def feed(self, item: Item) -> None:
        """Take what the source sent."""
        if self._dropped:
            return
        if not self._queue and not self._sender and not self.lane.links and self._can_deliver():
            self._deliver(item)
            return
        for piece in self._pieces(item):
            self._enqueue(piece)
        if self._waiting > HIGH_WATER and not self._paused and not isinstance(item, End):
            self._paused = True
            self._source.pause()
        self._flush()

    def block(self, blocked: bool) -> None:
        """The sink's own buffer is full (or no longer is)."""
        self._blocked = blocked
        if not blocked:
            self._flush()

    def hurry(self) -> None:
        now = self._loop.time()
        if self._sender is not None:
            self._queue.extend((now, item) for item in self._sender.abandon())
            self._sender = None
        self._queue = deque((now, item) for _, item in self._queue)
        self._last = now
        self._flush()

    def drop(self) -> None:
        """The sink is gone: forget what was meant for it."""
        self._dropped = True
        self.lane.flows.discard(self)
        self._queue.clear()
        if self._sender is not None:
            self._sender.abandon()
        self._sink = None
        self._cancel_timer()

    def _pieces(self, item: Item) -> list[Item]:
        size = self.lane.piece
        if isinstance(item, End) or not size or len(item) <= size:
            return [item]
        return [item[start : start + size] for start in range(0, len(item), size)]

    def _enqueue(self, item: Item) -> None:
        size = 0 if isinstance(item, End) else len(item)
        self._waiting += size
        if item is not End.RESET and self.lane.resets():
            self._reset()
        elif self.lane.lossy:
            self._sending().send(item, size)
        else:
            self._schedule(item, size)

    def _schedule(self, item: Item, size: int) -> None:
        self._last = max(self._last, self.lane.arrival(self._loop.time(), size))
        self._queue.append((self._last, item))

    def _sending(self) -> Sender:
        if self._sender is None:
            self._sender = Sender(self.lane, self._arrived)
            other = self._mate._sender if self._mate is not None else None
            if other is not None:
                self._sender.peer, other.peer = other, self._sender
        return self._sender

    def _arrived(self, item: Item) -> None:
        self._queue.append((self._loop.time(), item))
        self._flush()

    def _reset(self) -> None:
        """Both ends lose the connection, as when a middlebox has forgotten it."""
        sink = self._sink
        self._source.end(End.RESET)
        if sink is not None:
            sink.end(End.RESET)

    def _can_deliver(self) -> bool:
        return self._sink is not None and not self._blocked

    def _flush(self) -> None:
        self._cancel_timer()
        due = self._loop.time() + TICK
        while self._queue and self._can_deliver() and not self.lane.held and self._queue[0][0] <= due:
            item = self._queue.popleft()[1]
            self._waiting -= 0 if isinstance(item, End) else len(item)
            self._deliver(item)
        if self._paused and self._waiting < LOW_WATER:
            self._paused = False
            self._source.resume()
        if self._queue and self._can_deliver() and not self.lane.held:
            self._timer = self._loop.call_at(self._queue[0][0], self._flush)

    def _deliver(self, item: Item) -> None:
        sink: Sink | None = self._sink
        if sink is None:
            return
        if isinstance(item, End):
            sink.end(item)
        else:
            self.lane.bytes += len(item)
            sink.write(item)

    def _cancel_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
