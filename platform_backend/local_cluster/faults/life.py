"""The life of one fault: each pod by itself is given the fault, waits for its end, and is freed of it."""

import asyncio
import dataclasses
import logging
from collections.abc import Callable, Coroutine
from typing import Final

from local_cluster.faults.base import FaultContext, NotYet
from local_cluster.faults.record import FaultRecord, PodTimes, State
from local_cluster.faults.requests import FaultRequest
from local_cluster.linux import now_us

logger = logging.getLogger(__name__)

APPLY_TIMEOUT: Final = 15.0
CLEAR_TIMEOUT: Final = 15.0
CLEAR_RETRY: Final = 0.5
ORDER: Final[tuple[State, ...]] = ("applying", "active", "recovering", "ended", "failed")


class FaultLife:
    """Changes the record as things happen, and has it saved at each change of its state."""

    def __init__(
        self, record: FaultRecord, request: FaultRequest, context: FaultContext, save: Callable[[FaultRecord], None]
    ) -> None:
        self.record = record
        self._kind, self._parameters = request.kind, request.parameters
        self._context = dataclasses.replace(context, worker_ended=self._worker_ended)
        self._save = save
        self._ending = asyncio.Event()  # it was asked to end before its deadline
        self._cut = {times.pod: asyncio.Event() for times in record.pods}  # it is over there, earlier than asked
        self._deaths: dict[str, tuple[int, str]] = {}  # of pods on which it had not begun
        self._weakened: dict[str, str] = {}  # pods with only a part of it, and why
        self._leaving: set[str] = set()

    async def run(self) -> None:
        await asyncio.gather(*(self._carry(times) for times in self.record.pods))
        self.record.conclude()
        self._save(self.record)

    def end(self) -> None:
        self._ending.set()

    def pod_ended(self, pod: str, at_us: int, why: str) -> None:
        """A pod's process died: the point of some faults, the end of all others."""
        times = self._open_times(pod)
        if times is None:
            return
        if self._kind.kills:
            times.start_us = times.start_us or at_us
        elif times.start_us is None:
            self._deaths[pod] = at_us, why
        else:
            self._cut_short(times, at_us, "pod-restarted", why)

    def _worker_ended(self, pod: str, over_us: int | None, why: str) -> None:
        """A process that is the fault itself died, though nobody asked for its end."""
        times = self._open_times(pod)
        if times is None or pod in self._leaving:
            return
        self._weakened[pod] = why
        if over_us is not None and times.start_us is not None:
            logger.warning("%s on %s is over before its time: %s", self._kind.name, pod, why)
            self._cut_short(times, over_us, "ended-early", why)

    def _open_times(self, pod: str) -> PodTimes | None:
        return next((times for times in self.record.pods if times.pod == pod and not times.over), None)

    def _cut_short(self, times: PodTimes, at_us: int, reason: str, why: str) -> None:
        finish(times, at_us, reason, why)
        self._cut[times.pod].set()

    async def _carry(self, times: PodTimes) -> None:
        await self._apply(times)
        if all(other.start_us is not None or other.over or other.error for other in self.record.pods):
            self._advance("active")
        reason = await self._wait_for_end(times)
        self._leaving.add(times.pod)
        if reason in ("deadline", "recovered") or len(self._leaving) == len(self.record.pods):
            self._advance("recovering")
        await self._clear(times, reason)

    async def _apply(self, times: PodTimes) -> None:
        limit = APPLY_TIMEOUT + self._kind.slowness(self._parameters)
        try:
            async with asyncio.timeout(limit):
                start_us = await self._unless_ending(self._kind.apply(self._context, times.pod, self._parameters))
            self._begin(times, start_us)
        except (NotYet, TimeoutError) as failure:
            if times.start_us is None:
                times.error = str(failure) or f"did not take hold within {limit:.0f} s"
                logger.warning("%s on %s failed: %s", self._kind.name, times.pod, times.error)
        except Exception as failure:  # a mistake of ours must not leave half a fault behind: it is cleared
            times.error = f"internal error: {failure!r}"
            logger.error("%s on %s failed", self._kind.name, times.pod, exc_info=failure)

    def _begin(self, times: PodTimes, start_us: int) -> None:
        times.start_us = times.start_us or start_us
        died_us, why = self._deaths.get(times.pod, (0, ""))
        if died_us >= times.start_us:  # of the fault itself, before that could be told
            self._cut_short(times, died_us, "pod-restarted", why)

    async def _unless_ending(self, applying: Coroutine[None, None, int]) -> int:
        """Cancelled by the end of the fault, which must not wait for a slow beginning. Raises NotYet then."""
        beginning, ending = asyncio.ensure_future(applying), asyncio.ensure_future(self._ending.wait())
        try:
            await asyncio.wait((beginning, ending), return_when=asyncio.FIRST_COMPLETED)
            if beginning.done():
                return beginning.result()
            raise NotYet("ended before it took hold")
        finally:
            ending.cancel()
            beginning.cancel()
            await asyncio.gather(beginning, ending, return_exceptions=True)

    async def _wait_for_end(self, times: PodTimes) -> str:
        """Why the fault has to end on this pod now."""
        if times.start_us is None:
            return "failed"
        if self._kind.one_shot:
            return "completed"
        waits = [asyncio.ensure_future(event.wait()) for event in (self._ending, self._cut[times.pod])]
        left = max(0.0, (self.record.deadline_us - now_us()) / 1e6)
        try:
            await asyncio.wait(waits, timeout=left, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()
        if times.over:
            return times.end_reason
        return "recovered" if self._ending.is_set() else "deadline"

    async def _clear(self, times: PodTimes, reason: str) -> None:
        """Until it is confirmed: a fault that can't be ended must not be called ended."""
        while True:
            try:
                async with asyncio.timeout(CLEAR_TIMEOUT):
                    end_us = await self._kind.clear(self._context, times.pod, self._parameters)
                break
            except (NotYet, TimeoutError) as failure:
                times.error = str(failure) or f"not gone after {CLEAR_TIMEOUT:.0f} s; still trying"
                logger.warning("%s on %s: %s", self._kind.name, times.pod, times.error)
            except Exception as failure:  # nor a fault that nobody ends any more
                times.error = f"internal error: {failure!r}; still trying"
                logger.error("%s on %s can't be ended", self._kind.name, times.pod, exc_info=failure)
            await asyncio.sleep(CLEAR_RETRY)
        took_hold_late = reason == "failed" and times.start_us is not None  # by a killing that was cut short
        if not times.over:
            weakened = self._weakened.get(times.pod, "")
            finish(times, end_us, "recovered" if took_hold_late else reason, weakened)

    def _advance(self, state: State) -> None:
        if ORDER.index(state) > ORDER.index(self.record.state):
            self.record.state = state
            self._save(self.record)


def finish(times: PodTimes, end_us: int, reason: str, why: str = "") -> None:
    """A pod that never had the fault has no end either. `why` it was not what was asked for, or not as long."""
    times.end_us = end_us if times.start_us is not None else None
    times.end_reason = reason if times.start_us is not None else "failed"
    if times.start_us is not None:
        times.error = why  # and nothing of attempts to end it; the last one worked
