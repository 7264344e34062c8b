"""A sender of TCP in miniature, for lanes that lose segments: what gets lost is sent again when Linux would do so.

The bytes between two pods travel over loopback, which loses nothing. So the wire cuts them into segments, drops some,
and works out with the rules of Linux's TCP when each is noticed and sent again: RACK (a later segment was
acknowledged), the tail loss probe (nothing later to be acknowledged), and at last the retransmission timeout with its
doubling; the congestion window limits what is under way. Left out: delayed acknowledgements, pacing, CUBIC's growth,
and SYN loss (the wire's own connections are made over loopback).
"""

import asyncio
import math
from collections import deque
from collections.abc import Callable
from typing import Any, Final, Protocol

from local_cluster.wire.segments import LEAST_RTO, Recovery, RoundTrips, Segment

MSS: Final = 1448
INITIAL_WINDOW: Final = 10.0
SMALLEST_WINDOW: Final = 2.0
WINDOW_CUT: Final = 0.7  # CUBIC's beta
LONGEST_RTO: Final = 120.0
# Two ticks of a kernel with 250 a second: what Linux adds to its shortest timers.
TICKS: Final = 0.008
DUPLICATES: Final = 3  # as many later segments acknowledged: no reordering is waited for


class Way(Protocol):
    """Where segments and acknowledgements travel: time of arrival, or None for what is lost on the way."""

    def forth(self, sent: float, size: int) -> float | None: ...
    def back(self, sent: float) -> float | None: ...


class Sender:
    """One direction of one connection. `deliver` gets the items in their order, when they arrive."""

    def __init__(self, path: Way, deliver: Callable[[Any], None]) -> None:
        self._path, self._deliver = path, deliver
        self._loop = asyncio.get_running_loop()
        self._unsent: deque[Segment] = deque()
        self._flight: deque[Segment] = deque()  # sent and not yet acknowledged up to here, in order
        self._arriving: deque[Segment] = deque()  # sent, and not yet delivered in order
        self._numbers = 0
        self._window, self._threshold = INITIAL_WINDOW, float("inf")
        self._recovery = Recovery()
        self._rtt = RoundTrips()
        self._backoff = 0
        self._probed = False
        self._newest_sent = 0.0  # when the latest segment known to have arrived was sent
        self._newest_rtt = 0.0
        self._last_arrival = self._last_return = 0.0
        self._advanced = 0.0  # when the window last moved on
        self._timer: asyncio.TimerHandle | None = None
        self.peer: Sender | None = None  # of the other direction: its segments carry our acknowledgements

    def send(self, item: Any, size: int) -> None:
        for part in self._fitted(item, size):
            if not self._unsent or self._unsent[-1].size + _size(part, size) > MSS:
                self._unsent.append(Segment(self._numbers))
                self._numbers += 1
            self._unsent[-1].items.append(part)
            self._unsent[-1].size += _size(part, size)
        self._push()
        self._arm()

    def _fitted(self, item: Any, size: int) -> tuple[Any, ...]:
        """Bytes that have to wait fill up the last segment, as in the kernel."""
        room = MSS - self._unsent[-1].size if self._unsent else 0
        return (item[:room], item[room:]) if isinstance(item, bytes) and 0 < room < size else (item,)

    def abandon(self) -> list[Any]:
        """Stop, and hand back what was not delivered."""
        self._cancel()
        rest = [item for segment in (*self._arriving, *self._unsent) for item in segment.items]
        for segments in (self._arriving, self._unsent, self._flight):
            segments.clear()
        if self.peer is not None:
            self.peer.peer = None
            self.peer = None
        return rest

    def _push(self) -> None:
        """Send what the window allows: first what was lost."""
        room = self._window - self._pipe()
        for segment in self._flight:
            if room < 1:
                return
            if segment.lost:
                self._transmit(segment)
                room -= 1
        while self._unsent and room >= 1:
            segment = self._unsent.popleft()
            self._flight.append(segment)
            self._arriving.append(segment)
            self._transmit(segment)
            room -= 1

    def _pipe(self) -> int:
        """Segments under way, as far as the sender knows."""
        return sum(not (s.acknowledged or s.lost) for s in self._flight)

    def _transmit(self, segment: Segment) -> None:
        now = self._loop.time()
        segment.sent, segment.lost = now, False
        segment.tries += 1
        self._recovery.sent += 1
        self._recovery.repeated += segment.tries > 1
        arrival = self._path.forth(now, segment.size)
        if arrival is not None:
            self._last_arrival = max(self._last_arrival, arrival)
            riding = self.peer.arrived() if self.peer is not None else []
            self._loop.call_at(self._last_arrival, self._arrived, segment, now, riding)

    def arrived(self) -> list[Segment]:
        """What the other side could acknowledge now."""
        return [segment for segment in self._flight if segment.arrived and not segment.acknowledged]

    def _arrived(self, segment: Segment, sent: float, riding: list[Segment]) -> None:
        again, segment.arrived = segment.arrived, True
        while self._arriving and self._arriving[0].arrived:
            for item in self._arriving.popleft().items:
                self._deliver(item)
        if riding and self.peer is not None:
            self.peer.acknowledge(riding)
        known = self.arrived()
        back = self._path.back(self._loop.time())
        if back is not None:
            self._last_return = max(self._last_return, back)
            self._loop.call_at(self._last_return, self._acknowledged, known, sent, again)

    def _acknowledged(self, known: list[Segment], echo: float, again: bool) -> None:
        """`known` have arrived; that of `echo` did so `again`, and need not have been sent a second time."""
        self._rtt.add(self._loop.time() - echo)
        self._recovery.in_vain += again
        self.acknowledge(known)

    def acknowledge(self, known: list[Segment]) -> None:
        now = self._loop.time()
        fresh = [segment for segment in known if not segment.acknowledged]
        for segment in fresh:
            segment.acknowledged = True
            if segment.sent >= self._newest_sent:
                self._newest_sent, self._newest_rtt = segment.sent, now - segment.sent
        if self._recovery.needless or (self._recovery.timed_out and any(s.tries == 1 for s in fresh)):
            self._undo()
        forward = self._advance()
        new_losses = self._notice_losses()
        self._recovery.delivered += len(fresh)
        if self._recovery.fast:
            self._reduce(len(fresh), forward=forward and not new_losses)
        self._push()
        self._arm()

    def _advance(self) -> bool:
        """Forget what is acknowledged without a gap, and open the window for it; False when there is nothing."""
        was_full = len(self._flight) >= self._window
        count, last = 0, -1
        while self._flight and self._flight[0].acknowledged:
            last = self._flight.popleft().number
            count += 1
        if not count:
            return False
        self._backoff, self._probed, self._advanced = 0, False, self._loop.time()
        if self._recovery.until is not None and last >= self._recovery.until:
            self._window = self._threshold if self._recovery.fast else self._window
            self._recovery = Recovery()
        if not self._recovery.fast and (was_full or self._recovery.until is not None):
            self._window += count if self._window < self._threshold else count / self._window
        return True

    def _reduce(self, fresh: int, *, forward: bool) -> None:
        """Proportional rate reduction (RFC 6937): what may be sent follows what arrives."""
        recovery, pipe = self._recovery, self._pipe()
        if pipe > self._threshold:
            room = math.ceil(recovery.delivered * self._threshold / recovery.window) - recovery.sent
        else:
            room = min(int(self._threshold) - pipe, max(recovery.delivered - recovery.sent, fresh) + forward)
        self._window = pipe + max(room, 0 if recovery.sent else 1)

    def _undo(self) -> None:
        """Only acknowledgements were lost (DSACK), or all was late (F-RTO): the window was cut for nothing."""
        self._window = max(self._window, self._recovery.window)
        self._threshold = max(self._threshold, self._recovery.threshold)
        self._recovery = Recovery()
        self._backoff = 0
        for segment in self._flight:
            segment.lost = False

    def _notice_losses(self) -> bool:
        """RACK: lost is what was sent before a segment that has arrived, long enough ago. Whether there was any."""
        now, wait = self._loop.time(), self._reordering_window()
        lost = [s for s in self._suspects() if s.sent + self._newest_rtt + wait <= now]
        for segment in lost:
            segment.lost = True
        if lost and self._recovery.until is None:
            self._enter(fast=True)
        return bool(lost)

    def _suspects(self) -> list[Segment]:
        return [s for s in self._flight if not s.acknowledged and not s.lost and s.sent < self._newest_sent]

    def _enter(self, *, fast: bool) -> None:
        before, self._recovery = (
            self._recovery,
            Recovery(self._flight[-1].number, fast=fast, window=self._window, threshold=self._threshold),
        )
        if before.until is None:
            self._threshold = max(SMALLEST_WINDOW, self._window * WINDOW_CUT)
        else:
            self._recovery.window, self._recovery.threshold = before.window, before.threshold

    def _reordering_window(self) -> float:
        acknowledged = sum(s.acknowledged for s in self._flight)
        return 0.0 if acknowledged >= DUPLICATES or self._recovery.until is not None else self._rtt.least / 4

    def _arm(self) -> None:
        """One timer for whatever is due first."""
        self._cancel()
        if not self._flight:
            return
        now = self._loop.time()
        suspects = self._suspects()
        if suspects:
            due = min(s.sent for s in suspects) + self._newest_rtt + self._reordering_window()
            self._timer = self._loop.call_at(max(due, now) + TICKS, self._reordering_over)
            return
        last_sent = max(s.sent for s in self._flight)
        timeout = min(LONGEST_RTO, self._rtt.timeout * 2**self._backoff)
        if self._recovery.until is None and not self._probed and not self._backoff:
            alone = len(self._flight) == 1
            probe = 2 * self._rtt.smooth + (LEAST_RTO if alone else TICKS)
            self._timer = self._loop.call_at(max(now, last_sent + min(probe, timeout)), self._probe)
        else:
            since = max(self._advanced, self._flight[0].sent)
            self._timer = self._loop.call_at(max(now, since + timeout), self._timed_out)

    def _cancel(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _reordering_over(self) -> None:
        if self._notice_losses() and self._recovery.fast:
            self._reduce(0, forward=False)
        self._push()
        self._arm()

    def _probe(self) -> None:
        """The tail loss probe: something new, or the last segment again, to provoke an acknowledgement."""
        self._probed = True
        if self._unsent:
            self._window += 1
            self._push()
        else:
            self._transmit(self._flight[-1])
        self._arm()

    def _timed_out(self) -> None:
        self._backoff += 1
        for segment in self._flight:
            segment.lost = not segment.acknowledged
        if not self._recovery.timed_out:
            self._enter(fast=False)
        self._window = 1.0
        self._push()
        self._arm()


def _size(part: Any, size: int) -> int:
    return len(part) if isinstance(part, bytes) else size
